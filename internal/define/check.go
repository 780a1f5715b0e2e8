package define

import (
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// MaxExpiry is the longest idle time of a state.
const MaxExpiry = 30 * 24 * time.Hour

var (
	integrationName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?$`)
	version         = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	memberName      = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./ -]*$`)
	secretName      = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

const maxName = 200

func (f *Faults) name(path, name string) {
	if len(name) > maxName || !memberName.MatchString(name) {
		f.Add(path, "a name begins with a letter or a digit and has at most %d letters, digits, _ - . / and spaces", maxName)
	}
}

func (f *Faults) tags(path string, tags map[string]platform.TagDefinition) {
	for tag := range tags {
		f.name(path+"."+tag, tag)
	}
}

func (f *Faults) creation(path string, c *platform.CreationDefinition, tags map[string]platform.TagDefinition) {
	if c == nil {
		return
	}
	for _, tag := range c.RequiredTags {
		if _, ok := tags[tag]; !ok {
			f.Add(path+".requiredTags", "the tag %q is not defined", tag)
		}
	}
}

// Integration checks an integration's whole definition, schemas included.
func (f *Faults) Integration(d *platform.IntegrationDefinition) {
	if !integrationName.MatchString(d.Name) || len(d.Name) > maxName {
		f.Add("name", "%q is not a name: lower-case letters, digits, - and _, with an optional handle and slash before", d.Name)
	}
	if !version.MatchString(d.Version) {
		f.Add("version", "%q is not a semantic version such as 1.0.0", d.Version)
	}
	if d.MaxExecutionTime < 0 {
		f.Add("maxExecutionTime", "it is negative")
	}
	f.configuration("configuration", d.Configuration)
	for name, c := range d.Configurations {
		f.name("configurations."+name, name)
		f.configuration("configurations."+name, &c)
	}
	for name, c := range d.Channels {
		f.channel("channels."+name, name, &c)
	}
	if d.User != nil {
		f.tags("user.tags", d.User.Tags)
		f.creation("user.creation", d.User.Creation, d.User.Tags)
	}
	f.states(d.States, platform.StateIntegration, platform.StateConversation, platform.StateUser)
	f.actions(d.Actions)
	f.events(d.Events)
	for name, e := range d.Entities {
		f.name("entities."+name, name)
		f.Schema("entities."+name, e.Schema)
	}
	f.interfaces(d)
	f.secrets(d.Secrets)
	for _, op := range d.ExtraOperations {
		if op != wire.OpMessageUpdated && op != wire.OpConversationUpdated && op != wire.OpDeliveryFailed {
			f.Add("extraOperations", "%q is not one of %s, %s, %s", op, wire.OpMessageUpdated, wire.OpConversationUpdated, wire.OpDeliveryFailed)
		}
	}
}

// Bot checks a bot's whole definition, schemas included.
func (f *Faults) Bot(d *platform.BotDefinition) {
	if d.Configuration != nil {
		f.Schema("configuration", d.Configuration.Schema)
	}
	for path, t := range map[string]*platform.TagsDefinition{
		"user.tags": d.User, "conversation.tags": d.Conversation, "message.tags": d.Message,
	} {
		if t != nil {
			f.tags(path, t.Tags)
		}
	}
	f.states(d.States, platform.StateBot, platform.StateConversation, platform.StateUser, platform.StateWorkflow)
	f.actions(d.Actions)
	f.events(d.Events)
}

func (f *Faults) configuration(path string, c *platform.ConfigurationDefinition) {
	if c != nil {
		f.Schema(path, c.Schema)
	}
}

func (f *Faults) channel(path, name string, c *platform.ChannelDefinition) {
	f.name(path, name)
	for typ, m := range c.Messages {
		f.name(path+".messages."+typ, typ)
		f.Schema(path+".messages."+typ, m.Schema)
	}
	f.tags(path+".message.tags", c.Message.Tags)
	f.tags(path+".conversation.tags", c.Conversation.Tags)
	f.creation(path+".conversation.creation", c.Conversation.Creation, c.Conversation.Tags)
}

func (f *Faults) states(states map[string]platform.StateDefinition, allowed ...platform.StateType) {
	for name, s := range states {
		path := "states." + name
		f.name(path, name)
		f.Schema(path, s.Schema)
		if !slices.Contains(allowed, s.Type) {
			f.Add(path, "the type %q is not one of %v", s.Type, allowed)
		}
		if s.Expiry != nil && (*s.Expiry < 1 || *s.Expiry > MaxExpiry.Milliseconds()) {
			f.Add(path, "the expiry is not between a millisecond and 30 days")
		}
	}
}

func (f *Faults) actions(actions map[string]platform.ActionDefinition) {
	for name, a := range actions {
		path := "actions." + name
		f.name(path, name)
		f.Schema(path+".input", a.Input.Schema)
		f.Schema(path+".output", a.Output.Schema)
	}
}

func (f *Faults) events(events map[string]platform.EventDefinition) {
	for name, e := range events {
		path := "events." + name
		f.name(path, name)
		f.Schema(path, e.Schema)
		if name == platform.EventMessageCreated || name == platform.EventStateExpired || name == "workflow_update" {
			f.Add(path, "the name is the platform's own")
		}
	}
}

func (f *Faults) interfaces(d *platform.IntegrationDefinition) {
	for alias, i := range d.Interfaces {
		path := "interfaces." + alias
		known(f, path+".entities", i.Entities, d.Entities)
		known(f, path+".actions", i.Actions, d.Actions)
		known(f, path+".events", i.Events, d.Events)
		known(f, path+".channels", i.Channels, d.Channels)
	}
}

// known checks that each alias stands for something that is defined.
func known[T any](f *Faults, path string, aliases map[string]platform.InterfaceAlias, defined map[string]T) {
	for name, alias := range aliases {
		if _, ok := defined[alias.Name]; !ok {
			f.Add(path+"."+name, "%q is not defined; defined are %q", alias.Name, slices.Sorted(maps.Keys(defined)))
		}
	}
}

func (f *Faults) secrets(names []string) {
	seen := map[string]bool{}
	for _, name := range names {
		if !secretName.MatchString(name) {
			f.Add("secrets."+name, "a secret's name has upper-case letters, digits and _, and begins with a letter")
		}
		if seen[name] {
			f.Add("secrets."+name, "it is declared twice")
		}
		seen[name] = true
	}
}
