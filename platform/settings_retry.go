package platform

import "time"

// Retry is how long and how often deliveries are attempted. docs/delivery.md
// has the timeline.
type Retry struct {
	// GiveUpAfter is how long after its first attempt, or its replay, a delivery
	// is given up. Default 2d, at most 30d.
	GiveUpAfter Duration `json:"giveUpAfter,omitzero"`
	// MaxInterval is the longest wait between two attempts, unless the target
	// asks for more. Default 1h, at most 1d.
	MaxInterval Duration `json:"maxInterval,omitzero"`
	// MaxAttempts is how many attempts are made. The default is that of the
	// server, which is no limit but GiveUpAfter.
	MaxAttempts int `json:"maxAttempts,omitzero"`
	// FaultAttempts is how many attempts may end in a failure of the code at the
	// delivery itself. Default 15, at most 1000.
	FaultAttempts int `json:"faultAttempts,omitzero"`
}

func (s Retry) withDefaults() Retry {
	orDefault(&s.GiveUpAfter, Duration(2*day))
	orDefault(&s.MaxInterval, Duration(time.Hour))
	orDefault(&s.FaultAttempts, 15)
	return s
}

func (s Retry) check(p settingsCheck) {
	p.span("giveUpAfter", s.GiveUpAfter, time.Minute, 30*day)
	p.span("maxInterval", s.MaxInterval, time.Second, day)
	p.number("maxAttempts", s.MaxAttempts, 1, 10_000)
	p.number("faultAttempts", s.FaultAttempts, 1, 1000)
}
