package serve

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Lease times. A lease outlives several renewals that fail, such as during a
// restart of the server; a cancellation is noticed at the next renewal.
const (
	defaultLeaseAfter = 20 * time.Second
	leaseFor          = time.Minute
	renewEvery        = 5 * time.Second
)

// turns is a handler whose deliveries do not hold their connections when they
// run long: after a while the call is answered with a lease, the handler goes
// on, the lease is renewed, and at its end the attempt is completed or failed.
//
// No delivery runs twice at once here: another attempt of one that still runs
// waits for that one, and takes its outcome.
type turns struct {
	next   wire.Handler
	client *platform.Client // calls the platform; callerOf says as whom
	token  string
	logger *slog.Logger
	after  time.Duration // negative never leases

	mu      sync.Mutex
	running map[string]*turn // by delivery
	ending  sync.WaitGroup
}

var _ wire.Handler = (*turns)(nil)

// turn is a delivery that the handler works on.
type turn struct {
	req    *wire.Request
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the handler has returned
	resp   *wire.Response
	err    error

	// Guarded by turns.mu.
	attempt   int  // the latest one
	waiting   int  // calls that hold a connection for the outcome
	leased    bool // the lease is renewed
	cancelled bool // the handler was told to stop
}

var (
	errHungUp   = errors.New("the platform has ended the attempt")
	errStopping = errors.New("the service is stopping")
)

// Handle runs the handler, or joins the run of an earlier attempt.
func (s *turns) Handle(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	if req.DeliveryID == "" || s.after < 0 {
		return s.next.Handle(ctx, req)
	}
	t, err := s.join(ctx, req)
	if err != nil {
		return nil, err
	}
	timer := time.NewTimer(s.after)
	defer timer.Stop()
	select {
	case <-t.done:
		s.leave(t)
		return t.resp, t.err
	case <-timer.C:
		return s.lease(t)
	case <-ctx.Done():
		s.hangUp(t)
		return nil, context.Cause(ctx)
	}
}

// join returns the turn of a delivery: the one that runs, or else a new one.
func (s *turns) join(ctx context.Context, req *wire.Request) (*turn, error) {
	for {
		s.mu.Lock()
		t := s.running[req.DeliveryID]
		if t == nil || t.cancelled && t.ended() {
			t = s.start(ctx, req)
		}
		if !t.cancelled {
			t.attempt = max(t.attempt, req.Attempt)
			t.waiting++
			s.mu.Unlock()
			return t, nil
		}
		s.mu.Unlock()
		select { // it was told to stop: the new attempt starts when it has
		case <-t.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// ended reports whether the handler has returned.
func (t *turn) ended() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// start runs the handler in a goroutine of its own. s.mu is held.
func (s *turns) start(ctx context.Context, req *wire.Request) *turn {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	t := &turn{req: req, cancel: cancel, done: make(chan struct{})}
	if s.running == nil {
		s.running = map[string]*turn{}
	}
	s.running[req.DeliveryID] = t
	s.ending.Go(func() {
		defer cancel(nil)
		t.resp, t.err = s.next.Handle(ctx, req)
		s.mu.Lock()
		close(t.done)
		report := t.leased && t.waiting == 0
		attempt := t.attempt
		if !report || t.cancelled {
			delete(s.running, req.DeliveryID)
		}
		s.mu.Unlock()
		if !report {
			return
		}
		// Until the platform has the outcome, another attempt takes it too: a platform that was killed before it stored the
		// lease makes this attempt again, under the same number, and would take this report for the end of that one.
		s.report(context.WithoutCancel(ctx), t, attempt)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.running[req.DeliveryID] == t {
			delete(s.running, req.DeliveryID)
		}
	})
	return t
}

func (s *turns) leave(t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.waiting--
}

// hangUp stops the handler when nobody waits for it any more.
func (s *turns) hangUp(t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.waiting--
	if t.waiting == 0 && !t.leased {
		t.cancelled = true
		t.cancel(errHungUp)
	}
}

// lease answers a call whose turn goes on, unless it has just ended.
func (s *turns) lease(t *turn) (*wire.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.waiting--
	select {
	case <-t.done:
		return t.resp, t.err
	default:
	}
	if !t.leased {
		t.leased = true
		s.ending.Go(func() { s.renew(t) })
	}
	s.logger.Info("delivery leased", "delivery_id", t.req.DeliveryID, "attempt", t.attempt)
	return wire.Lease(leaseFor), nil
}

// stop tells the handler of a turn to stop.
func (s *turns) stop(t *turn, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.cancelled = true
	t.cancel(why)
}

// renew renews the lease of a turn until the handler has returned. It stops the
// handler when the turn was cancelled, or when the lease is lost.
func (s *turns) renew(t *turn) {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	until := time.Now().Add(leaseFor)
	for {
		select {
		case <-t.done:
			return
		case <-ticker.C:
		}
		began := time.Now()
		out, err := s.renewOnce(t)
		switch {
		case err == nil && out.Status == platform.LeaseCancelled:
			s.stop(t, errors.New("the turn was cancelled: "+out.Reason))
			return
		case err == nil:
			until = began.Add(leaseFor)
		case platform.IsType(err, platform.TypeRelationConflict), platform.IsType(err, platform.TypeResourceNotFound):
			s.stop(t, err)
			return
		default:
			s.logger.Warn("lease not renewed", "delivery_id", t.req.DeliveryID, "error", err)
		}
		if time.Until(until) < renewEvery { // another attempt may be made from then on
			s.stop(t, errors.New("the lease could not be renewed"))
			return
		}
	}
}

func (s *turns) renewOnce(t *turn) (*platform.RenewDeliveryOutput, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*renewEvery)
	defer cancel()
	s.mu.Lock()
	attempt := t.attempt
	s.mu.Unlock()
	return s.as(t.req).RenewDelivery(ctx, &platform.RenewDeliveryInput{ID: t.req.DeliveryID, Attempt: attempt, Lease: int(leaseFor / time.Second)})
}

// as is the client of the code that a request is for.
func (s *turns) as(req *wire.Request) *platform.Client {
	return s.client.With(platform.Caller{
		Token: s.token, BotID: req.BotID, IntegrationID: req.IntegrationID, IntegrationAlias: req.IntegrationAlias,
		TraceParent: req.TraceParent, TraceState: req.TraceState,
	})
}

// drain waits until no turn runs. When ctx ends first the handlers are told to
// stop, and those that do not are left behind a little later.
func (s *turns) drain(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		s.ending.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	s.mu.Lock()
	for _, t := range s.running {
		t.cancelled = true
		t.cancel(errStopping)
	}
	s.mu.Unlock()
	timer := time.NewTimer(stopGrace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		s.logger.Warn("handlers did not stop; their leases end by themselves")
	}
}

// stopGrace is how long a handler may take to return when it was told to stop.
const stopGrace = 5 * time.Second
