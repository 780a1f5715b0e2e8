package define

import (
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Compiler makes the validators of a definition that was checked, so that
// errors are not expected; Err is the first. The zero value is ready.
type Compiler struct {
	Err   error
	cache schema.Cache
}

// Schema compiles one schema; none gives nil, which accepts anything.
func (c *Compiler) Schema(path string, raw json.RawMessage) *schema.Validator {
	if len(raw) == 0 {
		return nil
	}
	v, err := c.cache.Compile(raw)
	if err != nil && c.Err == nil {
		c.Err = fmt.Errorf("%s: %w", path, err)
	}
	return v
}

// Actions compiles the schemas of actions, by name.
func (c *Compiler) Actions(actions map[string]platform.ActionDefinition) (inputs, outputs map[string]*schema.Validator) {
	inputs, outputs = map[string]*schema.Validator{}, map[string]*schema.Validator{}
	for name, a := range actions {
		inputs[name] = c.Schema("actions."+name+".input", a.Input.Schema)
		outputs[name] = c.Schema("actions."+name+".output", a.Output.Schema)
	}
	return inputs, outputs
}

// Events compiles the schemas of events, by name.
func (c *Compiler) Events(events map[string]platform.EventDefinition) map[string]*schema.Validator {
	all := map[string]*schema.Validator{}
	for name, e := range events {
		all[name] = c.Schema("events."+name, e.Schema)
	}
	return all
}
