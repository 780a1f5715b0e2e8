package delivery

import (
	"slices"
	"time"
)

// room makes place in memory for a lane of the target named key and reports
// whether there is some. When memory is full, the target with the most lanes
// gives way, so that one whose lanes pile up, because it is dead, keeps no
// other out; and lanes that sleep give way to one that is due. What gives way
// stays in the store and is read again.
func (d *Dispatcher) room(key string, due bool) bool {
	if len(d.lanes) < d.cfg.MaxLanes {
		return true
	}
	batch := max(1, d.cfg.MaxLanes/100) // so that looking for them is cheap for each
	own, held := d.targets[key], 0
	if own != nil {
		held = own.lanes
	}
	if own == nil || own != d.largest { // else it was looked for a moment ago
		d.largest = d.findLargest()
		n := min(batch, (d.largest.lanes-held)/2)
		if d.largest != own && n > 0 && d.evict(n, func(l *lane) bool { return l.target == d.largest }) {
			return true
		}
	}
	return due && d.asleep >= batch && d.evict(batch, func(l *lane) bool { return l.timer != nil })
}

// findLargest returns the target with the most lanes.
func (d *Dispatcher) findLargest() *target {
	most := &target{}
	for _, t := range d.targets {
		if t.lanes > most.lanes {
			most = t
		}
	}
	return most
}

// evict forgets up to n lanes of those that fit and are not being worked on,
// and reports whether there were any.
func (d *Dispatcher) evict(n int, fits func(*lane) bool) bool {
	touched := map[*target]bool{}
	for _, l := range d.lanes {
		if n == 0 {
			break
		}
		if l.busy || !fits(l) {
			continue
		}
		n--
		touched[l.target] = touched[l.target] || l.offered
		wait := time.Duration(0)
		if l.timer != nil {
			wait = time.Until(l.until)
		}
		d.leave(l.target, wait)
		d.rouse(l)
		d.keep(l, nil)
		l.offered = false
		d.forget(l)
	}
	for t, waited := range touched {
		if waited {
			t.waiting = slices.DeleteFunc(t.waiting, func(l *lane) bool { return !l.offered })
		}
	}
	if len(touched) > 0 {
		d.wake()
	}
	return len(touched) > 0
}
