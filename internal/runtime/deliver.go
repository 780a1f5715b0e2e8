package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/verdict"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Attempt is how a delivery fared.
type Attempt struct {
	Err    error         // nil: the target took it
	Kind   verdict.Kind  // what the outcome is
	After  time.Duration // try again after this long; 0 says nothing
	Status int           // of the answer; 0 when there was none

	// Lease is how long the target works on it from now, without a connection;
	// 0 means that it has ended.
	Lease time.Duration
	// Unreached says that there is no such target.
	Unreached bool
	// Ended is closed when a call has really ended that was given up; nil means
	// that it has.
	Ended <-chan struct{}
}

// Deliver makes one attempt of a delivery.
func (r *Runtime) Deliver(ctx context.Context, d *store.Delivery) Attempt {
	h, req, err := r.reach(ctx, d)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) { // deleted: nobody is left to take it
			return Attempt{Err: err, Kind: verdict.Refused, Unreached: true}
		}
		return Attempt{Err: err, Kind: verdict.Away}
	}
	req.DeliveryID, req.Attempt, req.Body = d.ID, d.Attempts, d.Body
	resp, err := h.Handle(ctx, req)
	if err != nil {
		var ended <-chan struct{}
		if running, ok := errors.AsType[*wire.RunningError](err); ok {
			ended = running.Ended
		}
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		a := unanswered(err)
		a.Ended = ended
		return a
	}
	if resp.Status == http.StatusAccepted && resp.Header.Get(wire.HeaderLease) != "" {
		return leased(resp.Header.Get(wire.HeaderLease))
	}
	return classify(resp)
}

// leased reads the lease of an answer.
func leased(text string) Attempt {
	lease, err := wire.ParseLease(text)
	if err != nil {
		return Attempt{Err: fmt.Errorf("the answer's %w", err), Kind: verdict.Failed, Status: http.StatusAccepted}
	}
	return Attempt{Lease: lease, Status: http.StatusAccepted}
}

// Concurrency is how the turns of a conversation of the delivery's bot follow
// each other.
func (r *Runtime) Concurrency(ctx context.Context, d *store.Delivery) platform.Concurrency {
	b, err := r.cfg.Catalog.Bot(ctx, d.BotID)
	if err != nil {
		return platform.BotSettings{}.WithDefaults().Delivery.Concurrency
	}
	return b.Effective.Delivery.Concurrency
}

// TurnLimit is how long one attempt of a delivery may take.
func (r *Runtime) TurnLimit(ctx context.Context, d *store.Delivery) time.Duration {
	if d.Target == store.TargetInstallation {
		if in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID); err == nil {
			return time.Duration(in.Effective.Delivery.TurnLimit)
		}
		return time.Duration(platform.InstallationSettings{}.WithDefaults().Delivery.TurnLimit)
	}
	if b, err := r.cfg.Catalog.Bot(ctx, d.BotID); err == nil && d.Target == store.TargetBot {
		return time.Duration(b.Effective.Delivery.TurnLimit)
	}
	return time.Duration(platform.BotSettings{}.WithDefaults().Delivery.TurnLimit)
}

var errDisabled = errors.New("the installation is disabled; what is for it waits until it is enabled")

var errNotConnected = errors.New("nobody has opened the tunnel to this code in development; what is for it waits until bp dev runs")

// Pause says why a delivery must wait: its installation is disabled, or its code
// is in development and not connected. It is nil for all others.
func (r *Runtime) Pause(ctx context.Context, d *store.Delivery) error {
	if d.Target == store.TargetAlert {
		return nil // an endpoint is away when it gives no answer, whatever bot it is told of
	}
	if d.Target != store.TargetInstallation {
		b, err := r.cfg.Catalog.Bot(ctx, d.BotID)
		if err == nil && b.Dev && r.disconnected(b.WorkspaceID, b.URL) {
			return errNotConnected
		}
		return nil
	}
	in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID)
	switch {
	case err != nil:
		return nil
	case !in.Enabled:
		return errDisabled
	case in.Integration.Dev && r.disconnected(in.Integration.WorkspaceID, in.Integration.URL):
		return errNotConnected
	}
	return nil
}

// disconnected reports whether code in development has a tunnel for its address
// that is not open.
func (r *Runtime) disconnected(workspaceID, url string) bool {
	if r.cfg.TunnelOpen == nil {
		return false
	}
	open, tunnelled := r.cfg.TunnelOpen(workspaceID, url)
	return tunnelled && !open
}

// reach finds the target of a delivery.
func (r *Runtime) reach(ctx context.Context, d *store.Delivery) (wire.Handler, *wire.Request, error) {
	if d.Target == store.TargetBot {
		b, err := r.cfg.Catalog.Bot(ctx, d.BotID)
		if err != nil {
			return nil, nil, fmt.Errorf("bot %s: %w", d.BotID, err)
		}
		h, err := r.Bot(b)
		return h, botRequest(b, d.Operation, d.Type), err
	}
	in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID)
	if err != nil {
		return nil, nil, fmt.Errorf("installation %s: %w", d.InstallationID, err)
	}
	if !in.Enabled {
		return nil, nil, errDisabled
	}
	h, err := r.Installation(in)
	return h, r.Request(in, d.Operation, d.Type), err
}

// unanswered is the outcome of a call that ended without an answer. Code that
// brings its process down, or panics, failed at the call itself.
func unanswered(err error) Attempt {
	a := Attempt{Err: err, Kind: verdict.NoAnswer().Kind}
	if _, died := errors.AsType[*node.DiedError](err); died || errors.Is(err, errPanic) {
		a.Kind = verdict.Failed
	}
	return a
}

// classify reads an answer as package verdict does.
func classify(resp *wire.Response) Attempt {
	a := Attempt{Kind: verdict.Of(resp)}
	if a.Kind == verdict.Accepted {
		a.Status = http.StatusOK
		return a
	}
	a.Status, a.Err = resp.Status, errors.New(answerText(resp))
	if a.Kind != verdict.Refused {
		a.After = platform.RetryAfter(resp.Status, resp.Header, time.Now())
	}
	return a
}

// answerText is what an answer says went wrong: its message when it has the
// wire's form, or else a part of its text.
func answerText(resp *wire.Response) string {
	var body struct{ Message, Error string }
	if json.Unmarshal(resp.Body, &body) == nil {
		if body.Message != "" {
			return clean(body.Message)
		}
		if body.Error != "" {
			return clean(body.Error)
		}
	}
	if resp.Status >= 300 && resp.Status < 400 {
		return clean(fmt.Sprintf("status %d to %.300s: redirects are not followed; give the address itself", resp.Status, resp.Header.Get("Location")))
	}
	return clean(fmt.Sprintf("status %d: %.300s", resp.Status, resp.Body))
}

// Hold reports whether a dead letter of the delivery blocks its lane.
func (r *Runtime) Hold(ctx context.Context, d *store.Delivery) bool {
	if d.Target != store.TargetInstallation {
		return false
	}
	in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID)
	return err == nil && in.HoldDead
}
