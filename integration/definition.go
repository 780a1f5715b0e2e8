package integration

import (
	"encoding/json"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Schema gives a JSON Schema. schema.For[T], without a call, is one; so is
// RawSchema of a text. A nil Schema accepts any object.
type Schema func() (json.RawMessage, error)

// RawSchema is a Schema given as JSON text.
func RawSchema(text string) Schema {
	return func() (json.RawMessage, error) { return json.RawMessage(text), nil }
}

// Definition is everything that an integration declares. Maps are keyed by the
// name of the thing.
type Definition struct {
	Name        string // lower case; with a handle before a slash when it is not official
	Version     string // semantic version
	Title       string
	Description string
	Icon        []byte // SVG
	Readme      string // Markdown

	// Configuration is the default one; nil means that nothing is configured.
	Configuration *Configuration
	// Configurations are the alternatives; a Call tells which is in use.
	Configurations map[string]Configuration

	Channels   map[string]Channel
	User       User
	States     map[string]StateDefinition
	Actions    map[string]ActionDefinition
	Events     map[string]EventDefinition
	Secrets    map[string]Secret
	Entities   map[string]Entity
	Interfaces map[string]platform.InterfaceExtension
	Identifier *platform.IdentifierDefinition
	Attributes map[string]string

	// ExtraOperations lists those of wire.OpMessageUpdated,
	// wire.OpConversationUpdated and wire.OpDeliveryFailed that the integration
	// handles.
	ExtraOperations []string
	// MaxExecutionTime bounds one call; 0 means 60 seconds.
	MaxExecutionTime time.Duration
}

// Configuration is one way to configure an installation.
type Configuration struct {
	Title       string
	Description string
	Schema      Schema
	Identifier  *platform.IdentifierDefinition
}

// Channel is a way to exchange messages: its message types, and the tags that
// conversations and messages may carry.
type Channel struct {
	Title            string
	Description      string
	Messages         map[string]MessageDefinition
	MessageTags      Tags
	ConversationTags Tags
	// Creation lets bots create conversations; nil does not.
	Creation *platform.CreationDefinition
}

// Tags declares tags; the values describe them.
type Tags map[string]platform.TagDefinition

// MessageDefinition declares a type of message.
type MessageDefinition struct {
	Title       string
	Description string
	Schema      Schema
}

// StandardMessages declares standard types by name; without names, all of
// message.Types. Any other name is a fault of the definition.
func StandardMessages(types ...string) map[string]MessageDefinition {
	if len(types) == 0 {
		types = message.Types()
	}
	all := make(map[string]MessageDefinition, len(types))
	for _, typ := range types {
		all[typ] = MessageDefinition{Schema: standard(typ)}
	}
	return all
}

func standard(typ string) Schema {
	return func() (json.RawMessage, error) {
		raw := message.Schema(typ)
		if raw == nil {
			return nil, platform.Errorf(platform.TypeInvalidJSONSchema, "%q is not a standard type of message", typ)
		}
		return raw, nil
	}
}

// User declares the tags of users.
type User struct {
	Tags Tags
	// Creation lets bots create users; nil does not.
	Creation *platform.CreationDefinition
}

// StateDefinition declares a state. Expiry is its idle time; 0 keeps it.
type StateDefinition struct {
	Type   platform.StateType
	Schema Schema
	Expiry time.Duration
}

// ActionDefinition declares an action.
type ActionDefinition struct {
	Title       string
	Description string
	Input       Schema
	Output      Schema
	Cacheable   bool // equal calls may be answered from memory elsewhere; here each is made
	Billable    bool
	Attributes  map[string]string
}

// EventDefinition declares an event.
type EventDefinition struct {
	Title       string
	Description string
	Schema      Schema
	Attributes  map[string]string
}

// Secret declares a secret, which the place where the code runs provides.
type Secret struct {
	Description string
	Optional    bool
}

// Entity declares a type of thing that interfaces refer to.
type Entity struct {
	Title       string
	Description string
	Schema      Schema
}
