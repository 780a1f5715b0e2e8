package delivery

import (
	"cmp"
	"slices"
	"time"
)

// target is a bot or an installation, with its circuit:
//
//	closed    -> open       after Config.BreakAfter failures in a row
//	open      -> half open  after rest, which doubles up to mostRest
//	half open -> open       when the probe fails
//	half open -> closed     when the target answers, if only to refuse
//
// While the circuit is open nothing is attempted; half open, one attempt at a
// time, the probe. Lanes wait for the circuit instead of their back-off, and
// are attempted in their order when it closes.
type target struct {
	key      string
	lanes    int     // lanes in memory
	waiting  []*lane // lanes that could run
	inTurn   bool
	running  int
	failures int  // in a row
	known    bool // it was attempted, or suspected, since the process started
	overflow bool // some of its lanes are only in the store, and are read when the circuit closes

	rest      time.Duration // of the open circuit; 0 while it is closed
	resting   bool          // open, not half open
	slack     int           // probes beside the first, which takes long
	openSince time.Time     // of the wall clock
	recovered time.Time     // of the wall clock: when the circuit closed
	timer     *time.Timer

	failingSince time.Time // the first of failures
}

const (
	mostRest = time.Minute
	// slowProbe is after how long without an outcome of a probe another one is
	// made: a target may hang at one delivery and not at the next.
	slowProbe = 30 * time.Second
)

// open reports whether the circuit is not closed.
func (t *target) open() bool { return t.rest > 0 }

// limit is how many attempts may run at a time, most of them while the circuit
// is closed.
func (t *target) limit(most int) int {
	switch {
	case t.resting:
		return 0
	case t.open():
		return min(most, 1+t.slack)
	}
	return most
}

func (t *target) stopTimer() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// outcome is what an attempt says about its target.
type outcome int

const (
	there   outcome = iota // the target is there
	away                   // it gave no verdict
	gaveUp                 // nor did it in all the time that its delivery had
	unknown                // the attempt was ended from outside
)

// observe records an attempt's outcome for the target's circuit. It returns how
// long the circuit is open from now on; 0 means that nothing has changed.
func (d *Dispatcher) observe(l *lane, o outcome) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.judge(l.target, o, l.woken)
}

// observeLease records how an attempt ended that held a lease. It began before
// an open circuit's probe, and is none.
func (d *Dispatcher) observeLease(key string, o outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.target(key)
	if o == there || !t.open() {
		if rest := d.judge(t, o, false); rest > 0 {
			d.cfg.Logger.Warn("circuit open", "target", key, "probe_in", rest)
		}
	}
	d.drop(t)
	d.pump()
}

// judge does what observe says. What was woken has failed at what was there
// before. d.mu is held.
func (d *Dispatcher) judge(t *target, o outcome, woken bool) time.Duration {
	switch {
	case o == unknown:
		return 0
	case o == there:
		if t.open() {
			d.closeCircuit(t)
		}
		d.answered(t)
		return 0
	case woken:
		return 0
	}
	if t.failures++; t.failures == 1 {
		t.failingSince = time.Now()
	}
	switch {
	case t.resting, !t.open() && t.failures < d.cfg.BreakAfter:
		return 0
	case t.open() && o == gaveUp:
		return 0 // half open still: the next probe finds whether more is to be given up
	case !t.open():
		t.openSince = d.clock.Now()
	}
	d.openCircuit(t)
	return t.rest
}

// openCircuit stops attempts at a target for a while. Lanes that back off wait
// for the circuit from now on.
func (d *Dispatcher) openCircuit(t *target) {
	first := !t.open()
	t.rest = min(max(t.rest*2, d.cfg.RestFor), mostRest)
	t.resting, t.slack = true, 0
	t.stopTimer()
	t.timer = time.AfterFunc(t.rest, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if t.resting {
			t.resting, t.timer = false, nil
			d.enter(t)
			d.pump()
		}
	})
	if first {
		d.rouseLanes(func(l *lane) bool { return l.target == t && !l.asked })
	}
}

// closeCircuit has everything that waits for a target attempted, in order.
func (d *Dispatcher) closeCircuit(t *target) {
	t.refresh()
	t.recovered = d.clock.Now()
	slices.SortFunc(t.waiting, func(a, b *lane) int { return cmp.Compare(a.serial, b.serial) })
	if t.overflow {
		t.overflow, d.unread = false, true
		d.wake()
	}
	d.enter(t)
}

// rouseLanes offers lanes that sleep, in their order.
func (d *Dispatcher) rouseLanes(which func(*lane) bool) {
	var list []*lane
	for _, l := range d.lanes {
		if l.timer != nil && which(l) {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b *lane) int { return cmp.Compare(a.serial, b.serial) })
	for _, l := range list {
		d.rouse(l)
		d.offer(l)
	}
}

// suspect takes a target whose deliveries were failing before the process
// started for one whose circuit is half open: it may have recovered since.
func (d *Dispatcher) suspect(t *target) {
	if !t.open() && !t.known {
		t.known, t.rest, t.openSince = true, d.cfg.RestFor, d.clock.Now()
	}
}

// watchProbe lets another probe follow one that takes long.
func (d *Dispatcher) watchProbe(l *lane) {
	t := l.target
	time.AfterFunc(slowProbe, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if l.busy && l.probing && t.open() && !t.resting && d.ctx != nil {
			t.slack++
			d.enter(t)
			d.pump()
		}
	})
}

// refresh forgets what is held against a target.
func (t *target) refresh() {
	t.stopTimer()
	t.failures, t.rest, t.resting, t.slack = 0, 0, false, 0
}
