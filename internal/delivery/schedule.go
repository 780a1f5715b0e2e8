package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/internal/clock"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// Schedule is how long and how often a delivery is attempted. Zero fields take
// the defaults in their comments.
type Schedule struct {
	GiveUpAfter   time.Duration // after the first attempt, or the first since a replay; default 48 h
	FirstInterval time.Duration // the longest wait after the first attempt, doubled after each; default 500 ms
	MaxInterval   time.Duration // the longest wait between two attempts; default 1 h
	MaxAttempts   int           // default no limit
	FaultAttempts int           // attempts that may end in a failure of the target at this delivery; default 15
}

func (s Schedule) withDefaults() Schedule {
	span := func(p *time.Duration, d time.Duration) {
		if *p <= 0 {
			*p = d
		}
	}
	span(&s.GiveUpAfter, 48*time.Hour)
	span(&s.FirstInterval, 500*time.Millisecond)
	span(&s.MaxInterval, time.Hour)
	if s.FaultAttempts <= 0 {
		s.FaultAttempts = 15
	}
	return s
}

// longestAfter is the longest Retry-After that is honoured.
const longestAfter = 24 * time.Hour

// probe is what an attempt was made for, beside delivering: to find whether a
// target is back whose circuit has been open since a time. The zero value is an
// attempt while the circuit is closed.
type probe struct {
	made      bool
	openSince time.Time
}

func (d *Dispatcher) probeOf(l *lane) probe {
	d.mu.Lock()
	defer d.mu.Unlock()
	return probe{l.probing && l.target.open(), l.target.openSince}
}

// decide turns a failure into a wait, or into -1 and a final state.
func (d *Dispatcher) decide(ctx context.Context, row *store.Delivery, a *store.Attempt, f *Failure, p probe) time.Duration {
	if _, ok := errors.AsType[*cancelledError](f); ok {
		a.Outcome, row.State = store.OutcomeCancelled, store.DeliveryDiscarded
		return -1
	}
	s := d.cfg.Schedule(ctx, row).withDefaults()
	made := cycleOf(row)
	a.After = f.After.Milliseconds()
	a.Outcome = store.OutcomeRetry
	// A probe comes before the delivery's own time, which stays as it is.
	early := clock.Wait(row.NextAt, written(row), d.clock.Now())
	if p.made && early > 0 && !f.Final && !f.failedAtIt() {
		a.Outcome = store.OutcomeProbe
	} else {
		made.attempts++
		early = 0
	}
	if f.failedAtIt() {
		made.faults++
	}
	a.Counted, a.Faults = made.attempts, made.faults
	why := ""
	switch {
	case f.Final:
		why = "refused"
	case f.failedAtIt() && made.faults >= s.FaultAttempts:
		why = fmt.Sprintf("the target failed at it %d times", made.faults)
	case s.MaxAttempts > 0 && made.attempts >= s.MaxAttempts:
		why = fmt.Sprintf("%d attempts were made", made.attempts)
	case d.clock.Since(firstAttempt(row, made, a, p)) >= s.GiveUpAfter:
		why = fmt.Sprintf("its time of %s is over", s.GiveUpAfter)
	case early > 0:
		return max(min(f.After, longestAfter), early)
	default:
		// A target that says "in a second" all the time is not asked every
		// second: that would use up the attempts in no time.
		return max(min(f.After, longestAfter), backoff(s.FirstInterval, s.MaxInterval, max(1, made.attempts)))
	}
	if !f.Final {
		a.Error = clip(a.Error + " (given up: " + why + ")")
	}
	a.Outcome, row.State = store.DeliveryDead, store.DeliveryDead
	if d.cfg.Hold(ctx, row) {
		row.State = store.DeliveryHeld
	}
	return -1
}

// cycle is what was attempted since a delivery was created or replayed. A
// replay begins the schedule again, not the numbers of attempts: a target may
// look for what an earlier one left behind.
type cycle struct {
	from     int // index in the log of the first attempt
	attempts int // those that count
	faults   int
}

