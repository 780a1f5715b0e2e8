package alert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// sendTimeout bounds one attempt.
const sendTimeout = 15 * time.Second

// Outcome is how an attempt ended.
type Outcome struct {
	Err    error         // nil: the endpoint has it
	Final  bool          // no other attempt
	After  time.Duration // not before this; 0 when the endpoint does not say
	Status int           // of the answer; 0 when there was none
}

// Sender makes attempts of alerts.
type Sender struct {
	Store  store.Store
	Client *http.Client // follows no redirects, and dials no private addresses unless they are allowed
}

// Send makes one attempt of a delivery to an endpoint.
func (s *Sender) Send(ctx context.Context, d *store.Delivery) Outcome {
	id := strings.TrimPrefix(d.Lane, store.AlertLane(""))
	var a *store.Alert
	err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.Alert(ctx, id)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Outcome{Err: errors.New("the alert was deleted"), Final: true}
	case err != nil:
		return Outcome{Err: err}
	case a.Disabled != "":
		return Outcome{Err: fmt.Errorf("the alert is disabled: %s", a.Disabled), Final: true}
	}
	o := s.post(ctx, a, d)
	if o.Status == http.StatusGone {
		o.Final = true
		if err := s.disable(ctx, id); err != nil {
			return Outcome{Err: err, Status: o.Status}
		}
	}
	return o
}

func (s *Sender) post(ctx context.Context, a *store.Alert, d *store.Delivery) Outcome {
	ctx, cancel := context.WithTimeoutCause(ctx, sendTimeout, fmt.Errorf("no answer within %s", sendTimeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(d.Body))
	if err != nil {
		return Outcome{Err: err, Final: true}
	}
	now := time.Now()
	secrets := []string{a.Secret}
	if a.OldSecret != "" && a.OldUntil != nil && a.OldUntil.After(now) {
		secrets = append(secrets, a.OldSecret)
	}
	signature, err := Sign(d.ID, now, d.Body, secrets...)
	if err != nil {
		return Outcome{Err: fmt.Errorf("sign alert: %w", err), Final: true}
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Bellhop"},
		"Webhook-Id": {d.ID}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {signature},
	}
	resp, err := s.Client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return Outcome{Err: err}
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	o := Outcome{Status: resp.StatusCode, After: platform.RetryAfter(resp.StatusCode, resp.Header, now)}
	switch {
	case resp.StatusCode < 300:
		return Outcome{Status: resp.StatusCode}
	case resp.StatusCode < 400:
		o.Err = fmt.Errorf("it answered %d to %.200s; redirects are not followed, give the address itself", resp.StatusCode, resp.Header.Get("Location"))
	default:
		o.Err = fmt.Errorf("it answered %d", resp.StatusCode)
	}
	return o
}

// disable stops sending to an endpoint that says that it is gone.
func (s *Sender) disable(ctx context.Context, id string) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		a, err := tx.Alert(ctx, id)
		if err != nil {
			return err
		}
		a.Disabled = "it answered 410 Gone; rotate its secret to enable it again"
		return tx.PutAlert(ctx, a)
	})
}
