// Package webhook serves the addresses that external systems call:
// /webhooks/{webhookId}/… goes to the installation with that id, as the
// integration's webhook_received, and the integration's answer goes back as it
// is. /integration/global/{name}/… is shared by the installations of an
// integration, whose script finds which one a call is for, and /oauth/… goes
// by the query's state. It does not know what integrations do with calls.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/internal/admission"
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
	// MaxWebhook is the integration's own bound of a body, or 0.
	MaxWebhook(i *catalog.Integration) int64
}

// Config configures a Handler. Zero limits take the defaults in the comments.
type Config struct {
	Installations Installations
	Resolver      Resolver
	Directory     Directory
	// Claim gives an installation the identifier that its answer names.
	Claim      func(ctx context.Context, in *catalog.Installation, identifier string) error
	Logger     *slog.Logger
	MaxBody    int64         // bytes; default 10 MiB
	Timeout    time.Duration // of the integration; default 60 s
	Concurrent int           // calls at a time; default 1024, more are answered 503
	OneCaller  int           // of them from one address, and to one installation; default a quarter, more are answered 429
	MaxBytes   int64         // of bodies at a time; default 32 of the largest, more are answered 503; one address may have a quarter
	BodyRate   int64         // bytes of a body that have to come in a second; default 1024
	Streams    int           // event streams of one address at a time; default 256, more are answered 429
}

// Handler serves Prefix. It is safe for concurrent use.
type Handler struct {
	cfg   Config
	finds slots // look-ups of webhook ids, which anybody may ask for

	calls, streams *admission.Shares
	bodies         *admission.Bodies
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
	if cfg.OneCaller == 0 {
		cfg.OneCaller = max(cfg.Concurrent/4, 1)
	}
	if cfg.BodyRate == 0 {
		cfg.BodyRate = 1024
	}
	if cfg.Streams == 0 {
		cfg.Streams = 256
	}
	return &Handler{
		cfg: cfg, finds: make(slots, cfg.Concurrent),
		calls:   admission.NewShares("calls of webhooks", int64(cfg.Concurrent), int64(cfg.OneCaller)),
		streams: admission.NewShares("streams", maxStreams, int64(cfg.Streams)),
		bodies:  admission.NewBodies(cfg.BodyRate, cfg.MaxBytes, max(cfg.MaxBytes/4, 2*cfg.MaxBody)),
	}
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
	v, err := h.answer(w, r)
	facts := []any{"method", r.Method, "took", time.Since(start)}
	if v.in != nil {
		facts = append(facts, "bot_id", v.in.BotID, "installation_id", v.in.ID)
	}
	if err != nil {
		e := reply.AsError(err)
		reply.ErrorTo(w, r, e)
		facts = append(facts, "status", e.Code, "error_id", e.ID, "error", err)
		if fault := store.FaultName(e.Err); fault != "" {
			facts = append(facts, "fault", fault)
		}
		if e.Err != nil {
			facts = append(facts, "cause", e.Err)
		}
		h.cfg.Logger.Warn("webhook refused", facts...)
		return
	}
	h.cfg.Logger.Info("webhook received", append(facts, "status", v.status)...)
}

// visit is a call from outside.
type visit struct {
	r      *http.Request
	in     *catalog.Installation // nil until it is known whose it is, or when it is nobody's
	path   string                // that the integration sees
	status int                   // that was answered
	// browser is set for OAuth addresses, which a person's browser calls.
	browser bool
}

// answer answers a call and returns what it was.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (*visit, error) {
	a := parseAddress(r.URL.EscapedPath())
	v := &visit{r: r, path: a.path, browser: a.oauth, status: http.StatusOK}
	id := a.webhookID
	switch state := r.URL.Query().Get("state"); {
	case a.path == interstitialPath:
		serveInterstitial(w, r)
		return v, nil
	case a.oauth:
		id = state
	case len(a.names) > 0:
		v.path = a.names[len(a.names)-1].path
		if v.browser = state != "" && isOAuth(v.path); !v.browser {
			return v, h.serveShared(w, v, a.names)
		}
		id = state
	}
	var err error
	if v.in, err = h.find(r.Context(), id); v.browser && platform.IsType(err, platform.TypeResourceNotFound) {
		return v, platform.Errorf(platform.TypeResourceNotFound, "this address belongs to no connection that was begun here; "+
			"open the link in the installation's status again (\"bellhop install get\" shows it)")
	} else if err != nil {
		return v, err
	}
	return v, h.serve(w, v)
}

