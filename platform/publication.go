package platform

import (
	"encoding/json"
	"fmt"
)

// InterfaceDefinition is what integrations can promise to do, by names of the
// interface's own.
type InterfaceDefinition struct {
	Name         string                       `json:"name"`
	Version      string                       `json:"version"`
	Title        string                       `json:"title,omitempty"`
	Description  string                       `json:"description,omitempty"`
	Icon         string                       `json:"icon,omitempty"`   // base64 of an SVG
	Readme       string                       `json:"readme,omitempty"` // base64 of Markdown
	Public       *bool                        `json:"public,omitempty"` // nil is true: older tools do not say
	Entities     map[string]EntityDefinition  `json:"entities,omitzero"`
	Events       map[string]EventDefinition   `json:"events,omitzero"`
	Actions      map[string]ActionDefinition  `json:"actions,omitzero"`
	Channels     map[string]ChannelDefinition `json:"channels,omitzero"`
	NameTemplate *NameTemplate                `json:"nameTemplate,omitempty"`
	Attributes   map[string]string            `json:"attributes,omitempty"`
	SDKVersion   string                       `json:"sdkVersion,omitempty"`
}

// NameTemplate names what an integration makes of an interface with entities.
type NameTemplate struct {
	Script   string `json:"script"`
	Language string `json:"language"`
}

// Interface is a stored interface version.
type Interface struct {
	ID        string `json:"id"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	InterfaceDefinition
}

// MarshalJSON writes the interface with every member that official clients
// rely on: what is not set is empty, not absent.
func (i Interface) MarshalJSON() ([]byte, error) {
	type plain Interface
	i.Entities = each(i.Entities, completeEntity)
	i.Events = each(i.Events, completeEvent)
	i.Actions = each(i.Actions, completeAction)
	i.Channels = each(i.Channels, completeChannel)
	if i.Title == "" {
		i.Title = i.Name
	}
	return json.Marshal(struct {
		plain
		Title       string `json:"title"`
		Description string `json:"description"`
		Public      bool   `json:"public"`
		pictured
	}{plain: plain(i), Title: i.Title, Description: i.Description, Public: i.Shown(), pictured: picture(i.Icon, i.Readme)})
}

// Shown reports whether the hub has the interface.
func (i *Interface) Shown() bool { return i.Public == nil || *i.Public }

// pictured is where icons and readme files are.
type pictured struct {
	IconURL   string `json:"iconUrl"`
	ReadmeURL string `json:"readmeUrl"`
}

// picture returns addresses that hold the files, which are base64.
func picture(icon, readme string) pictured {
	p := pictured{}
	if icon != "" {
		p.IconURL = "data:image/svg+xml;base64," + icon
	}
	if readme != "" {
		p.ReadmeURL = "data:text/markdown;base64," + readme
	}
	return p
}

// PluginDefinition is a part of a bot that others can take, with what it needs
// of them.
type PluginDefinition struct {
	Name          string                      `json:"name"`
	Version       string                      `json:"version"`
	Title         string                      `json:"title,omitempty"`
	Description   string                      `json:"description,omitempty"`
	Icon          string                      `json:"icon,omitempty"`   // base64 of an SVG
	Readme        string                      `json:"readme,omitempty"` // base64 of Markdown
	Public        bool                        `json:"public,omitempty"`
	Visibility    Visibility                  `json:"visibility,omitempty"`
	Configuration *ConfigurationDefinition    `json:"configuration,omitzero"`
	States        map[string]StateDefinition  `json:"states,omitzero"`
	Events        map[string]EventDefinition  `json:"events,omitzero"`
	Actions       map[string]ActionDefinition `json:"actions,omitzero"`
	User          *TagsDefinition             `json:"user,omitzero"`
	Conversation  *TagsDefinition             `json:"conversation,omitzero"`
	Message       *TagsDefinition             `json:"message,omitzero"`
	Dependencies  PluginDependencies          `json:"dependencies,omitzero"`
	Attributes    map[string]string           `json:"attributes,omitempty"`
	SDKVersion    string                      `json:"sdkVersion,omitempty"`
}

// PluginDependencies are what a bot must have for a plugin, by the plugin's own
// names.
type PluginDependencies struct {
	Interfaces   map[string]Reference `json:"interfaces,omitzero"`
	Integrations map[string]Reference `json:"integrations,omitzero"`
}

// Reference names a version of something that is published.
type Reference struct {
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// Plugin is a stored plugin version.
type Plugin struct {
	ID        string `json:"id"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	PluginDefinition
}

