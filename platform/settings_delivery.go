package platform

import "time"

// BotDelivery is how deliveries to a bot are made.
type BotDelivery struct {
	// TurnLimit is how long one attempt at the bot may take, a lease included.
	// An attempt at its limit is ended and retried. Default 15m, at most 24h.
	TurnLimit Duration `json:"turnLimit,omitzero"`
	// Concurrency is what happens to the messages of a conversation that arrive
	// while the bot is busy with an earlier one.
	Concurrency Concurrency `json:"concurrency,omitzero"`
}

// InstallationDelivery is how deliveries to an installation are made.
type InstallationDelivery struct {
	// TurnLimit is how long one attempt at the integration may take, a lease
	// included. Default 5m, at most 24h.
	TurnLimit Duration `json:"turnLimit,omitzero"`
}

// The modes of Concurrency.
const (
	ModeQueue          = "queue"
	ModeBurst          = "burst"
	ModeDebounce       = "debounce"
	ModeConcurrent     = "concurrent"
	ModeCancelPrevious = "cancel-previous"
)

// Concurrency is how the turns of one conversation follow each other.
type Concurrency struct {
	// Mode is queue (default: one turn per message, in order), burst (all queued
	// messages in one turn), debounce (a turn begins after a silence, then as
	// burst), concurrent (several turns at once, in no order) or cancel-previous
	// (a message cancels the running turn and what is queued).
	Mode string `json:"mode,omitzero"`
	// Wait is the silence that debounce waits for. Default 1s, at most 1m.
	Wait Duration `json:"wait,omitzero"`
	// MaxWait is the longest that debounce lets the first message wait. Default
	// 10s, at most 10m.
	MaxWait Duration `json:"maxWait,omitzero"`
	// MaxBurst is how many messages one turn of burst and debounce may carry, the
	// last one included. Default 20, at most 100.
	MaxBurst int `json:"maxBurst,omitzero"`
	// Limit is how many turns of a conversation concurrent may run at once.
	// Default 4, at most 32.
	Limit int `json:"limit,omitzero"`
}

const (
	turnLimitMost = 24 * time.Hour
	turnLimitMin  = time.Second
)

func (s BotDelivery) withDefaults() BotDelivery {
	orDefault(&s.TurnLimit, Duration(15*time.Minute))
	orDefault(&s.Concurrency.Mode, ModeQueue)
	orDefault(&s.Concurrency.Wait, Duration(time.Second))
	orDefault(&s.Concurrency.MaxWait, max(Duration(10*time.Second), s.Concurrency.Wait))
	orDefault(&s.Concurrency.MaxBurst, 20)
	orDefault(&s.Concurrency.Limit, 4)
	return s
}

func (s InstallationDelivery) withDefaults() InstallationDelivery {
	orDefault(&s.TurnLimit, Duration(5*time.Minute))
	return s
}

func (s BotDelivery) check(p settingsCheck) {
	p.span("turnLimit", s.TurnLimit, turnLimitMin, turnLimitMost)
	c, p := s.Concurrency, p.in("concurrency")
	p.oneOf("mode", c.Mode, ModeQueue, ModeBurst, ModeDebounce, ModeConcurrent, ModeCancelPrevious)
	p.span("wait", c.Wait, 10*time.Millisecond, time.Minute)
	p.span("maxWait", c.MaxWait, 10*time.Millisecond, 10*time.Minute)
	if c.MaxWait != 0 && c.MaxWait < s.withDefaults().Concurrency.Wait {
		p.addf("maxWait", "%s is less than wait; give at least %s", c.MaxWait, s.withDefaults().Concurrency.Wait)
	}
	p.number("maxBurst", c.MaxBurst, 1, 100)
	p.number("limit", c.Limit, 1, 32)
}

func (s InstallationDelivery) check(p settingsCheck) {
	p.span("turnLimit", s.TurnLimit, turnLimitMin, turnLimitMost)
}

// orDefault sets a member that is zero.
func orDefault[T comparable](p *T, value T) {
	if *p == *new(T) {
		*p = value
	}
}
