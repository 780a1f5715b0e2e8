package platform

import "encoding/json"

// The definition types are what is stored of an integration or a bot and what
// createIntegration and updateBot carry; names are the contract's. Maps are
// keyed by the name of the defined thing.

// SchemaDefinition is a thing with a JSON Schema; a nil Schema accepts any
// object.
type SchemaDefinition struct {
	Title       string          `json:"title,omitempty"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"schema,omitempty"`
}

// TagDefinition declares one tag.
type TagDefinition struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// TagsDefinition declares the tags of a noun.
type TagsDefinition struct {
	Tags map[string]TagDefinition `json:"tags"`
}

// IdentifierDefinition holds the scripts that route a shared webhook.
type IdentifierDefinition struct {
	Required              bool   `json:"required"`
	LinkTemplateScript    string `json:"linkTemplateScript,omitempty"`
	ExtractScript         string `json:"extractScript,omitempty"`
	FallbackHandlerScript string `json:"fallbackHandlerScript,omitempty"`
}

// ConfigurationDefinition describes one way to configure an integration.
type ConfigurationDefinition struct {
	Title       string                `json:"title,omitempty"`
	Description string                `json:"description,omitempty"`
	Schema      json.RawMessage       `json:"schema,omitempty"`
	Identifier  *IdentifierDefinition `json:"identifier,omitempty"`
}

// ChannelDefinition declares a channel: its message types by name, and the
// tags that its conversations and messages may carry.
type ChannelDefinition struct {
	Title        string                      `json:"title,omitempty"`
	Description  string                      `json:"description,omitempty"`
	Messages     map[string]SchemaDefinition `json:"messages"`
	Message      TagsDefinition              `json:"message"`
	Conversation ConversationDefinition      `json:"conversation"`
}

// ConversationDefinition declares the tags of a channel's conversations.
type ConversationDefinition struct {
	Tags     map[string]TagDefinition `json:"tags"`
	Creation *CreationDefinition      `json:"creation,omitempty"`
}

// UserDefinition declares the tags of users.
type UserDefinition struct {
	Tags     map[string]TagDefinition `json:"tags"`
	Creation *CreationDefinition      `json:"creation,omitempty"`
}

// CreationDefinition lets bots create users or conversations.
type CreationDefinition struct {
	Enabled      bool     `json:"enabled"`
	RequiredTags []string `json:"requiredTags"`
}

// StateDefinition declares a state. Expiry is the default idle time in
// milliseconds; nil keeps it for ever.
type StateDefinition struct {
	Type   StateType       `json:"type"`
	Schema json.RawMessage `json:"schema,omitempty"`
	Expiry *int64          `json:"expiry,omitempty"`
}

// ActionDefinition declares an action.
type ActionDefinition struct {
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Billable    bool              `json:"billable,omitempty"`
	Cacheable   bool              `json:"cacheable,omitempty"`
	Input       SchemaDefinition  `json:"input"`
	Output      SchemaDefinition  `json:"output"`
	Attributes  map[string]string `json:"attributes,omitempty"`
}

// EventDefinition declares an event.
type EventDefinition struct {
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Schema      json.RawMessage   `json:"schema,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"`
}

// EntityDefinition declares a type of thing that interfaces refer to.
type EntityDefinition struct {
	Title       string          `json:"title,omitempty"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"schema,omitempty"`
}

// InterfaceExtension says how an integration implements an interface: which of
// its own names stand for the interface's.
type InterfaceExtension struct {
	ID       string                    `json:"id,omitempty"`
	Name     string                    `json:"name,omitempty"`
	Version  string                    `json:"version,omitempty"`
	Entities map[string]InterfaceAlias `json:"entities,omitzero"`
	Actions  map[string]InterfaceAlias `json:"actions,omitzero"`
	Events   map[string]InterfaceAlias `json:"events,omitzero"`
	Channels map[string]InterfaceAlias `json:"channels,omitzero"`
}

// InterfaceAlias is the integration's own name for an interface's member.
type InterfaceAlias struct {
	Name string `json:"name"`
}

// IntegrationDefinition is everything that an integration declares.
type IntegrationDefinition struct {
	Name             string                             `json:"name"`
	Version          string                             `json:"version"`
	Title            string                             `json:"title,omitempty"`
	Description      string                             `json:"description,omitempty"`
	Icon             string                             `json:"icon,omitempty"`   // base64 of an SVG
	Readme           string                             `json:"readme,omitempty"` // base64 of Markdown
	URL              string                             `json:"url,omitempty"`    // where the code listens, when it is served
	Configuration    *ConfigurationDefinition           `json:"configuration,omitzero"`
	Configurations   map[string]ConfigurationDefinition `json:"configurations,omitzero"`
	Channels         map[string]ChannelDefinition       `json:"channels,omitzero"`
	User             *UserDefinition                    `json:"user,omitzero"`
	States           map[string]StateDefinition         `json:"states,omitzero"`
	Actions          map[string]ActionDefinition        `json:"actions,omitzero"`
	Events           map[string]EventDefinition         `json:"events,omitzero"`
	Entities         map[string]EntityDefinition        `json:"entities,omitzero"`
	Interfaces       map[string]InterfaceExtension      `json:"interfaces,omitzero"`
	Identifier       *IdentifierDefinition              `json:"identifier,omitzero"`
	Attributes       map[string]string                  `json:"attributes,omitempty"`
	Secrets          Names                              `json:"secrets,omitempty"` // names only
	ExtraOperations  Names                              `json:"extraOperations,omitempty"`
	MaxExecutionTime int                                `json:"maxExecutionTime,omitempty"` // seconds; 0 means 60
	SDKVersion       string                             `json:"sdkVersion,omitempty"`
	Public           bool                               `json:"public,omitempty"` // the older way to say so
	Visibility       Visibility                         `json:"visibility,omitempty"`
}

// BotDefinition is everything that a bot declares.
type BotDefinition struct {
	User            *TagsDefinition             `json:"user,omitzero"`
	Conversation    *TagsDefinition             `json:"conversation,omitzero"`
	Message         *TagsDefinition             `json:"message,omitzero"`
	States          map[string]StateDefinition  `json:"states,omitzero"`
	Events          map[string]EventDefinition  `json:"events,omitzero"`
	Actions         map[string]ActionDefinition `json:"actions,omitzero"`
	Configuration   *BotConfiguration           `json:"configuration,omitzero"`
	Subscriptions   *Subscriptions              `json:"subscriptions,omitzero"`
	Plugins         map[string]BotPlugin        `json:"plugins,omitzero"`
	RecurringEvents map[string]RecurringEvent   `json:"recurringEvents,omitzero"`
	Secrets         Names                       `json:"secrets,omitempty"` // names only
}

// BotConfiguration is how a bot is configured: data that fits the schema. The
// bot's code gets the data; in a reply its secret fields are masked.
type BotConfiguration struct {
	Schema json.RawMessage `json:"schema,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// Subscriptions limits what a bot is told; a nil Events means everything.
type Subscriptions struct {
	Events map[string]struct{} `json:"events,omitzero"`
}