// MarshalJSON writes the plugin with every member that official clients rely
// on: what is not set is empty, not absent.
func (p Plugin) MarshalJSON() ([]byte, error) {
	type plain Plugin
	p.Configuration = completeConfiguration(p.Configuration)
	p.States = each(p.States, completeState)
	p.Events = each(p.Events, completeEvent)
	p.Actions = each(p.Actions, completeAction)
	p.User, p.Conversation, p.Message = p.User.complete(), p.Conversation.complete(), p.Message.complete()
	p.Dependencies = PluginDependencies{each(p.Dependencies.Interfaces, nil), each(p.Dependencies.Integrations, nil)}
	shown := describe(p.Title, p.Name, p.visibility())
	return json.Marshal(struct {
		plain
		Title           string     `json:"title"`
		Description     string     `json:"description"`
		Public          bool       `json:"public"`
		Visibility      Visibility `json:"visibility"`
		LifecycleStatus string     `json:"lifecycleStatus"`
		pictured
	}{
		plain: plain(p), Title: shown.Title, Description: p.Description, Public: shown.Public, Visibility: shown.Visibility,
		LifecycleStatus: shown.LifecycleStatus, pictured: picture(p.Icon, p.Readme),
	})
}

// PluginCode is a plugin's code, once for Node and once for browsers.
type PluginCode struct {
	Node    string `json:"node,omitempty"`
	Browser string `json:"browser,omitempty"`
}

// Visibility says who finds a version: everybody in the hub, everybody who knows
// its name, or its own workspace only.
type Visibility string

// The visibilities; "" is private.
const (
	VisibilityPublic   Visibility = "public"
	VisibilityUnlisted Visibility = "unlisted"
	VisibilityPrivate  Visibility = "private"
)

// OwnerWorkspace is whose a version in the hub is.
type OwnerWorkspace struct {
	ID     string  `json:"id"`
	Handle *string `json:"handle"`
	Name   string  `json:"name"`
}

// PublicIntegration is an integration version as the hub shows it.
type PublicIntegration struct {
	Integration
	OwnerWorkspace OwnerWorkspace `json:"ownerWorkspace"`
	Meta           HubMeta        `json:"meta"`
}

// HubMeta is how much a version in the hub is used.
type HubMeta struct {
	Installs int `json:"installs"`
	Views    int `json:"views"` // always 0: nobody is watched
}

// MarshalJSON writes the integration's members and its own.
func (p PublicIntegration) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(p.Integration)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Errorf("members of an integration: %w", err)
	}
	own := map[string]any{"ownerWorkspace": p.OwnerWorkspace, "meta": p.Meta}
	for name, value := range own {
		if members[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// visibility is who finds the integration: those that are linked into the
// server are everybody's.
func (i *Integration) visibility() Visibility {
	switch {
	case i.Visibility != "":
		return i.Visibility
	case i.Public || i.Builtin:
		return VisibilityPublic
	}
	return VisibilityPrivate
}

// Shown reports whether the hub has the integration, and whether it lists it.
func (i *Integration) Shown() (has, listed bool) {
	v := i.visibility()
	return v != VisibilityPrivate, v == VisibilityPublic
}

func (p *Plugin) visibility() Visibility {
	if p.Visibility == "" && p.Public {
		return VisibilityPublic
	}
	return p.Visibility
}

// Shown is Integration.Shown for plugins.
func (p *Plugin) Shown() (has, listed bool) {
	v := p.visibility()
	return v == VisibilityPublic || v == VisibilityUnlisted, v == VisibilityPublic
}
