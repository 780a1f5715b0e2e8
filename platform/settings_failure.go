package platform

import (
	"time"
	"unicode/utf8"
)

// BotFailure is what happens when the bot cannot be reached or refuses.
type BotFailure struct {
	// Message is a text that the person gets in a conversation when a message to
	// the bot is a dead letter, or waits while the bot is down: at most once in a
	// conversation until the bot takes a delivery again. Default none, at most
	// 2000 characters.
	Message string `json:"message,omitzero"`
	// DownAfter is how long every attempt at the bot fails before the bot is
	// reported as down. Default 5m, 1s to 24h.
	DownAfter Duration `json:"downAfter,omitzero"`
}

// InstallationFailure is what happens when an integration cannot be reached.
type InstallationFailure struct {
	// DownAfter is how long every attempt at the integration fails before the
	// installation is reported as down. Default 5m, 1s to 24h.
	DownAfter Duration `json:"downAfter,omitzero"`
}

const (
	downAfter         = Duration(5 * time.Minute)
	maxFailureMessage = 2000
)

func (s BotFailure) withDefaults() BotFailure {
	orDefault(&s.DownAfter, downAfter)
	return s
}

func (s InstallationFailure) withDefaults() InstallationFailure {
	orDefault(&s.DownAfter, downAfter)
	return s
}

func (s BotFailure) check(p settingsCheck) {
	p.span("downAfter", s.DownAfter, time.Second, day)
	if n := utf8.RuneCountInString(s.Message); n > maxFailureMessage {
		p.addf("message", "it has %d characters; give at most %d", n, maxFailureMessage)
	}
}

func (s InstallationFailure) check(p settingsCheck) {
	p.span("downAfter", s.DownAfter, time.Second, day)
}
