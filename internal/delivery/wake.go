package delivery

import "github.com/bellhop-dev/bellhop/internal/store"

// Wake says that targets of a kind, bots or installations, may be what they
// were not: their code or configuration is another, or what Config.Pause held
// back may go. It is called after the commit of store.Tx.Hasten: what waits
// there is attempted now, a target that rests rests no longer, and an attempt
// that is under way and fails does not count against it. It does not block.
func (d *Dispatcher) Wake(kind string, ids ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	woken := make(map[*target]bool, len(ids))
	for _, id := range ids {
		if t := d.targets[targetKey(kind, id)]; t != nil {
			woken[t] = true
			t.refresh()
			t.overflow = false
			d.enter(t)
		}
	}
	for _, l := range d.lanes {
		switch {
		case !woken[l.target]:
		case l.busy:
			l.woken = true
			l.ring()
		case l.timer != nil:
			d.rouse(l)
			d.offer(l) // its head is read anew, with its time
		}
	}
	d.reading.woken = true
	d.unread = true // what was paused is only in the store
	d.wake()
	d.pump()
}

// wakeHead makes the head of a lane due that was woken while it was busy: it
// may have failed at what is mended by now.
func (l *lane) wakeHead() {
	if l.woken && len(l.queue) > 0 && l.queue[0].Attempts > 0 && l.queue[0].LeasedAt == nil {
		l.ripe = headKey(&l.queue[0])
	}
}

// ring wakes the worker of a lane's concurrent turns, if it has one.
func (l *lane) ring() {
	if l.bell == nil {
		return
	}
	select {
	case l.bell <- struct{}{}:
	default: // it is to look already
	}
}

// targetKey names a target in memory.
func targetKey(kind, id string) string { return kind + ":" + id }

// keyOf is the targetKey of whom a delivery is for.
func keyOf(row *store.Delivery) string {
	switch row.Target {
	case store.TargetInstallation:
		return targetKey(row.Target, row.InstallationID)
	case store.TargetAlert:
		return row.Lane // an endpoint has one
	}
	return targetKey(row.Target, row.BotID)
}
