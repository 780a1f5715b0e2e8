// Package apihttp serves the operation table over HTTP: it finds the operation
// of a request, lets the caller in, reads the input and writes the output or
// the error. What operations do is package api's.
package apihttp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/audit"
	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// Limits of request bodies, in bytes.
const (
	maxRuntimeBody = 1 << 20
	maxAdminBody   = 50 << 20
	maxTablesBody  = 40 << 20
)

// Service does operations; *api.Service is the one there is.
type Service interface {
	Authenticate(ctx context.Context, caller platform.Caller) (*api.Identity, error)
	Admit(id *api.Identity, op *platform.Operation) error
	Call(ctx context.Context, id *api.Identity, op *platform.Operation, in, out any) error
}

// Config configures a Handler; zero limits take the defaults in the comments.
type Config struct {
	Service    Service
	Operations []*platform.Operation
	Refusals   []platform.Refusal // operations that are known and not served
	Concurrent int                // calls at a time; default 2048, more are answered 503
	OneCaller  int                // of them by one caller; default 512, more are answered 429
	Rate       int                // calls a second by one caller; default 20000, more are answered 429
	BodyRate   int64              // bytes of a body that have to come in a second; default 1024
	Logger     *slog.Logger       // nil discards
}

// Handler serves operations. It is safe for concurrent use.
type Handler struct {
	service Service
	routes  *node
	refused map[*platform.Operation]platform.Refusal
	binding platformhttp.Binding
	gate    *gate
	bodies  *admission.Bodies
	logger  *slog.Logger
}

// New returns a handler for the operations.
func New(cfg Config) *Handler {
	h := &Handler{service: cfg.Service, routes: &node{}, refused: map[*platform.Operation]platform.Refusal{}, gate: newGate(cfg), logger: cfg.Logger}
	h.bodies = admission.NewBodies(cmp.Or(cfg.BodyRate, 1024), maxBodies, maxOneBodies)
	if h.logger == nil {
		h.logger = slog.New(slog.DiscardHandler)
	}
	for _, op := range cfg.Operations {
		h.routes.add(op)
	}
	for _, r := range cfg.Refusals {
		op := &platform.Operation{Name: r.Name, Method: r.Method, Path: r.Path}
		h.refused[op] = r
		h.routes.add(op)
	}
	return h
}

// from returns the context of a call; that of an administrator says from where it comes, for the audit trail.
func from(r *http.Request, id *api.Identity) context.Context {
	if id == nil || id.Scope != platform.ScopeAccount {
		return r.Context()
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return audit.WithAddress(r.Context(), host)
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.serve(w, r); err != nil {
		if r.Context().Err() != nil {
			return // the caller has gone
		}
		e := reply.AsError(err)
		if _, ok := errors.AsType[called](err); !ok {
			reply.Log(r.Context(), h.logger, "call refused", e, "method", r.Method, "path", r.URL.Path)
		}
		reply.Error(w, e)
	}
}

// called is an error of an operation, which the service has logged.
type called struct{ error }

// Unwrap returns the error itself.
func (c called) Unwrap() error { return c.error }

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	op, values, err := h.routes.find(r.Method, r.URL.EscapedPath())
	if err != nil {
		return err
	}
	if refusal, ok := h.refused[op]; ok {
		return refusal.Error()
	}
	if !h.gate.enter() {
		return platform.Unavailable(nil, "the server has as many calls as it takes at a time; try again", retryAfter)
	}
	id, err := h.admit(r, op)
	h.gate.leave()
	if err != nil {
		return err
	}
	if id != nil {
		leave, err := h.gate.enterAs(w.Header(), id)
		if err != nil {
			return err
		}
		defer leave()
	}
	if other := r.Header.Get("X-Destination-Bot-Id"); other != "" && (id == nil || id.Bot == nil || other != id.Bot.ID) {
		return platform.Errorf(platform.TypeForbidden, "header x-destination-bot-id names another bot; files are copied within one bot here")
	}
	// A body is read outside of the gate: who sends slowly keeps nobody out.
	body, err := h.readBody(w, r, op, id)
	if err != nil {
		return err
	}
	defer body.Release()
	if !h.gate.enter() {
		return platform.Unavailable(nil, "the server has as many calls as it takes at a time; try again", retryAfter)
	}
	defer h.gate.leave()
	in := op.New()
	if body != nil && h.binding.HasBody(op) {
		text := body.Bytes
		if len(text) == 0 {
			text = []byte("{}")
		}
		if err := decode(text, in); err != nil {
			return err
		}
	}
	if err := readKey(r.Header, in); err != nil {
		return err
	}
	h.binding.DecodePath(op, func(name string) string { return values[name] }, in)
	if r.URL.RawQuery != "" {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return platform.Errorf(platform.TypeInvalidQuery, "the query string is not well formed: %v", err)
		}
		if err := checkQuery(query); err != nil {
			return err
		}
		if err := h.binding.DecodeQuery(op, query, in); err != nil {
			return err
		}
	}
	out := op.NewOut()
	if err := h.service.Call(from(r, id), id, op, in, out); err != nil {
		return called{err}
	}
	answer, err := encode(out)
	if err != nil {
		return fmt.Errorf("encode the answer of %s: %w", op.Name, err)
	}
	w.Header()["Content-Type"] = jsonType
	if replayed := platform.Replayed(out); replayed != nil && *replayed {
		w.Header()[platformhttp.HeaderReplayed] = trueValue
	}
	defer reply.Writing(w, int64(len(answer)))()
	w.WriteHeader(op.Status)
	_, _ = w.Write(answer) // the caller may have gone
	return nil
}