// notFound tells strangers that an address is nobody's, and who reads the log
// where the right one is.
func notFound(id string) error {
	e := platform.Errorf(platform.TypeResourceNotFound, "there is no webhook at this address")
	e.Err = fmt.Errorf("no installation has the webhook id %.60q; \"bellhop install list\" shows the addresses", id)
	return e
}

func (h *Handler) find(ctx context.Context, id string) (*catalog.Installation, error) {
	if err := h.finds.enter(); err != nil {
		return nil, err
	}
	defer h.finds.leave()
	in, err := h.cfg.Installations.InstallationByWebhook(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, notFound(id)
	case err != nil:
		return nil, err
	case !in.Enabled:
		return nil, platform.Errorf(platform.TypeResourceNotFound, "this webhook's installation is disabled")
	}
	return in, nil
}

// request returns the handler for a visit and a request without a body.
func (h *Handler) request(v *visit) (wire.Handler, *wire.Request, error) {
	handler, err := h.cfg.Resolver.Installation(v.in)
	if err != nil {
		return nil, nil, platform.Unavailable(err, "this webhook's integration cannot be reached now", 30*time.Second)
	}
	req := h.cfg.Resolver.Request(v.in, wire.OpWebhookReceived, wire.OpWebhookReceived)
	req.TraceParent, req.TraceState = v.r.Header.Get(wire.HeaderTraceParent), v.r.Header.Get(wire.HeaderTraceState)
	return handler, req, nil
}

// serve passes a visit on, with its body or as a stream.
func (h *Handler) serve(w http.ResponseWriter, v *visit) error {
	handler, req, err := h.request(v)
	if err != nil {
		return err
	}
	if s, ok := handler.(wire.Streamer); ok {
		if h.stream(w, v, s, req) {
			return nil
		}
	}
	// A body is read before the call has a place, so that who sends slowly
	// keeps nobody out.
	body, err := h.bodies.Read(w, v.r, h.most(v.in.Integration), v.address(), v.in.ID)
	if err != nil {
		return err
	}
	defer body.Release()
	if err := h.calls.Take(1, v.address(), v.in.ID); err != nil {
		return err
	}
	defer h.calls.Give(1, v.address(), v.in.ID)
	return h.pass(w, v, handler, req, body)
}

// address is what the shares of the caller's address are counted by.
func (v *visit) address() string { return admission.Key(v.r) }

// pass calls the handler and writes its answer.
func (h *Handler) pass(w http.ResponseWriter, v *visit, handler wire.Handler, req *wire.Request, body *admission.Body) (err error) {
	if req.Body, err = h.encode(v.r, v.path, body); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(v.r.Context(), h.cfg.Timeout, errTimeout)
	defer cancel()
	resp, err := handler.Handle(ctx, req)
	if err != nil {
		return h.fault(ctx, err)
	}
	if id := resp.Header.Get(headerIdentifier); id != "" && h.cfg.Claim != nil && resp.Status < http.StatusBadRequest {
		if err := h.cfg.Claim(ctx, v.in, id); err != nil {
			return err
		}
	}
	e := concealed(resp)
	switch {
	case e != nil && v.browser:
		h.cfg.Logger.Warn("webhook refused", "bot_id", v.in.BotID, "installation_id", v.in.ID, "error_id", e.ID, "cause", e.Err)
		return v.write(w, toInterstitial(e.Message+" "+e.ID))
	case e != nil:
		return e
	case v.browser:
		return v.write(w, toBrowser(resp))
	}
	return v.write(w, resp)
}

// write writes an answer and notes its status.
func (v *visit) write(w http.ResponseWriter, resp *wire.Response) (err error) {
	v.status, err = writeResponse(w, resp)
	return err
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
