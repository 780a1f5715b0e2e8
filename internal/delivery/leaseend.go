package delivery

import (
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// leaseEnd is when a lease ends that was granted or renewed in this process, by
// the monotonic clock: its holder was told how long it lasts, not until when.
type leaseEnd struct {
	key string // the headKey of the delivery with the end that is stored
	at  time.Time
}

// lateLease is how long after its end a lease is remembered that nothing has
// ended, such as that of a delivery which was discarded.
const lateLease = time.Minute

// noteLease remembers the end of a lease before it is stored.
func (d *Dispatcher) noteLease(row *store.Delivery, until time.Time) {
	held := *row
	held.NextAt = until
	d.mu.Lock()
	defer d.mu.Unlock()
	looked := 0
	for id, end := range d.leaseEnds { // a few each time, so that they do not pile up
		if time.Since(end.at) > lateLease {
			delete(d.leaseEnds, id)
		}
		if looked++; looked == 4 {
			break
		}
	}
	d.leaseEnds[row.ID] = leaseEnd{headKey(&held), time.Now().Add(until.Sub(d.clock.Now()))}
}

func (d *Dispatcher) forgetLease(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.leaseEnds, id)
}