// admit finds out who calls and whether they may. Nobody sends a body before
// that is known.
func (h *Handler) admit(r *http.Request, op *platform.Operation) (*api.Identity, error) {
	id, err := h.service.Authenticate(r.Context(), readCaller(r.Header))
	if err != nil {
		return nil, err
	}
	return id, h.service.Admit(id, op)
}

// readBody reads the body; nil is none. A GET may carry a body, as old clients
// send {}; it is not read.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request, op *platform.Operation, id *api.Identity) (*admission.Body, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil, nil
	}
	var limit int64 = maxRuntimeBody
	switch {
	case strings.HasPrefix(op.Path, "/v1/admin/"):
		limit = maxAdminBody
	case strings.HasPrefix(op.Path, "/v1/tables"):
		limit = maxTablesBody
	}
	key := admission.Key(r)
	if id != nil && id.Token != nil {
		key = id.Token.ID
	}
	body, err := h.bodies.Read(w, r, limit, key)
	if err != nil || r.Header.Get("Content-Encoding") == "" {
		return body, err
	}
	if err := unpack(r, body, limit); err != nil {
		body.Release()
		return nil, err
	}
	return body, nil
}

// unpack puts what a compressed body holds, of at most limit bytes, in its
// place. Its room is taken before, since a short body may hold much.
func unpack(r *http.Request, body *admission.Body, limit int64) error {
	unpacked, err := inflate(r, bytes.NewReader(body.Bytes))
	if err != nil {
		return err
	}
	if err := body.Grow(limit); err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(unpacked, limit+1))
	switch {
	case int64(len(raw)) > limit:
		return platform.Errorf(platform.TypePayloadTooLarge, "the body is over %d bytes, the most that is taken here", limit)
	case err != nil:
		return platform.Errorf(platform.TypeInvalidPayload, "the body could not be read to its end")
	}
	body.Bytes = raw
	return nil
}

// Bodies of calls are kept up to these sizes in bytes at a time, in all and of
// one caller.
const (
	maxBodies    = 512 << 20
	maxOneBodies = 128 << 20
)

var encodeOptions = jsonv2.JoinOptions(jsonv2.OmitZeroStructFields(false), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

func encode(out any) ([]byte, error) { return jsonv2.Marshal(out, encodeOptions) }

var jsonType = []string{"application/json"}

// readCaller reads the headers by which a caller says who it is; the other side
// is platformhttp.
func readCaller(h http.Header) platform.Caller {
	first := func(key string) string {
		if v := h[key]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	token := first("Authorization")
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "bearer") {
		token = strings.TrimSpace(rest)
	}
	return platform.Caller{
		Token: token, WorkspaceID: first("X-Workspace-Id"), BotID: first("X-Bot-Id"),
		IntegrationID: first("X-Integration-Id"), IntegrationAlias: first("X-Integration-Alias"),
		TraceParent: first("Traceparent"), TraceState: first("Tracestate"),
		AllowBreaking: first("X-Bypass-Breaking-Changes-Detection") == "true",
		ByIntegration: first("X-Multiple-Integrations") != "true",
	}
}
