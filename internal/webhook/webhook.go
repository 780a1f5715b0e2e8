// Package webhook serves the addresses that external systems call:
// /webhooks/{webhookId}/… goes to the installation with that id, as the
// integration's webhook_received, and the integration's answer goes back as it
// is. It does not know what integrations do with it.
package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
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
}

// Handler serves Prefix. It is safe for concurrent use.
type Handler struct {
	cfg   Config
	slots chan struct{}
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
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Handler{cfg: cfg, slots: make(chan struct{}, cfg.Concurrent)}
}

// ServeHTTP answers one call from outside.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	rest := strings.TrimPrefix(r.URL.EscapedPath(), Prefix)
	id, path, _ := strings.Cut(rest, "/")
	path = "/" + path
	in, err := h.find(r.Context(), id)
	if err == nil {
		err = h.serve(w, r, in, path)
	}
	if err != nil {
		e := platform.AsError(err)
		writeError(w, e)
		h.cfg.Logger.Warn("webhook refused", "webhook_id", id, "method", r.Method, "status", e.Code,
			"error_id", e.ID, "error", err, "cause", e.Err, "took", time.Since(start))
		return
	}
	h.cfg.Logger.Debug("webhook received", "bot_id", in.BotID, "installation_id", in.ID, "method", r.Method,
		"took", time.Since(start))
}

func (h *Handler) find(ctx context.Context, id string) (*catalog.Installation, error) {
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

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, in *catalog.Installation, path string) error {
	handler, err := h.cfg.Resolver.Installation(in)
	if err != nil {
		return platform.Unavailable(err, "this webhook's integration cannot be reached now", 30*time.Second)
	}
	req := h.cfg.Resolver.Request(in, wire.OpWebhookReceived, wire.OpWebhookReceived)
	req.TraceParent, req.TraceState = r.Header.Get(wire.HeaderTraceParent), r.Header.Get(wire.HeaderTraceState)
	if s, ok := handler.(wire.Streamer); ok && s.Stream(w, within(r, path), req) {
		return nil
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		return platform.Unavailable(nil, "too many webhooks at a time; try again", time.Second)
	}
	if req.Body, err = h.body(w, r, path); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), h.cfg.Timeout, errTimeout)
	defer cancel()
	resp, err := handler.Handle(ctx, req)
	if err != nil {
		return h.fault(ctx, err)
	}
	return writeResponse(w, resp)
}

// within returns the request with the path that the integration sees.
func within(r *http.Request, path string) *http.Request {
	inner := new(http.Request)
	*inner = *r
	u := *r.URL
	inner.URL = &u
	u.RawPath = path
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path = plain
	}
	return inner
}

var errTimeout = errors.New("the integration did not answer in time")

// fault words why there is no answer. The caller is asked to come back: it may
// hold the only copy of what it sent.
func (h *Handler) fault(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errTimeout) {
		e := platform.Errorf(platform.TypeOperationTimeout, "the integration did not answer within %s", h.cfg.Timeout)
		e.Err, e.RetryAfter = err, 5*time.Second
		return e
	}
	e := platform.Errorf(platform.TypeInternal, "the integration could not answer")
	e.Code, e.Err, e.RetryAfter = http.StatusBadGateway, err, 5*time.Second
	return e
}

// body builds the body of webhook_received.
func (h *Handler) body(w http.ResponseWriter, r *http.Request, path string) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.cfg.MaxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, platform.Errorf(platform.TypePayloadTooLarge, "the body is over %d bytes", h.cfg.MaxBody)
	} else if err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the body could not be read to its end")
	}
	headers := make(map[string]string, len(r.Header)+1)
	for key, values := range r.Header {
		headers[strings.ToLower(key)] = strings.Join(values, ", ")
	}
	headers["host"] = r.Host
	body, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
		Method: r.Method, Path: path, Query: r.URL.RawQuery, Headers: headers, Body: string(raw),
	}})
	if err != nil {
		return nil, fmt.Errorf("encode the webhook: %w", err)
	}
	return body, nil
}

// hopByHop are the headers of one connection, which an integration's answer
// does not decide.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Content-Length": true, "Date": true,
}

func writeResponse(w http.ResponseWriter, resp *wire.Response) error {
	status := resp.Status
	switch {
	case status == 0:
		status = http.StatusOK
	case status < 200 || status > 999:
		e := platform.Errorf(platform.TypeInternal, "the integration answered with a status that HTTP does not know")
		e.Code = http.StatusBadGateway
		return e
	}
	header := w.Header()
	for key, values := range resp.Header {
		if key = http.CanonicalHeaderKey(key); !hopByHop[key] {
			header[key] = values
		}
	}
	if len(header["Content-Type"]) == 0 {
		header["Content-Type"] = nil // no sniffing: the integration decides
	}
	w.WriteHeader(status)
	_, _ = w.Write(resp.Body) // the caller may have gone
	return nil
}

func writeError(w http.ResponseWriter, e *platform.Error) {
	body, err := json.Marshal(e)
	if err != nil {
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(max(1, int(e.RetryAfter.Seconds()))))
	}
	w.WriteHeader(e.Code)
	_, _ = w.Write(body)
}
