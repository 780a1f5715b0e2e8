package delivery

import (
	"context"
	"sync"
	"time"
)

// inFlight are the attempts that are under way, by delivery.
type inFlight struct {
	mu       sync.Mutex
	attempts map[string]*flight
}

// flight is an attempt from its begin until its outcome is durable.
type flight struct {
	cancel context.CancelCauseFunc
	landed chan struct{} // made for the first who waits
}

// takeOff notes that an attempt of a delivery begins.
func (d *Dispatcher) takeOff(id string, cancel context.CancelCauseFunc) {
	d.flying.mu.Lock()
	defer d.flying.mu.Unlock()
	if d.flying.attempts == nil {
		d.flying.attempts = map[string]*flight{}
	}
	d.flying.attempts[id] = &flight{cancel: cancel}
}

// landed notes that the outcome of an attempt is durable.
func (d *Dispatcher) landed(id string) {
	d.flying.mu.Lock()
	defer d.flying.mu.Unlock()
	if f := d.flying.attempts[id]; f != nil && f.landed != nil {
		close(f.landed)
	}
	delete(d.flying.attempts, id)
}

// landingWait bounds how long an operation on a lease waits for the attempt that
// is to be granted it.
const landingWait = 10 * time.Second

// awaitLanding waits until no attempt of a delivery is under way: a target that
// was granted a lease may be done before the lease is durable.
func (d *Dispatcher) awaitLanding(ctx context.Context, id string) error {
	d.flying.mu.Lock()
	f := d.flying.attempts[id]
	if f == nil {
		d.flying.mu.Unlock()
		return nil
	}
	if f.landed == nil {
		f.landed = make(chan struct{})
	}
	landed := f.landed
	d.flying.mu.Unlock()
	timer := time.NewTimer(landingWait)
	defer timer.Stop()
	select {
	case <-landed:
		return nil
	case <-timer.C:
		return nil // it holds its connection, and no lease
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cancelledError ends an attempt and gives its delivery up.
type cancelledError struct{ why string }

// Error returns the reason.
func (e *cancelledError) Error() string { return e.why }

// Cancel ends the attempt of a delivery that is under way, if there is one, and
// reports whether there is. Its outcome is recorded: as it was when the target
// had taken it, or else as cancelled for the reason. It does not block.
func (d *Dispatcher) Cancel(id, why string) bool {
	d.flying.mu.Lock()
	defer d.flying.mu.Unlock()
	f := d.flying.attempts[id]
	if f != nil {
		f.cancel(&cancelledError{why})
	}
	return f != nil
}

// linger keeps a lane, but no worker, until a call has really ended that was
// given up. Then the lane is read anew.
func (d *Dispatcher) linger(ctx context.Context, l *lane, ended <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.target.running--
	d.running--
	d.enter(l.target)
	d.pump()
	d.wg.Go(func() {
		select {
		case <-ended:
		case <-ctx.Done(): // the process ends, and the call with it
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.returnLane(l, nil, true)
	})
}
