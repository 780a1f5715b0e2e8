package serve

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// leasing is a platform that notes what it is told of leases.
type leasing struct {
	mu     sync.Mutex
	calls  []string
	status platform.LeaseStatus
	err    error // of renewals
	failed platform.FailDeliveryInput
	hold   chan struct{} // completions wait for it; nil for none
}

func (p *leasing) Do(_ context.Context, call *platform.Call) error {
	if p.hold != nil && call.Op.Name == platform.OpCompleteDelivery.Name {
		<-p.hold
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call.Op.Name)
	switch out := call.Out.(type) {
	case *platform.RenewDeliveryOutput:
		out.Status = p.status
		return p.err
	case *platform.FailDeliveryOutput:
		p.failed = *call.In.(*platform.FailDeliveryInput)
	}
	return nil
}

func (p *leasing) did(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.calls, name)
}

func (p *leasing) renewals(status platform.LeaseStatus, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.err = status, err
}

func newTurns(p *leasing, fn wire.HandlerFunc) *turns {
	logger := slog.New(slog.DiscardHandler)
	return &turns{
		next: answer.Recover(logger, "bot", fn), client: platform.NewClient(p, platform.Caller{}), token: "t", logger: logger,
		after: defaultLeaseAfter,
	}
}

func request(attempt int) *wire.Request {
	return &wire.Request{Operation: wire.OpEventReceived, BotID: "bot_1", DeliveryID: "dlv_1", Attempt: attempt}
}

func isLease(t *testing.T, resp *wire.Response, err error) {
	t.Helper()
	if err != nil || resp.Status != http.StatusAccepted || resp.Header.Get(wire.HeaderLease) != "60" {
		t.Fatalf("answered %+v, %v, want a lease of 60 s", resp, err)
	}
}

func TestLongTurnIsLeasedRenewedAndCompleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &leasing{status: platform.LeaseActive}
		s := newTurns(p, func(ctx context.Context, _ *wire.Request) (*wire.Response, error) {
			select {
			case <-time.After(10*time.Minute + time.Second): // between two renewals
				return answer.OK(), nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		})
		call, hangUp := context.WithCancel(t.Context())
		resp, err := s.Handle(call, request(1))
		isLease(t, resp, err)
		hangUp() // as the server of HTTP does when the call is answered
		s.drain(t.Context())
		if len(p.calls) < 100 || p.calls[0] != "renewDelivery" || p.calls[len(p.calls)-1] != "completeDelivery" {
			t.Errorf("the platform got %d calls, the last %s", len(p.calls), p.calls[len(p.calls)-1])
		}
	})
}

// A platform that was killed before it stored the lease makes the attempt again while the outcome of the first one is
// still on its way: the repeat takes that outcome, and the handler does not run twice.
func TestRepeatedAttemptTakesTheOutcomeThatIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, runs := &leasing{status: platform.LeaseActive, hold: make(chan struct{})}, new(atomic.Int32)
		s := newTurns(p, func(context.Context, *wire.Request) (*wire.Response, error) {
			runs.Add(1)
			<-time.After(33 * time.Second)
			return answer.OK(), nil
		})
		resp, err := s.Handle(t.Context(), request(1))
		isLease(t, resp, err)
		<-time.After(time.Minute) // it has ended, and its completion hangs
		resp, err = s.Handle(t.Context(), request(1))
		if err != nil || !resp.OK() || resp.Status == http.StatusAccepted || runs.Load() != 1 {
			t.Errorf("the repeat is answered %+v, %v after %d runs; want the outcome of the one run", resp, err, runs.Load())
		}
		close(p.hold)
		s.drain(t.Context())
		if _, err := s.Handle(t.Context(), request(2)); err != nil || runs.Load() != 2 {
			t.Errorf("after the report %d runs, %v; want another one", runs.Load(), err)
		}
		s.drain(t.Context())
	})
}

func TestShortTurnHoldsItsConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := new(leasing)
		s := newTurns(p, func(context.Context, *wire.Request) (*wire.Response, error) {
			<-time.After(19 * time.Second)
			return answer.OK(), nil
		})
		resp, err := s.Handle(t.Context(), request(1))
		if err != nil || !resp.OK() || resp.Status == http.StatusAccepted || len(p.calls) > 0 {
			t.Errorf("answered %+v, %v after the calls %v", resp, err, p.calls)
		}
	})
}

