package delivery

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// concurrent attempts the messages that lead a lane, several at once and in no
// order. An event that follows them waits for all of them. It returns when
// none is under way.
func (d *Dispatcher) concurrent(ctx context.Context, l *lane, c platform.Concurrency) {
	bell := make(chan struct{}, 1)
	d.mu.Lock()
	l.bell, l.working = bell, ""
	d.mu.Unlock()
	flying, ended := map[string]bool{}, make(chan string, c.Limit)
	var again time.Time
	for {
		rows, err := d.readLane(ctx, l, max(ahead, 2*c.Limit))
		if err != nil {
			again = time.Now().Add(time.Second)
		} else {
			again = d.startTurns(ctx, l, c.Limit, rows[:messages(rows)], flying, ended)
		}
		if len(flying) == 0 {
			break
		}
		d.await(ctx, again, bell, flying, ended)
	}
	d.mu.Lock()
	l.bell = nil
	d.mu.Unlock()
	if again.IsZero() {
		d.release(l, nil, d.more(ctx, l))
		return
	}
	d.releaseAt(l, again)
}

// more reports whether a lane has something that is to be read again.
func (d *Dispatcher) more(ctx context.Context, l *lane) bool {
	rows, err := d.readLane(ctx, l, 1)
	return ctx.Err() == nil && (err != nil || len(rows) > 0)
}

// await waits until a turn ends, something comes, or it is time.
func (d *Dispatcher) await(ctx context.Context, again time.Time, bell <-chan struct{}, flying map[string]bool, ended <-chan string) {
	var due <-chan time.Time
	if !again.IsZero() {
		timer := time.NewTimer(time.Until(again))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case id := <-ended:
		delete(flying, id)
	case <-bell:
	case <-due:
	case <-ctx.Done(): // the turns end
		delete(flying, <-ended)
	}
}

// startTurns begins turns of messages that are due, up to a limit of those
// under way. It returns when to look again; zero is when one ends.
func (d *Dispatcher) startTurns(ctx context.Context, l *lane, limit int, rows []store.Delivery, flying map[string]bool, ended chan<- string) (again time.Time) {
	later := func(at time.Time) {
		if again.IsZero() || at.Before(again) {
			again = at
		}
	}
	active := len(flying)
	for i := range rows {
		if rows[i].LeasedAt != nil && !flying[rows[i].ID] {
			active++
		}
	}
	for i := range rows {
		row := &rows[i]
		switch {
		case flying[row.ID]:
		case row.NextAt.After(time.Now()):
			later(row.NextAt)
		case row.LeasedAt != nil:
			d.expire(ctx, l, row)
			later(time.Now())
		case active >= limit:
		case d.cfg.Pause(ctx, row) != nil, !d.takeSlot(l, len(flying) == 0):
			if len(flying) == 0 {
				later(time.Now().Add(time.Second))
			}
		default:
			active++
			first := len(flying) == 0
			flying[row.ID] = true
			go d.flyTurn(ctx, l, row, first, ended)
		}
	}
	return again
}

// takeSlot reports whether a turn may begin. The first one has the slot of the
// lane's worker.
func (d *Dispatcher) takeSlot(l *lane, first bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.ctx == nil, l.target.limit(d.cfg.TargetWorkers) == 0:
		return false
	case first:
		return true
	case d.running >= d.cfg.Workers, l.target.running >= l.target.limit(d.cfg.TargetWorkers):
		return false
	}
	d.running++
	l.target.running++
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
