package delivery

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// Lanes that are due and only in the store, for want of room, are looked
// through this often, or so seldom that it takes a twentieth of the time. Those
// of a target whose circuit is open, and those that are paused, are not looked
// for: they are read when that ends.
const (
	sweepEvery = 5 * time.Second
	sweepShare = 20
)

// reading is what happens while a page of pending lanes is read.
type reading struct {
	emptied map[string]bool // lanes that were forgotten; nil when nothing is read
	woken   bool            // times in the store have changed
}

// refills reads pending lanes when there may be room for them or when some are
// due, until ctx is done.
func (d *Dispatcher) refills(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var notBefore time.Time // so that readings leave time for others
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-d.refill:
		}
		start := time.Now()
		if d.readingWanted(start.Before(notBefore)) {
			err := d.read(ctx)
			notBefore = time.Now().Add(sweepShare * time.Since(start))
			if err != nil && ctx.Err() == nil {
				d.cfg.Logger.Error("pending deliveries not read", "error", err)
				notBefore = time.Now().Add(time.Second)
			}
		}
		if next := d.nextReading(notBefore); next >= 0 {
			timer.Reset(next)
		} else {
			timer.Stop()
		}
	}
}

// readingWanted reports whether there is something to read. A sweep is put off
// while early.
func (d *Dispatcher) readingWanted(early bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unread {
		return true
	}
	due := d.overflow || !d.dueAt.IsZero() && !d.dueAt.After(time.Now())
	return due && !early
}

// nextReading is how long to wait for the next one; -1 is for ever.
func (d *Dispatcher) nextReading(notBefore time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	var at time.Time
	switch {
	case d.unread:
		at = notBefore
	case d.overflow:
		at = time.Now().Add(sweepEvery)
	case !d.dueAt.IsZero():
		at = d.dueAt
	default:
		return -1
	}
	if at.Before(notBefore) {
		at = notBefore
	}
	return max(time.Until(at), time.Millisecond)
}

func (d *Dispatcher) wake() {
	select {
	case d.refill <- struct{}{}:
	default: // a reading is asked for already
	}
}

// read takes pending lanes from the store, as many as memory may hold.
func (d *Dispatcher) read(ctx context.Context) error {
	d.mu.Lock()
	d.unread, d.overflow, d.dueAt, d.largest = false, false, time.Time{}, nil
	d.mu.Unlock()
	for after := ""; ; {
		const page = 500
		d.mu.Lock()
		d.reading = reading{emptied: map[string]bool{}}
		d.mu.Unlock()
		var heads []store.Delivery
		var next string
		err := d.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			heads, next, err = tx.PendingLanes(ctx, page, after)
			return err
		})
		if err != nil {
			d.mu.Lock()
			d.unread, d.reading = true, reading{}
			d.mu.Unlock()
			return err
		}
		d.take(d.ready(ctx, heads))
		if next == "" {
			break
		}
		after = next
	}
	d.mu.Lock()
	d.started = true
	d.mu.Unlock()
	return nil
}

// take takes lanes into memory, given by their heads, where there is room.
func (d *Dispatcher) take(heads []store.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, head := range heads {
		if d.lanes[head.Lane] != nil { // it is being worked on; its end reads what follows
			continue
		}
		t := d.target(keyOf(&head))
		if n := len(head.Log); !d.started && n > 0 && head.NextAt.After(d.clock.Now()) && head.Log[n-1].After == 0 {
			d.suspect(t)
		}
		wait, _ := d.wait(&lane{target: t}, &head)
		switch {
		case d.parked(t):
			t.overflow = true
		case !d.room(t.key, wait == 0):
			d.leave(t, wait)
		default:
			// What may be done, or due by now, is looked at again.
			head.Head = !d.reading.woken && !d.reading.emptied[head.Lane]
			d.add(&head)
		}
		d.drop(t)
	}
	d.reading = reading{}
	d.pump()
}

// parked reports whether a target's circuit is open and memory has as many of
// its lanes as probes need.
func (d *Dispatcher) parked(t *target) bool {
	return t.open() && t.lanes >= max(1, d.cfg.MaxLanes/20)
}

// leave notes that a lane is only in the store, and is due after wait.
func (d *Dispatcher) leave(t *target, wait time.Duration) {
	switch at := time.Now().Add(wait); {
	case t.open():
		t.overflow = true
	case wait <= 0:
		d.overflow = true
	case d.dueAt.IsZero() || at.Before(d.dueAt):
		d.dueAt = at
	}
}

// ready are the heads of lanes that need not wait.
func (d *Dispatcher) ready(ctx context.Context, heads []store.Delivery) []store.Delivery {
	list := make([]store.Delivery, 0, len(heads))
	for _, head := range heads {
		if d.cfg.Pause(ctx, &head) == nil {
			head.Mode = d.mode(ctx, &head).Mode
			list = append(list, head)
		}
	}
	return list
}
