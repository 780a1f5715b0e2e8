package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// breaks collects what a change of a public version takes away from those who
// use it.
type breaks []string

func (b *breaks) add(format string, args ...any) { *b = append(*b, fmt.Sprintf(format, args...)) }

// refuseBreaking compares the definition of a version with what it is to
// become. What others name or send must stay: channels, messages, actions,
// events, tags and configurations, and what their schemas accept and promise.
func refuseBreaking(old, now *platform.IntegrationDefinition) error {
	var b breaks
	kept(&b, "actions", old.Actions, now.Actions, func(path string, o, n platform.ActionDefinition) {
		b.accepts(path+".input", o.Input.Schema, n.Input.Schema)
		b.promises(path+".output", o.Output.Schema, n.Output.Schema)
	})
	kept(&b, "events", old.Events, now.Events, func(path string, o, n platform.EventDefinition) { b.promises(path, o.Schema, n.Schema) })
	kept(&b, "channels", old.Channels, now.Channels, func(path string, o, n platform.ChannelDefinition) {
		kept(&b, path+".messages", o.Messages, n.Messages, func(path string, o, n platform.SchemaDefinition) {
			b.accepts(path, o.Schema, n.Schema)
		})
		kept(&b, path+".message.tags", o.Message.Tags, n.Message.Tags, nil)
		kept(&b, path+".conversation.tags", o.Conversation.Tags, n.Conversation.Tags, nil)
	})
	var oldUser, nowUser platform.UserDefinition
	if old.User != nil {
		oldUser = *old.User
	}
	if now.User != nil {
		nowUser = *now.User
	}
	kept(&b, "user.tags", oldUser.Tags, nowUser.Tags, nil)
	kept(&b, "interfaces", old.Interfaces, now.Interfaces, nil)
	b.accepts("configuration", configurationSchema(old.Configuration), configurationSchema(now.Configuration))
	kept(&b, "configurations", old.Configurations, now.Configurations, func(path string, o, n platform.ConfigurationDefinition) {
		b.accepts(path, o.Schema, n.Schema)
	})
	if len(b) == 0 {
		return nil
	}
	slices.Sort(b)
	e := platform.Errorf(platform.TypeBreakingChanges, "version %s of %s is public, and this would break those who use it: %s. "+
		"Publish another version, or send the header x-bypass-breaking-changes-detection: true", old.Version, old.Name, strings.Join(b[:min(len(b), 10)], "; "))
	e.Metadata = map[string]any{"changes": []string(b)}
	return e
}

func configurationSchema(c *platform.ConfigurationDefinition) json.RawMessage {
	if c == nil {
		return nil
	}
	return c.Schema
}

// kept wants every old name among the new ones, and compares what they name.
func kept[V any](b *breaks, path string, old, now map[string]V, compare func(path string, o, n V)) {
	for _, name := range slices.Sorted(maps.Keys(old)) {
		n, ok := now[name]
		if !ok {
			b.add("%s.%s is gone", path, name)
			continue
		}
		if compare != nil {
			compare(path+"."+name, old[name], n)
		}
	}
}

// shape is what the comparison reads of a schema.
type shape struct {
	Type       any              `json:"type"`
	Enum       []any            `json:"enum"`
	Properties map[string]shape `json:"properties"`
	Required   []string         `json:"required"`
}

func shapeOf(raw json.RawMessage) shape {
	var s shape
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil { // a schema that reads otherwise is not compared
		return shape{}
	}
	return s
}

// accepts tells where what others send is not accepted any more.
func (b *breaks) accepts(path string, old, now json.RawMessage) {
	b.narrower(path, shapeOf(old), shapeOf(now))
}

// promises tells where what others get is not what it was.
func (b *breaks) promises(path string, old, now json.RawMessage) {
	b.wider(path, shapeOf(old), shapeOf(now))
}

func (b *breaks) sameKind(path string, old, now shape) bool {
	if old.Type != nil && now.Type != nil && !reflect.DeepEqual(old.Type, now.Type) {
		b.add("%s was %v and is %v", path, old.Type, now.Type)
		return false
	}
	return true
}

func (b *breaks) narrower(path string, old, now shape) {
	if !b.sameKind(path, old, now) {
		return
	}
	for _, value := range old.Enum {
		if len(now.Enum) > 0 && !slices.ContainsFunc(now.Enum, func(v any) bool { return reflect.DeepEqual(v, value) }) {
			b.add("%s does not accept %v any more", path, value)
		}
	}
	for _, name := range now.Required {
		if !slices.Contains(old.Required, name) {
			b.add("%s.%s is required now", path, name)
		}
	}
	for name, o := range old.Properties {
		n, ok := now.Properties[name]
		if !ok {
			b.add("%s.%s is gone", path, name)
			continue
		}
		b.narrower(path+"."+name, o, n)
	}
}

func (b *breaks) wider(path string, old, now shape) {
	if !b.sameKind(path, old, now) {
		return
	}
	for name, o := range old.Properties {
		n, ok := now.Properties[name]
		switch {
		case !ok:
			b.add("%s.%s is gone", path, name)
		case slices.Contains(old.Required, name) && !slices.Contains(now.Required, name):
			b.add("%s.%s may be absent now", path, name)
		default:
			b.wider(path+"."+name, o, n)
		}
	}
}
