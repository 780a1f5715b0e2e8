package bot

import (
	"encoding/json"
	"time"

	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/platform"
)

// Schema gives a JSON Schema. schema.For[T], without a call, is one; so is
// RawSchema of a text. A nil Schema accepts any object.
type Schema func() (json.RawMessage, error)

// RawSchema is a Schema given as JSON text.
func RawSchema(text string) Schema {
	return func() (json.RawMessage, error) { return json.RawMessage(text), nil }
}

// Tags declares tags; the values describe them.
type Tags map[string]platform.TagDefinition

// Definition is everything that a bot declares. Maps are keyed by the name of
// the thing.
type Definition struct {
	Name          string // by which a bot linked into the server is known
	Title         string
	Description   string
	Configuration Schema

	// Tags of the bot's own; those of integrations are "alias:tag".
	UserTags, ConversationTags, MessageTags Tags

	States  map[string]StateDefinition
	Events  map[string]EventDefinition
	Actions map[string]ActionDefinition
	Secrets map[string]Secret

	// Subscriptions lists the events that the bot is told, such as
	// "linear:issueCreated"; nil means all. Messages always come.
	Subscriptions []string
}

// StateDefinition declares a state. Expiry is its idle time; 0 keeps it.
type StateDefinition struct {
	Type   platform.StateType
	Schema Schema
	Expiry time.Duration
}

// EventDefinition declares an event of the bot's own.
type EventDefinition struct {
	Title       string
	Description string
	Schema      Schema
}

// ActionDefinition declares an action of the bot's own.
type ActionDefinition struct {
	Title       string
	Description string
	Input       Schema
	Output      Schema
}

// Secret declares a secret, which the place where the code runs provides.
type Secret struct {
	Description string
	Optional    bool
}

// Wire returns the definition as it is stored and sent. The error is a
// *DefinitionError with every fault.
func (d Definition) Wire() (platform.BotDefinition, error) {
	var f define.Faults
	w := d.convert(&f)
	return w, f.Err(d.Name)
}

func (d Definition) convert(f *define.Faults) platform.BotDefinition {
	w := platform.BotDefinition{
		User: d.UserTags.wire(), Conversation: d.ConversationTags.wire(), Message: d.MessageTags.wire(),
		States: make(map[string]platform.StateDefinition, len(d.States)),
		Events: make(map[string]platform.EventDefinition, len(d.Events)), Actions: make(map[string]platform.ActionDefinition, len(d.Actions)),
	}
	if d.Configuration != nil {
		w.Configuration = &platform.BotConfiguration{Schema: f.Resolve("configuration", d.Configuration)}
	}
	for name, s := range d.States {
		w.States[name] = platform.StateDefinition{
			Type: s.Type, Schema: f.Resolve("states."+name, s.Schema), Expiry: define.Expiry(s.Expiry),
		}
	}
	for name, e := range d.Events {
		w.Events[name] = platform.EventDefinition{
			Title: e.Title, Description: e.Description, Schema: f.Resolve("events."+name, e.Schema),
		}
	}
	for name, a := range d.Actions {
		w.Actions[name] = platform.ActionDefinition{
			Title: a.Title, Description: a.Description,
			Input:  platform.SchemaDefinition{Schema: f.Resolve("actions."+name+".input", a.Input)},
			Output: platform.SchemaDefinition{Schema: f.Resolve("actions."+name+".output", a.Output)},
		}
	}
	if d.Subscriptions != nil {
		w.Subscriptions = &platform.Subscriptions{Events: map[string]struct{}{}}
		for _, event := range d.Subscriptions {
			w.Subscriptions.Events[event] = struct{}{}
		}
	}
	f.Bot(&w)
	return w
}

func (t Tags) wire() *platform.TagsDefinition {
	if t == nil {
		t = Tags{}
	}
	return &platform.TagsDefinition{Tags: t}
}
