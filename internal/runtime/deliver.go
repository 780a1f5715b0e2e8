package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/wire"
)

// Attempt is how a delivery fared.
type Attempt struct {
	Err    error         // nil: the target took it
	Final  bool          // trying again is no use
	After  time.Duration // try again after this long; 0 says nothing
	Status int           // of the answer; 0 when there was none
}

// Deliver makes one attempt of a delivery.
func (r *Runtime) Deliver(ctx context.Context, d *store.Delivery) Attempt {
	h, req, err := r.reach(ctx, d)
	if err != nil {
		return Attempt{Err: err, Final: errors.Is(err, store.ErrNotFound)}
	}
	req.DeliveryID, req.Attempt, req.Body = d.ID, d.Attempts, d.Body
	resp, err := h.Handle(ctx, req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return Attempt{Err: err}
	}
	return judge(resp)
}

var errDisabled = errors.New("the installation is disabled; what is for it waits until it is enabled")

// Pause says why a delivery must wait: its installation is disabled. It is nil
// for all others.
func (r *Runtime) Pause(ctx context.Context, d *store.Delivery) error {
	if d.Target != store.TargetInstallation {
		return nil
	}
	if in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID); err == nil && !in.Enabled {
		return errDisabled
	}
	return nil
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

// judge reads an answer: 2xx is taken; 429 and 5xx may be tried again;
// everything else is a refusal.
func judge(resp *wire.Response) Attempt {
	if resp.OK() {
		return Attempt{Status: http.StatusOK}
	}
	a := Attempt{Status: resp.Status, Err: errors.New(answerText(resp))}
	switch {
	case resp.Status == http.StatusTooManyRequests, resp.Status >= 500:
		a.After = retryAfter(resp.Header)
	case resp.Status == http.StatusRequestTimeout:
	default:
		a.Final = true
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
	return clean(fmt.Sprintf("status %d: %.300s", resp.Status, resp.Body))
}

func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.ParseFloat(v, 64); err == nil && n > 0 && n < 86400 {
		return time.Duration(n * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// Hold reports whether a dead letter of the delivery blocks its lane.
func (r *Runtime) Hold(ctx context.Context, d *store.Delivery) bool {
	if d.Target != store.TargetInstallation {
		return false
	}
	in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID)
	return err == nil && in.HoldDead
}
