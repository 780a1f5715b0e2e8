package delivery

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// isMessage reports whether a delivery is of a message to a bot, which modes
// apply to. Events keep their places between the messages.
func isMessage(row *store.Delivery) bool {
	return row.Target == store.TargetBot && row.MessageID != "" && row.Type == platform.EventMessageCreated
}

// mode is how the turns of a lane with this head follow each other; Mode is ""
// for one by one.
func (d *Dispatcher) mode(ctx context.Context, row *store.Delivery) platform.Concurrency {
	if d.cfg.Concurrency == nil || !isMessage(row) {
		return platform.Concurrency{}
	}
	c := d.cfg.Concurrency(ctx, row)
	if c.Mode == platform.ModeQueue {
		c.Mode = ""
		if row.CarriedBy != "" {
			c.Mode = platform.ModeBurst // what was attempted together is attempted together again
		}
	}
	return c
}

// modeTurn does a lane's turn in a mode. It reports whether it has released the
// lane; otherwise the head is to be attempted by itself.
func (d *Dispatcher) modeTurn(ctx context.Context, l *lane, c platform.Concurrency) (released bool) {
	rows, err := d.readLane(ctx, l, max(ahead, c.MaxBurst+1, 2*c.Limit))
	if err != nil || len(rows) == 0 {
		d.release(l, nil, err != nil && ctx.Err() == nil)
		return true
	}
	l.queue = rows
	n := messages(rows)
	switch {
	case n == 0:
		return false
	case c.Mode == platform.ModeConcurrent:
		d.concurrent(ctx, l, c)
	case c.Mode != platform.ModeCancelPrevious:
		d.burst(ctx, l, rows[:n], c)
	case n == 1:
		return false
	default:
		d.supersede(ctx, rows[:n-1], rows[n-1].ID)
		d.release(l, nil, true)
	}
	return true
}

// messages is how many messages lead a lane.
func messages(rows []store.Delivery) int {
	n := 0
	for n < len(rows) && isMessage(&rows[n]) {
		n++
	}
	return n
}

// waitOf is wait for a lane's worker.
func (d *Dispatcher) waitOf(l *lane, row *store.Delivery) (wait time.Duration, asked bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wait(l, row)
}

// releaseFor ends a lane's turn for a while, or until something comes: it sleeps
// for what key names, which is due then. asked says that the target asked for
// the wait.
func (d *Dispatcher) releaseFor(l *lane, wait time.Duration, asked bool, key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.target.running--
	d.running--
	l.busy, l.queue = false, nil
	changed := l.stale || l.dirty || l.woken || l.eager || l.handed != nil
	l.stale, l.dirty, l.woken, l.handed = false, false, false, nil
	if wait > 0 && !changed {
		d.sleep(l, wait, asked, key)
	} else {
		d.offer(l)
	}
	d.enter(l.target)
	d.pump()
}

// superseded is why a turn is cancelled for a newer message.
func superseded(by string) string { return "cancelled for a newer message, " + by }

// overtake cancels the turn of a lane for a message that has come, where the
// mode says so, and lets a worker of concurrent turns see it. d.mu is held.
func (d *Dispatcher) overtake(l *lane, row *store.Delivery) {
	l.eager = l.eager || row.Mode != ""
	l.ring()
	if row.Mode != platform.ModeCancelPrevious || row.Seq <= l.newerSeq {
		return
	}
	l.newer, l.newerSeq = row.ID, row.Seq
	d.cancelOlder(l)
}

// begin notes what a lane's worker attempts, and cancels it when a newer
// message has come already.
func (d *Dispatcher) begin(l *lane, row *store.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.working, l.seq = row.ID, 0
	if isMessage(row) {
		l.seq = row.Seq
	}
	d.cancelOlder(l)
}

// cancelOlder cancels the turn of a message that is older than the newest one.
// d.mu is held.
func (d *Dispatcher) cancelOlder(l *lane) {
	if l.seq != 0 && l.seq < l.newerSeq {
		d.Cancel(l.working, superseded(l.newer))
	}
}

// supersede gives up messages for a newer one; one that is under way under a
// lease is cancelled.
func (d *Dispatcher) supersede(ctx context.Context, rows []store.Delivery, by string) {
	d.persist(ctx, &rows[0], func(tx *store.Tx) error {
		for i := range rows {
			if _, err := tx.CancelDelivery(ctx, rows[i].ID, superseded(by)); err != nil {
				return err
			}
		}
		return nil
	})
}
