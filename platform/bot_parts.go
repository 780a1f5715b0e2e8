package platform

import "encoding/json"

// BotPlugin is a plugin that a bot takes, under a name of the bot's. An upload
// names it by ID; the server adds what it has published under that.
type BotPlugin struct {
	ID            string                       `json:"id"`
	Name          string                       `json:"name,omitempty"`
	Version       string                       `json:"version,omitempty"`
	Title         string                       `json:"title,omitempty"`
	Description   string                       `json:"description,omitempty"`
	Enabled       *bool                        `json:"enabled,omitempty"` // nil is true
	Configuration json.RawMessage              `json:"configuration,omitempty"`
	Interfaces    map[string]PluginInterface   `json:"interfaces,omitempty"`
	Integrations  map[string]PluginIntegration `json:"integrations,omitempty"`
	CreatedAt     Time                         `json:"createdAt,omitzero"`
	UpdatedAt     Time                         `json:"updatedAt,omitzero"`
}

// PluginInterface names the installation that stands for an interface of a
// plugin.
type PluginInterface struct {
	IntegrationID             string `json:"integrationId"`
	IntegrationAlias          string `json:"integrationAlias,omitempty"`
	IntegrationInterfaceAlias string `json:"integrationInterfaceAlias,omitempty"`
	InterfaceID               string `json:"interfaceId,omitempty"`
}

// PluginIntegration names the installation that a plugin wants.
type PluginIntegration struct {
	IntegrationID    string `json:"integrationId"`
	IntegrationAlias string `json:"integrationAlias,omitempty"`
}

// shownPlugin is a plugin of a bot with every member that official clients
// rely on.
type shownPlugin struct {
	BotPlugin
	Enabled         bool            `json:"enabled"`
	Title           string          `json:"title"`
	Description     string          `json:"description"`
	Configuration   json.RawMessage `json:"configuration"`
	Public          bool            `json:"public"`
	Visibility      Visibility      `json:"visibility"`
	LifecycleStatus string          `json:"lifecycleStatus"`
	pictured
}

func showPlugin(p BotPlugin) shownPlugin {
	shown := describe(p.Title, p.Name, "")
	return shownPlugin{
		BotPlugin: p, Enabled: p.Enabled == nil || *p.Enabled, Title: shown.Title, Description: p.Description,
		Configuration: object(p.Configuration), Visibility: shown.Visibility, LifecycleStatus: shown.LifecycleStatus,
	}
}

// RecurringEvent is an event that the bot is told on a schedule.
type RecurringEvent struct {
	Schedule RecurringSchedule `json:"schedule"`
	Type     string            `json:"type"`
	Payload  json.RawMessage   `json:"payload"`
}

// RecurringSchedule says when: Cron has five fields, in UTC.
type RecurringSchedule struct {
	Cron string `json:"cron"`
}

// shownRecurring is a recurring event with every member that official clients
// rely on.
type shownRecurring struct {
	RecurringEvent
	Payload           json.RawMessage `json:"payload"`
	FailedAttempts    int             `json:"failedAttempts"` // always 0: the deliveries tell how each went
	LastFailureReason *string         `json:"lastFailureReason"`
}

func showRecurring(e RecurringEvent) shownRecurring {
	return shownRecurring{RecurringEvent: e, Payload: object(e.Payload)}
}

// shownEach is each for what is shown in another form.
func shownEach[V, W any](m map[string]V, show func(V) W) map[string]W {
	out := make(map[string]W, len(m))
	for name, v := range m {
		out[name] = show(v)
	}
	return out
}
