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
	serial  uint64           // lanes are in the order in which they came into memory
	timer   *time.Timer      // it sleeps
	eager   bool             // its turn comes before its head is due: its mode may act on what follows
	since   time.Time        // debounce: when the head was seen first
	sinceID string           // debounce: the head that since is of
	until   time.Time        // of its sleep
	asked   bool             // its target asked for the sleep
	slept   string           // the headKey of what it sleeps for
	ripe    string           // the headKey of what it has slept for: that is due whatever the wall clock shows
	probing bool             // it is attempted to find whether its target is back

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
