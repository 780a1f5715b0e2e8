package delivery

import (
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// lane is a lane with work. Its fields are guarded by the dispatcher's mutex,
// but for queue while it is busy, which is then its worker's.
type lane struct {
	name    string
	target  *target
	queue   []store.Delivery // the head and what follows; empty means: ask the store
	offered bool             // in target.waiting
	busy    bool             // a worker has it
	bytes   int              // of the bodies in queue while it is offered
	timer   *time.Timer      // it sleeps
	eager   bool             // its turn comes before its head is due: its mode may act on what follows
	since   time.Time        // debounce: when the head was seen first
	sinceID string           // debounce: the head that since is of

	// While it is busy:
	working  string // the delivery that is attempted, which may have been read before it was told of
	dirty    bool   // something was committed to it
	woken    bool   // its target may be mended
	stale    bool   // rows that were read ahead have changed
	seq      int64  // its number, when it is a message to a bot; 0 otherwise
	newer    string // a message that is to cancel its turn
	newerSeq int64
	bell     chan struct{}   // concurrent: wakes the worker; nil in other modes
	handed   *store.Delivery // a row that was committed as the lane's head
}

// target is a bot or an installation. While it rests (circuit breaker open)
// nothing is attempted; after the rest one attempt tries it out.
type target struct {
	key      string
	lanes    int     // lanes in memory
	waiting  []*lane // lanes that could run
	inTurn   bool
	running  int
	failures int // in a row
	resting  bool
	rest     time.Duration
	timer    *time.Timer

	failingSince time.Time // the first of failures
}

func (t *target) limit(most int) int {
	switch {
	case t.resting:
		return 0
	case t.rest > 0:
		return 1 // trying it out
	}
	return most
}

func (t *target) stopTimer() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// judge notes an attempt's outcome for the target's circuit breaker. It
// returns how long the target rests from now on; 0 means that nothing has
// changed.
func (d *Dispatcher) judge(l *lane, ok bool) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := l.target
	switch {
	case ok:
		d.answered(t)
		return 0
	case l.woken:
		return 0 // it failed at what was there before
	}
	if t.failures++; t.failures == 1 {
		t.failingSince = time.Now()
	}
	if t.resting || t.failures < d.cfg.BreakAfter {
		return 0
	}
	t.rest = min(max(t.rest*2, d.cfg.RestFor), time.Minute)
	t.resting = true
	t.timer = time.AfterFunc(t.rest, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		t.resting = false
		t.timer = nil
		d.enter(t)
		d.pump()
	})
	return t.rest
}
