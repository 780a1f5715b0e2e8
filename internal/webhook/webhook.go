// Package webhook serves the addresses that external systems call:
// /webhooks/{webhookId}/… goes to the installation with that id, as the
// integration's webhook_received, and the integration's answer goes back as it
// is. It does not know what integrations do with it.
package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Prefix is where webhooks live on the server.
const Prefix = "/webhooks/"

// Installations finds an installation by its webhook id; store.ErrNotFound
// when there is none.
type Installations interface {
	InstallationByWebhook(ctx context.Context, webhookID string) (*catalog.Installation, error)
}

// Resolver finds the handler of an installation, and words requests to it.
type Resolver interface {
	Installation(in *catalog.Installation) (wire.Handler, error)
	Request(in *catalog.Installation, operation, typ string) *wire.Request
}

// Config configures a Handler. Zero limits take the defaults in the comments.
type Config struct {
	Installations Installations
	Resolver      Resolver
	Logger        *slog.Logger
	MaxBody       int64         // bytes; default 10 MiB
	Timeout       time.Duration // of the integration; default 60 s
	Concurrent    int           // calls at a time; default 1024, more are answered 503
	MaxBytes      int64         // of bodies at a time; default 32 of the largest, more are answered 503
}

// Handler serves Prefix. It is safe for concurrent use.
type Handler struct {
	cfg   Config
	finds slots // look-ups of webhook ids, which anybody may ask for
	calls slots
	bytes atomic.Int64 // of bodies that are being handled
}

// New returns a Handler.
func New(cfg Config) *Handler {
	if cfg.MaxBody == 0 {
		cfg.MaxBody = 10 << 20
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Concurrent == 0 {
		cfg.Concurrent = 1024
	}
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 32 * cfg.MaxBody
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Handler{cfg: cfg, finds: make(slots, cfg.Concurrent), calls: make(slots, cfg.Concurrent)}
}

// slots are the places for what runs at the same time.
type slots chan struct{}

// enter takes a place; when there is none, the caller is asked to come back.
func (s slots) enter() error {
	select {
	case s <- struct{}{}:
		return nil
	default:
		return platform.Unavailable(nil, "too many webhooks at a time; try again", time.Second)
	}
}

func (s slots) leave() { <-s }

// ServeHTTP answers one call from outside.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	rest := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	id, path, _ := strings.Cut(rest, "/")
	path = "/" + path
	in, err := h.find(r.Context(), id)
	status := 0
	if err == nil {
		status, err = h.serve(w, r, in, path)
	}
	facts := []any{"method", r.Method, "took", time.Since(start)}
	if in != nil {
		facts = append(facts, "bot_id", in.BotID, "installation_id", in.ID)
	}
	if err != nil {
		e := platform.AsError(err)
		reply.Error(w, e)
		facts = append(facts, "status", e.Code, "error_id", e.ID, "error", err)
		if e.Err != nil {
			facts = append(facts, "cause", e.Err)
		}
		h.cfg.Logger.Warn("webhook refused", facts...)
		return
	}
	h.cfg.Logger.Info("webhook received", append(facts, "status", status)...)
}

func (h *Handler) find(ctx context.Context, id string) (*catalog.Installation, error) {
	if err := h.finds.enter(); err != nil {
		return nil, err
	}
	defer h.finds.leave()
	in, err := h.cfg.Installations.InstallationByWebhook(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, platform.Errorf(platform.TypeResourceNotFound, "webhook %.60q not found; \"bellhop install list\" shows the addresses", id)
	case errors.Is(err, store.ErrBusy):
		return nil, platform.Unavailable(err, "the database is busy; try again", time.Second)
	case err != nil:
		return nil, err
	case !in.Enabled:
		return nil, platform.Errorf(platform.TypeResourceNotFound, "this webhook's installation is disabled")
	}
	return in, nil
}

// serve calls the integration and returns the status that it answered with; a
// stream's is 200.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, in *catalog.Installation, path string) (int, error) {
	handler, err := h.cfg.Resolver.Installation(in)
	if err != nil {
		return 0, platform.Unavailable(err, "this webhook's integration cannot be reached now", 30*time.Second)
	}
	req := h.cfg.Resolver.Request(in, wire.OpWebhookReceived, wire.OpWebhookReceived)
	req.TraceParent, req.TraceState = r.Header.Get(wire.HeaderTraceParent), r.Header.Get(wire.HeaderTraceState)
	if s, ok := handler.(wire.Streamer); ok && s.Stream(w, within(r, path), req) {
		return http.StatusOK, nil
	}
	if err := h.calls.enter(); err != nil {
		return 0, err
	}
	defer h.calls.leave()
	release, err := h.reserve(r)
	if err != nil {
		return 0, err
	}
	defer release()
	if req.Body, err = h.body(w, r, path); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), h.cfg.Timeout, errTimeout)
	defer cancel()
	resp, err := handler.Handle(ctx, req)
	if err != nil {
		return 0, h.fault(ctx, err)
	}
	if e := concealed(resp); e != nil {
		return 0, e
	}
	return writeResponse(w, resp)
}

// retryAfter is when a caller whose call could not be handled may come back.
const retryAfter = 5 * time.Second

var errTimeout = errors.New("the integration did not answer in time")

// fault words why there is no answer. The caller is asked to come back: it may
// hold the only copy of what it sent.
func (h *Handler) fault(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errTimeout) {
		e := platform.Errorf(platform.TypeOperationTimeout, "the integration did not answer within %s", h.cfg.Timeout)
		e.Err, e.RetryAfter = err, retryAfter
		return e
	}
	e := platform.Errorf(platform.TypeInternal, "the integration could not answer")
	e.Code, e.Err, e.RetryAfter = http.StatusBadGateway, err, retryAfter
	return e
}
