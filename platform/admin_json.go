package platform

import (
	"encoding/json"
	"maps"
)

// MarshalJSON writes the bot with every member that official clients rely on:
// what is not set is empty, not absent.
func (b Bot) MarshalJSON() ([]byte, error) {
	type plain Bot
	if b.Integrations == nil {
		b.Integrations = map[string]BotIntegration{}
	}
	if b.Tags == nil {
		b.Tags = Tags{}
	}
	if b.Medias == nil {
		b.Medias = []BotMedia{}
	}
	b.BotDefinition = b.complete()
	return json.Marshal(struct {
		plain
		Subscriptions   botSubscriptions          `json:"subscriptions"`
		SigningSecret   string                    `json:"signingSecret"`
		Plugins         map[string]shownPlugin    `json:"plugins"`
		RecurringEvents map[string]shownRecurring `json:"recurringEvents"`
		AlwaysAlive     bool                      `json:"alwaysAlive"`
		Status          string                    `json:"status"`
	}{
		plain:           plain(b),
		Subscriptions:   botSubscriptions(*b.BotDefinition.Subscriptions),
		Plugins:         shownEach(b.Plugins, showPlugin),
		RecurringEvents: shownEach(b.RecurringEvents, showRecurring),
		Status:          "active",
	})
}

// botSubscriptions writes null for everything.
type botSubscriptions struct {
	Events map[string]struct{} `json:"events"`
}

// MarshalJSON writes the installation with every member that official clients
// rely on.
func (i BotIntegration) MarshalJSON() ([]byte, error) {
	type plain BotIntegration
	if i.Configuration == nil {
		i.Configuration = emptyObject
	}
	identifier := ""
	if i.Identifier != nil {
		identifier = *i.Identifier
	}
	return json.Marshal(struct {
		plain
		published
		Description      string   `json:"description"`
		Identifier       string   `json:"identifier"`
		DisabledChannels []string `json:"disabledChannels"`
	}{
		plain: plain(i), published: describe("", i.Name, ""), Identifier: identifier,
		DisabledChannels: append([]string{}, i.DisabledChannels...),
	})
}

// MarshalJSON writes the integration with every member that official clients
// rely on: what is not set is empty, not absent.
func (i Integration) MarshalJSON() ([]byte, error) {
	type plain Integration
	i.IntegrationDefinition = i.complete()
	return json.Marshal(struct {
		plain
		Description string `json:"description"`
		URL         string `json:"url"`
		Secrets     Names  `json:"secrets"`
		ReadmeURL   string `json:"readmeUrl"`
		published
	}{plain: plain(i), Description: i.Description, URL: i.URL, Secrets: append(Names{}, i.Secrets...), published: describe(i.Title, i.Name, i.visibility())})
}

// published is what the official API tells of a version in its registry.
type published struct {
	Title              string     `json:"title"`
	IconURL            string     `json:"iconUrl"`
	Public             bool       `json:"public"`
	Visibility         Visibility `json:"visibility"`
	VerificationStatus string     `json:"verificationStatus"`
	LifecycleStatus    string     `json:"lifecycleStatus"`
}

func describe(title, name string, visibility Visibility) published {
	if title == "" {
		title = name
	}
	if visibility == "" {
		visibility = VisibilityPrivate
	}
	return published{
		Title: title, Public: visibility == VisibilityPublic, Visibility: visibility,
		VerificationStatus: "unapproved", LifecycleStatus: "published",
	}
}

var emptyObject = json.RawMessage("{}")

// complete returns the definition with empty parts in place of absent ones.
func (d BotDefinition) complete() BotDefinition {
	d.User, d.Conversation, d.Message = d.User.complete(), d.Conversation.complete(), d.Message.complete()
	d.States = each(d.States, completeState)
	d.Events = each(d.Events, completeEvent)
	d.Actions = each(d.Actions, completeAction)
	configuration := BotConfiguration{}
	if d.Configuration != nil {
		configuration = *d.Configuration
	}
	d.Configuration = &BotConfiguration{Schema: object(configuration.Schema), Data: object(configuration.Data)}
	if d.Subscriptions == nil {
		d.Subscriptions = &Subscriptions{}
	}
	return d
}

func (d *TagsDefinition) complete() *TagsDefinition {
	if d == nil {
		return &TagsDefinition{Tags: map[string]TagDefinition{}}
	}
	return &TagsDefinition{Tags: each(d.Tags, nil)}
}

// complete returns the definition with empty parts in place of absent ones.
func (d IntegrationDefinition) complete() IntegrationDefinition {
	d.Configuration = completeConfiguration(d.Configuration)
	d.Configurations = each(d.Configurations, func(c ConfigurationDefinition) ConfigurationDefinition {
		return *completeConfiguration(&c)
	})
	d.Channels = each(d.Channels, completeChannel)
	user := UserDefinition{}
	if d.User != nil {
		user = *d.User
	}
	user.Tags, user.Creation = each(user.Tags, nil), completeCreation(user.Creation)
	d.User = &user
	d.States = each(d.States, completeState)
	d.Actions = each(d.Actions, completeAction)
	d.Events = each(d.Events, completeEvent)
	d.Entities = each(d.Entities, completeEntity)
	d.Interfaces = each(d.Interfaces, func(i InterfaceExtension) InterfaceExtension {
		i.Entities, i.Actions = each(i.Entities, nil), each(i.Actions, nil)
		i.Events, i.Channels = each(i.Events, nil), each(i.Channels, nil)
		return i
	})
	if d.Identifier == nil {
		d.Identifier = &IdentifierDefinition{}
	}
	return d
}

func completeChannel(c ChannelDefinition) ChannelDefinition {
	c.Messages = each(c.Messages, completeSchema)
	c.Message.Tags = each(c.Message.Tags, nil)
	c.Conversation.Tags, c.Conversation.Creation = each(c.Conversation.Tags, nil), completeCreation(c.Conversation.Creation)
	return c
}

func completeConfiguration(c *ConfigurationDefinition) *ConfigurationDefinition {
	full := ConfigurationDefinition{}
	if c != nil {
		full = *c
	}
	full.Schema = object(full.Schema)
	if full.Identifier == nil {
		full.Identifier = &IdentifierDefinition{}
	}
	return &full
}

func completeCreation(c *CreationDefinition) *CreationDefinition {
	if c == nil {
		return &CreationDefinition{RequiredTags: []string{}}
	}
	return &CreationDefinition{Enabled: c.Enabled, RequiredTags: append([]string{}, c.RequiredTags...)}
}

func completeState(s StateDefinition) StateDefinition {
	s.Schema = object(s.Schema)
	return s
}

func completeEntity(e EntityDefinition) EntityDefinition {
	e.Schema = object(e.Schema)
	return e
}

func completeEvent(e EventDefinition) EventDefinition {
	e.Schema = object(e.Schema)
	return e
}

func completeAction(a ActionDefinition) ActionDefinition {
	a.Input, a.Output = completeSchema(a.Input), completeSchema(a.Output)
	return a
}

func completeSchema(s SchemaDefinition) SchemaDefinition {
	s.Schema = object(s.Schema)
	return s
}

func object(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return emptyObject
	}
	return raw
}

// each returns a copy of m, never nil, with fill applied to its values.
func each[V any](m map[string]V, fill func(V) V) map[string]V {
	out := make(map[string]V, len(m))
	if fill == nil {
		maps.Copy(out, m)
		return out
	}
	for k, v := range m {
		out[k] = fill(v)
	}
	return out
}
