package node

import (
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	start := time.Unix(0, 0)
	th := newThrottle(50, 100*ms, 40*ms, start)
	for _, step := range []struct {
		name             string
		at, spent, pause time.Duration
	}{
		{"what it saved", 0, 140 * ms, 0},
		{"as much as it earns", 100 * ms, 190 * ms, 0},
		{"more", 200 * ms, 290 * ms, 100 * ms},
		{"nothing while it is stopped", 300 * ms, 290 * ms, 0},
		{"no more is saved than the burst", 10_000 * ms, 290 * ms, 0},
		{"the burst and more", 10_000 * ms, 440 * ms, 100 * ms},
	} {
		if got := th.spend(step.spent, start.Add(step.at)); got != step.pause {
			t.Errorf("%s: spend(%s) at %s = %s, want %s", step.name, step.spent, step.at, got, step.pause)
		}
	}
}
