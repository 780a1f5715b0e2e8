package platform

import "time"

// BotRetention is how long rows of a bot are kept. A zero member keeps them for
// ever, but for Deliveries. Rows are removed in small steps within an hour of
// their time; what is still to be delivered is kept.
type BotRetention struct {
	// Messages is how long messages are kept, by their time of creation.
	Messages Duration `json:"messages,omitzero"`
	// Events is how long events are kept that are not scheduled or pending.
	Events Duration `json:"events,omitzero"`
	// Deliveries is how long finished deliveries are kept with their attempts
	// and bodies. Default: 7 days for delivered ones, the others for ever; when
	// it is set it is for dead and discarded ones too.
	Deliveries Duration `json:"deliveries,omitzero"`
	// Logs is how long lines are kept that the bot's code printed. At most the
	// 7 days for which the server keeps them.
	Logs Duration `json:"logs,omitzero"`
	// Files is how long files are kept that are not indexed for search.
	Files Duration `json:"files,omitzero"`
}

func (s BotRetention) check(p settingsCheck) {
	const least, most = time.Hour, 3660 * day
	p.span("messages", s.Messages, least, most)
	p.span("events", s.Events, least, most)
	p.span("deliveries", s.Deliveries, least, most)
	p.span("logs", s.Logs, least, 7*day)
	p.span("files", s.Files, least, most)
}