func cycleOf(row *store.Delivery) (c cycle) {
	n := len(row.Log)
	for c.from = n; c.from > 0; c.from-- {
		if a := row.Log[c.from-1]; a.Replayed || a.Outcome != store.OutcomeRetry && a.Outcome != store.OutcomeProbe {
			break
		}
	}
	if c.from < n {
		c.attempts, c.faults = row.Log[n-1].Counted, row.Log[n-1].Faults
	}
	if c.attempts == 0 { // as an older version wrote them
		c.attempts = n - c.from
	}
	return c
}

// firstAttempt is when a delivery was first attempted, or would have been if its
// target had not been away: what waits for an open circuit grows old with it.
func firstAttempt(row *store.Delivery, made cycle, a *store.Attempt, p probe) time.Time {
	first := a.At
	switch {
	case made.from < len(row.Log):
		first = row.Log[made.from].At
	case made.from > 0:
		return first // replayed
	}
	if !p.made || !p.openSince.Before(first) || !row.CreatedAt.Before(first) {
		return first
	}
	if row.CreatedAt.After(p.openSince) {
		return row.CreatedAt
	}
	return p.openSince
}

// keptAttempts is how many attempts a delivery's log keeps: the first since its
// creation or replay, and the newest.
const keptAttempts = 50

// keepAttempt adds an attempt to a delivery's log, or replaces the one with its
// number that was cancelled if the target has taken it all the same. Of probes in
// a row the last one stays.
func keepAttempt(row *store.Delivery, a store.Attempt) {
	if n := len(row.Log); n > 0 && row.Log[n-1].Number == a.Number && row.Log[n-1].Outcome == store.OutcomeCancelled {
		if a.Outcome != store.DeliveryDelivered {
			return // it ended because it was cancelled
		}
		row.Log = row.Log[:n-1]
	}
	n, from := len(row.Log), cycleOf(row).from
	if n > 0 && a.Outcome == store.OutcomeProbe && row.Log[n-1].Outcome == store.OutcomeProbe && n-1 > from {
		row.Log[n-1] = a
		return
	}
	row.Log = append(row.Log, a)
	for len(row.Log) > keptAttempts {
		drop := 0
		if from == 0 {
			drop = 1
		}
		from = max(0, from-1)
		row.Log = append(row.Log[:drop], row.Log[drop+1:]...)
	}
}

// written is when a delivery's NextAt was stored; of a lease, when it was
// granted.
func written(row *store.Delivery) time.Time {
	if row.LeasedAt != nil {
		return *row.LeasedAt
	}
	if n := len(row.Log); n > 0 && row.Attempts > 0 {
		last := row.Log[n-1]
		return last.At.Add(time.Duration(last.Millis) * time.Millisecond)
	}
	return row.CreatedAt
}

// headKey names a delivery between two of its attempts.
func headKey(row *store.Delivery) string {
	return fmt.Sprintf("%s/%d/%d", row.ID, row.Attempts, row.NextAt.UnixMilli())
}

// wait returns how long a lane's head is to wait, and whether its target asked
// for that. d.mu is held. A head whose wait has passed in this process is due
// whatever the wall clock shows; one that only backs off is due while its
// target's circuit is not closed, and once it has closed since.
func (d *Dispatcher) wait(l *lane, row *store.Delivery) (wait time.Duration, asked bool) {
	wait = clock.Wait(row.NextAt, written(row), d.clock.Now())
	if end, ok := d.leaseEnds[row.ID]; ok && row.LeasedAt != nil && end.key == headKey(row) {
		wait = max(0, time.Until(end.at))
	}
	if wait == 0 || l.ripe == headKey(row) {
		return 0, false
	}
	if n := len(row.Log); n > 0 && row.LeasedAt == nil {
		asked = row.Log[n-1].After > 0
		if !asked && (l.target.open() || row.Log[n-1].At.Before(l.target.recovered)) {
			return 0, false
		}
	}
	return wait, asked
}
