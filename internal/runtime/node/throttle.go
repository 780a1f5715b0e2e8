package node

import "time"

// throttle bounds what a process takes of a processor over time: it earns time
// as the clock goes, may save up to burst of it, and is stopped while it has
// taken more than it earned.
type throttle struct {
	rate  float64       // processors
	burst time.Duration // that it may take at once

	left  time.Duration // negative: it owes
	spent time.Duration // in all, when last seen
	seen  time.Time
}

func newThrottle(percent int, burst time.Duration, spent time.Duration, now time.Time) *throttle {
	return &throttle{rate: float64(percent) / 100, burst: burst, left: burst, spent: spent, seen: now}
}

// spend notes what the process has taken by now, and returns how long it must
// be stopped; 0 is not.
func (t *throttle) spend(spent time.Duration, now time.Time) time.Duration {
	earned := time.Duration(float64(now.Sub(t.seen)) * t.rate)
	t.left = min(t.left+earned-(spent-t.spent), t.burst)
	t.spent, t.seen = spent, now
	if t.left >= 0 {
		return 0
	}
	return time.Duration(float64(-t.left) / t.rate)
}
