package integration

import (
	"fmt"
	"maps"

	"github.com/bellhop-dev/bellhop/schema"
)

func (h *handlers) clone() handlers {
	c := *h
	c.messages, c.actions = maps.Clone(h.messages), maps.Clone(h.actions)
	return c
}

// compile makes the validators. The definition was checked, so that errors are
// not expected.
func (b *built) compile() error {
	b.configurations = map[string]*schema.Validator{"": nil}
	b.messages = map[messageKey]*schema.Validator{}
	b.inputs, b.outputs = map[string]*schema.Validator{}, map[string]*schema.Validator{}
	b.events = map[string]*schema.Validator{}
	var cache schema.Cache
	var first error
	add := func(path string, raw []byte, put func(*schema.Validator)) {
		if len(raw) == 0 {
			put(nil)
			return
		}
		v, err := cache.Compile(raw)
		if err != nil && first == nil {
			first = fmt.Errorf("%s: %w", path, err)
		}
		put(v)
	}
	if c := b.wire.Configuration; c != nil {
		add("configuration", c.Schema, func(v *schema.Validator) { b.configurations[""] = v })
	}
	for name, c := range b.wire.Configurations {
		add("configurations."+name, c.Schema, func(v *schema.Validator) { b.configurations[name] = v })
	}
	for channel, c := range b.wire.Channels {
		for typ, m := range c.Messages {
			key := messageKey{channel, typ}
			add(key.path(), m.Schema, func(v *schema.Validator) { b.messages[key] = v })
		}
	}
	for name, a := range b.wire.Actions {
		add("actions."+name, a.Input.Schema, func(v *schema.Validator) { b.inputs[name] = v })
		add("actions."+name, a.Output.Schema, func(v *schema.Validator) { b.outputs[name] = v })
	}
	for name, e := range b.wire.Events {
		add("events."+name, e.Schema, func(v *schema.Validator) { b.events[name] = v })
	}
	return first
}
