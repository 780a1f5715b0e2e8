package delivery

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// turns are the concurrent turns of a lane, as its worker sees them.
type turns struct {
	lane   *lane
	limit  int
	flying map[string]bool
	ended  chan string
	seen   map[string]time.Time // by headKey: until when what waited at the last look waits, of the monotonic clock

	// Found by start:
	next    time.Time // when to look again; zero is when something happens
	nextKey string    // what is due then
	asked   bool      // its target asked for the wait
	paused  bool      // Config.Pause holds something back
	blocked bool      // the target's circuit is open
}

// concurrent attempts the messages that lead a lane, several at once and in no
// order. An event that follows them waits for all of them. It returns when
// none is under way.
func (d *Dispatcher) concurrent(ctx context.Context, l *lane, c platform.Concurrency) {
	bell := make(chan struct{}, 1)
	d.mu.Lock()
	l.bell, l.working = bell, ""
	d.mu.Unlock()
	t := &turns{lane: l, limit: c.Limit, flying: map[string]bool{}, ended: make(chan string, c.Limit)}
	for {
		rows, err := d.readLane(ctx, l, max(ahead, 2*c.Limit))
		t.next, t.nextKey, t.asked, t.paused, t.blocked = time.Time{}, "", false, false, false
		if err != nil {
			t.later(time.Now().Add(time.Second), "", false)
		} else {
			d.startTurns(ctx, t, rows[:messages(rows)])
		}
		if len(t.flying) == 0 {
			break
		}
		t.await(ctx, bell)
	}
	d.mu.Lock()
	l.bell = nil
	d.mu.Unlock()
	switch {
	case t.blocked: // it has its turn when there is a probe to make
		d.release(l, nil, true)
	case !t.next.IsZero():
		d.releaseFor(l, time.Until(t.next), t.asked, t.nextKey)
	case t.paused:
		d.release(l, nil, false)
	default:
		d.release(l, nil, d.more(ctx, l))
	}
}

// more reports whether a lane has something that is to be read again.
func (d *Dispatcher) more(ctx context.Context, l *lane) bool {
	rows, err := d.readLane(ctx, l, 1)
	return ctx.Err() == nil && (err != nil || len(rows) > 0)
}

// later notes a time to look again.
func (t *turns) later(at time.Time, key string, asked bool) {
	if t.next.IsZero() || at.Before(t.next) {
		t.next, t.nextKey, t.asked = at, key, asked
	}
}

// await waits until a turn ends, something comes, or it is time.
func (t *turns) await(ctx context.Context, bell <-chan struct{}) {
	var due <-chan time.Time
	if !t.next.IsZero() {
		timer := time.NewTimer(time.Until(t.next))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case id := <-t.ended:
		delete(t.flying, id)
	case <-bell:
	case <-due:
	case <-ctx.Done(): // the turns end
		delete(t.flying, <-t.ended)
	}
}

// waits reports whether a row is to wait still. A wait that was seen once ends
// by the monotonic clock, whatever the wall clock shows then.
func (d *Dispatcher) waits(t *turns, before map[string]time.Time, row *store.Delivery) bool {
	wait, asked := d.waitOf(t.lane, row)
	if wait == 0 {
		return false
	}
	key := headKey(row)
	at, seen := before[key]
	if !seen {
		at = time.Now().Add(wait)
	}
	t.seen[key] = at
	if time.Until(at) <= 0 {
		return false
	}
	t.later(at, key, asked)
	return true
}

// startTurns begins turns of messages that are due, up to the limit of those
// under way.
func (d *Dispatcher) startTurns(ctx context.Context, t *turns, rows []store.Delivery) {
	before := t.seen
	t.seen = map[string]time.Time{}
	active := len(t.flying)
	for i := range rows {
		if rows[i].LeasedAt != nil && !t.flying[rows[i].ID] {
			active++
		}
	}
	for i := range rows {
		row, first := &rows[i], len(t.flying) == 0
		switch why := d.cfg.Pause(ctx, row); {
		case t.flying[row.ID], d.waits(t, before, row):
		case row.LeasedAt != nil:
			d.expire(ctx, t.lane, row)
			t.later(time.Now(), "", false)
		case active >= t.limit:
		case why != nil:
			d.postpone(ctx, row, why)
			t.paused = true
		case !d.takeSlot(t.lane, first):
			t.blocked = first
			return
		default:
			active++
			t.flying[row.ID] = true
			go d.flyTurn(ctx, t.lane, row, first, t.ended)
		}
	}
}

// takeSlot reports whether a turn may begin. The first one has the slot of the
// lane's worker.
func (d *Dispatcher) takeSlot(l *lane, first bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	limit := l.target.limit(d.cfg.TargetWorkers)
	switch {
	case d.ctx == nil, limit == 0:
		return false
	case !first && (d.running >= d.cfg.Workers || l.target.running >= limit):
		return false
	case !first:
		d.running++
		l.target.running++
	}
	if probing := l.target.open(); probing && !l.probing {
		l.probing = true
		d.watchProbe(l)
	} else {
		l.probing = probing
	}
	return true
}

// flyTurn makes one attempt beside others of its lane.
func (d *Dispatcher) flyTurn(ctx context.Context, l *lane, row *store.Delivery, first bool, ended chan<- string) {
	defer func() {
		if !first {
			d.mu.Lock()
			d.running--
			l.target.running--
			d.pump()
			d.mu.Unlock()
		}
		ended <- row.ID
	}()
	start := time.Now()
	err := d.attempt(ctx, l, row)
	if err != nil && ctx.Err() != nil {
		d.landed(row.ID)
		return // the shut-down cut it short: it was not an attempt
	}
	d.record(ctx, l, row, start, err)
	d.landed(row.ID)
	if err != nil && failure(err).Ended != nil {
		select {
		case <-failure(err).Ended:
		case <-ctx.Done():
		}
	}
}
