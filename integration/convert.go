package integration

import (
	"bytes"
	"encoding/base64"
	"maps"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/platform"
)

// Wire returns the definition as it is stored and sent. The error is a
// *DefinitionError with every fault.
func (d Definition) Wire() (platform.IntegrationDefinition, error) {
	var f define.Faults
	w := d.convert(&f)
	return w, f.Err(d.Name)
}

func (d Definition) convert(f *define.Faults) platform.IntegrationDefinition {
	w := platform.IntegrationDefinition{
		Name: d.Name, Version: d.Version, Title: d.Title, Description: d.Description,
		Icon:       base64.StdEncoding.EncodeToString(d.Icon),
		Readme:     base64.StdEncoding.EncodeToString([]byte(d.Readme)),
		Interfaces: d.Interfaces, Identifier: d.Identifier, Attributes: d.Attributes,
		Secrets:          slices.Sorted(maps.Keys(d.Secrets)),
		ExtraOperations:  d.ExtraOperations,
		MaxExecutionTime: int(d.MaxExecutionTime / time.Second),
		User:             &platform.UserDefinition{Tags: d.User.Tags.wire(), Creation: d.User.Creation},
		Channels:         map[string]platform.ChannelDefinition{},
		States:           map[string]platform.StateDefinition{},
		Actions:          map[string]platform.ActionDefinition{},
		Events:           map[string]platform.EventDefinition{},
	}
	if len(d.Icon) > 0 && !bytes.Contains(d.Icon, []byte("<svg")) {
		f.Add("icon", "it is not an SVG")
	}
	if d.Configuration != nil {
		c := d.Configuration.wire(f, "configuration")
		w.Configuration = &c
	}
	w.Configurations = convertAll(f, "configurations", d.Configurations, Configuration.wire)
	w.Channels = convertAll(f, "channels", d.Channels, Channel.wire)
	w.States = convertAll(f, "states", d.States, StateDefinition.wire)
	w.Actions = convertAll(f, "actions", d.Actions, ActionDefinition.wire)
	w.Events = convertAll(f, "events", d.Events, EventDefinition.wire)
	w.Entities = convertAll(f, "entities", d.Entities, Entity.wire)
	f.Integration(&w)
	return w
}

func convertAll[D, W any](f *define.Faults, path string, all map[string]D, one func(D, *define.Faults, string) W) map[string]W {
	out := make(map[string]W, len(all))
	for name, d := range all {
		out[name] = one(d, f, path+"."+name)
	}
	return out
}

func (t Tags) wire() map[string]platform.TagDefinition {
	if t == nil {
		return map[string]platform.TagDefinition{}
	}
	return t
}

func (c Configuration) wire(f *define.Faults, path string) platform.ConfigurationDefinition {
	return platform.ConfigurationDefinition{
		Title: c.Title, Description: c.Description, Identifier: c.Identifier, Schema: f.Resolve(path, c.Schema),
	}
}

func (c Channel) wire(f *define.Faults, path string) platform.ChannelDefinition {
	w := platform.ChannelDefinition{
		Title: c.Title, Description: c.Description,
		Messages:     make(map[string]platform.SchemaDefinition, len(c.Messages)),
		Message:      platform.TagsDefinition{Tags: c.MessageTags.wire()},
		Conversation: platform.ConversationDefinition{Tags: c.ConversationTags.wire(), Creation: c.Creation},
	}
	for typ, m := range c.Messages {
		w.Messages[typ] = platform.SchemaDefinition{
			Title: m.Title, Description: m.Description, Schema: f.Resolve(path+".messages."+typ, m.Schema),
		}
	}
	return w
}

func (s StateDefinition) wire(f *define.Faults, path string) platform.StateDefinition {
	return platform.StateDefinition{Type: s.Type, Schema: f.Resolve(path, s.Schema), Expiry: define.Expiry(s.Expiry)}
}

func (a ActionDefinition) wire(f *define.Faults, path string) platform.ActionDefinition {
	return platform.ActionDefinition{
		Title: a.Title, Description: a.Description, Cacheable: a.Cacheable, Billable: a.Billable, Attributes: a.Attributes,
		Input:  platform.SchemaDefinition{Schema: f.Resolve(path+".input", a.Input)},
		Output: platform.SchemaDefinition{Schema: f.Resolve(path+".output", a.Output)},
	}
}

func (e EventDefinition) wire(f *define.Faults, path string) platform.EventDefinition {
	return platform.EventDefinition{
		Title: e.Title, Description: e.Description, Attributes: e.Attributes, Schema: f.Resolve(path, e.Schema),
	}
}

func (e Entity) wire(f *define.Faults, path string) platform.EntityDefinition {
	return platform.EntityDefinition{Title: e.Title, Description: e.Description, Schema: f.Resolve(path, e.Schema)}
}
