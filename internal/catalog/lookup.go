package catalog

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// The look-ups below return whether the thing is declared; a nil validator
// accepts everything.

// Message returns the schema of a message type of a channel.
func (i *Integration) Message(channel, typ string) (*schema.Validator, bool) {
	v, ok := i.messages[[2]string{channel, typ}]
	return v, ok
}

// Event returns the schema of an event.
func (i *Integration) Event(name string) (*schema.Validator, bool) {
	v, ok := i.events[name]
	return v, ok
}

// State returns the definition and the schema of a state.
func (i *Integration) State(name string) (platform.StateDefinition, *schema.Validator, bool) {
	def, ok := i.Def.States[name]
	return def, i.states[name], ok
}

// Action returns an action.
func (i *Integration) Action(name string) (Action, bool) {
	a, ok := i.actions[name]
	return a, ok
}

// Configuration returns the schema of a configuration; "" is the default one,
// which always exists.
func (i *Integration) Configuration(typ string) (raw json.RawMessage, v *schema.Validator, ok bool) {
	if typ == "" {
		if i.Def.Configuration != nil {
			raw = i.Def.Configuration.Schema
		}
		return raw, i.configurations[""], true
	}
	def, ok := i.Def.Configurations[typ]
	return def.Schema, i.configurations[typ], ok
}

// Event returns the schema of a bot's own event.
func (b *Bot) Event(name string) (*schema.Validator, bool) {
	v, ok := b.events[name]
	return v, ok
}

// State returns the definition and the schema of a bot's own state.
func (b *Bot) State(name string) (platform.StateDefinition, *schema.Validator, bool) {
	def, ok := b.Def.States[name]
	return def, b.states[name], ok
}

// Action returns a bot's own action.
func (b *Bot) Action(name string) (Action, bool) {
	a, ok := b.actions[name]
	return a, ok
}

// Find returns the installation that a name of the form "alias" means: the one
// with this alias, or else the only registered one of the integration with
// this name.
func (b *Bot) Find(name string) *Installation {
	if in := b.Installations[name]; in != nil {
		return in
	}
	var found *Installation
	for _, in := range b.Installations {
		if in.Integration.Name == name && in.Enabled && in.Status == store.StatusRegistered {
			if found != nil {
				return nil
			}
			found = in
		}
	}
	return found
}

// ByIntegration returns the installation of an integration version: the one
// with the alias, or with an empty alias the first in the order of aliases.
func (b *Bot) ByIntegration(integrationID, alias string) *Installation {
	if alias != "" {
		if in := b.Installations[alias]; in != nil && in.IntegrationID == integrationID {
			return in
		}
		return nil
	}
	var found *Installation
	for _, in := range b.Installations {
		if in.IntegrationID == integrationID && (found == nil || in.Alias < found.Alias) {
			found = in
		}
	}
	return found
}

// Names returns the sorted keys of a definition's map, for error messages.
func Names[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// parser compiles the schemas of one definition. A schema that does not
// compile accepts everything and is logged: definitions are checked when they
// are stored, and a running system must not stop because of an old one.
type parser struct {
	c    *Catalog
	what string
}

func (c *Catalog) parser(what string) parser { return parser{c, what} }

func (p parser) schema(raw json.RawMessage, path string) *schema.Validator {
	v, err := p.c.schemas.Compile(raw)
	if err != nil {
		p.c.logger.Warn("schema not enforced", "definition", p.what, "path", path, "error", err)
		return nil
	}
	return v
}

func (p parser) states(defs map[string]platform.StateDefinition) map[string]*schema.Validator {
	m := map[string]*schema.Validator{}
	for name, def := range defs {
		m[name] = p.schema(def.Schema, "states."+name)
	}
	return m
}

func (p parser) events(defs map[string]platform.EventDefinition) map[string]*schema.Validator {
	m := map[string]*schema.Validator{}
	for name, def := range defs {
		m[name] = p.schema(def.Schema, "events."+name)
	}
	return m
}

func (p parser) actions(defs map[string]platform.ActionDefinition) map[string]Action {
	m := map[string]Action{}
	for name, def := range defs {
		m[name] = Action{def, p.schema(def.Input.Schema, "actions."+name+".input"), p.schema(def.Output.Schema, "actions."+name+".output")}
	}
	return m
}
