package integration

import (
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
)

// resolve returns a copy of h in which each message that a handler of its
// channel answers has it for its own.
func (h *handlers) resolve(w *platform.IntegrationDefinition) handlers {
	c := *h
	c.messages, c.actions = maps.Clone(h.messages), maps.Clone(h.actions)
	for channel, fn := range h.channels {
		for typ := range w.Channels[channel].Messages {
			key := messageKey{channel, typ}
			if c.messages[key] == nil && slices.Contains(message.Types(), typ) {
				c.messages[key] = fn
			}
		}
	}
	return c
}

// compile makes the validators.
func (b *built) compile() error {
	var c define.Compiler
	b.configurations = map[string]*schema.Validator{"": nil}
	if d := b.wire.Configuration; d != nil {
		b.configurations[""] = c.Schema("configuration", d.Schema)
	}
	for name, d := range b.wire.Configurations {
		b.configurations[name] = c.Schema("configurations."+name, d.Schema)
	}
	b.messages = map[messageKey]*schema.Validator{}
	for channel, d := range b.wire.Channels {
		for typ, m := range d.Messages {
			key := messageKey{channel, typ}
			b.messages[key] = c.Schema(key.path(), m.Schema)
		}
	}
	b.inputs, b.outputs = c.Actions(b.wire.Actions)
	b.events = c.Events(b.wire.Events)
	return c.Err
}