func TestFailureOfALeasedTurnIsReported(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want platform.FailDeliveryInput
	}{
		{"refused", answer.RuntimeError("no such card"), platform.FailDeliveryInput{Final: true, Reason: "no such card"}},
		{"later", answer.RetryAfter(30*time.Second, errors.New("busy")), platform.FailDeliveryInput{Reason: "busy", RetryAfter: 30}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &leasing{status: platform.LeaseActive}
				s := newTurns(p, func(context.Context, *wire.Request) (*wire.Response, error) {
					<-time.After(time.Minute)
					return nil, c.err
				})
				resp, err := s.Handle(t.Context(), request(3))
				isLease(t, resp, err)
				s.drain(t.Context())
				c.want.ID, c.want.Attempt = "dlv_1", 3
				if p.failed != c.want {
					t.Errorf("reported %+v, want %+v", p.failed, c.want)
				}
			})
		})
	}
}

func TestHandlerStopsWhenItsTurnIsCancelledOrItsLeaseLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status platform.LeaseStatus
		err    error
	}{
		{"cancelled", platform.LeaseCancelled, nil},
		{"another attempt is the latest", "", platform.Errorf(platform.TypeRelationConflict, "attempt 1 is over")},
		{"the platform is away for longer than the lease", "", errors.New("connection refused")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &leasing{status: platform.LeaseActive}
				stopped := make(chan time.Time, 1)
				s := newTurns(p, func(ctx context.Context, _ *wire.Request) (*wire.Response, error) {
					<-ctx.Done()
					stopped <- time.Now()
					return nil, context.Cause(ctx)
				})
				resp, err := s.Handle(t.Context(), request(1))
				isLease(t, resp, err)
				<-time.After(time.Minute)
				lost := time.Now()
				p.renewals(c.status, c.err)
				if at := <-stopped; at.Sub(lost) > leaseFor {
					t.Errorf("it was stopped after %s, when the lease was over", at.Sub(lost))
				}
				s.drain(t.Context())
			})
		})
	}
}

// The platform may call again while the handler still runs: it lost the
// connection, or the lease before it was durable.
func TestAnotherAttemptJoinsTheTurnThatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &leasing{status: platform.LeaseActive}
		runs := 0
		s := newTurns(p, func(context.Context, *wire.Request) (*wire.Response, error) {
			runs++
			<-time.After(30 * time.Second)
			return answer.OK(), nil
		})
		resp, err := s.Handle(t.Context(), request(1))
		isLease(t, resp, err)
		resp, err = s.Handle(t.Context(), request(2)) // within the last 10 s
		if err != nil || !resp.OK() || resp.Status == http.StatusAccepted || runs != 1 || p.did("completeDelivery") {
			t.Errorf("the second call was answered %+v, %v after %d runs", resp, err, runs)
		}
	})
}

// A call whose connection breaks stops its handler; the next attempt runs it
// again only when it has returned.
func TestNextAttemptWaitsForTheHandlerToStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		running, most := 0, 0
		s := newTurns(new(leasing), func(ctx context.Context, req *wire.Request) (*wire.Response, error) {
			running++
			most = max(most, running)
			defer func() { running-- }()
			if req.Attempt == 1 {
				<-ctx.Done()
				<-time.After(10 * time.Second) // it takes its time
			}
			return answer.OK(), nil
		})
		call, hangUp := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, hangUp)
		if _, err := s.Handle(call, request(1)); err == nil {
			t.Error("a call without a connection was answered")
		}
		if resp, err := s.Handle(t.Context(), request(2)); err != nil || !resp.OK() || most != 1 {
			t.Errorf("answered %+v, %v with %d at once", resp, err, most)
		}
	})
}

func TestServiceThatStopsWaitsForItsTurnsAndThenStopsThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &leasing{status: platform.LeaseActive}
		s := newTurns(p, func(ctx context.Context, _ *wire.Request) (*wire.Response, error) {
			<-ctx.Done()
			return nil, answer.RetryAfter(time.Second, context.Cause(ctx))
		})
		resp, err := s.Handle(t.Context(), request(1))
		isLease(t, resp, err)
		stop, cancel := context.WithTimeout(t.Context(), grace)
		defer cancel()
		s.drain(stop)
		if !p.did("failDelivery") || p.failed.Reason != errStopping.Error() || p.failed.Final {
			t.Errorf("reported %+v after %d calls", p.failed, len(p.calls))
		}
	})
}
