// Package apihttp serves the operation table over HTTP: it finds the operation
// of a request, lets the caller in, reads the input and writes the output or
// the error. What operations do is package api's.
package apihttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// Limits of request bodies (wire-operations.md 1.5).
const (
	maxRuntimeBody = 1 << 20
	maxAdminBody   = 50 << 20
)

// Service does operations; *api.Service is the one there is.
type Service interface {
	Authenticate(ctx context.Context, caller platform.Caller) (*api.Identity, error)
	Call(ctx context.Context, id *api.Identity, op *platform.Operation, in, out any) error
}

// Handler serves operations. It is safe for concurrent use.
type Handler struct {
	service Service
	logger  *slog.Logger
	routes  *node
	binding platformhttp.Binding
}

// New returns a handler for the operations.
func New(service Service, operations []*platform.Operation, logger *slog.Logger) *Handler {
	h := &Handler{service: service, logger: logger, routes: &node{}}
	for _, op := range operations {
		h.routes.add(op)
	}
	return h
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.serve(w, r); err != nil {
		if r.Context().Err() != nil {
			return // the caller has gone
		}
		WriteError(w, platform.AsError(err))
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	op, values, err := h.routes.find(r.Method, r.URL.EscapedPath())
	if err != nil {
		return err
	}
	id, err := h.service.Authenticate(r.Context(), readCaller(r.Header))
	if err != nil {
		return err
	}
	in := op.New()
	if err := h.readBody(w, r, op, in); err != nil {
		return err
	}
	h.binding.DecodePath(op, func(name string) string { return values[name] }, in)
	if r.URL.RawQuery != "" {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return platform.Errorf(platform.TypeInvalidQuery, "the query string is not well formed: %v", err)
		}
		if err := h.binding.DecodeQuery(op, query, in); err != nil {
			return err
		}
	}
	out := op.NewOut()
	if err := h.service.Call(r.Context(), id, op, in, out); err != nil {
		return err
	}
	body, err := encode(out)
	if err != nil {
		return fmt.Errorf("encode the answer of %s: %w", op.Name, err)
	}
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(op.Status)
	_, _ = w.Write(body) // the caller may have gone
	return nil
}

// readBody fills the members that stand in the body. A GET may carry a body,
// as old clients send {}; it is not read.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request, op *platform.Operation, in any) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	var limit int64 = maxRuntimeBody
	if strings.HasPrefix(op.Path, "/v1/admin/") {
		limit = maxAdminBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return platform.Errorf(platform.TypePayloadTooLarge, "the body is over %d bytes, the most that %s takes", limit, op.Name)
	} else if err != nil {
		return platform.Errorf(platform.TypeInvalidPayload, "the body could not be read to its end")
	}
	if !h.binding.HasBody(op) {
		return nil
	}
	if len(body) == 0 {
		body = []byte("{}")
	}
	return decode(body, in)
}

var decodeOptions = jsonv2.JoinOptions(
	jsonv2.MatchCaseInsensitiveNames(false), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads a body. The quick decoder does the work; only when it fails the
// standard one is asked, for its errors name the field.
func decode(body []byte, in any) error {
	if err := jsonv2.Unmarshal(body, in, decodeOptions); err == nil {
		return nil
	} else if slow := json.Unmarshal(body, in); slow != nil {
		nameKey(slow, err)
		return platformhttp.BodyError(slow)
	} else {
		return platformhttp.BodyError(fmt.Errorf("it does not fit: %w", err))
	}
}

// nameKey completes the field that the standard decoder names, which ends at a
// map, with the key that the quick decoder knows.
func nameKey(slow, quick error) {
	to, ok := errors.AsType[*json.UnmarshalTypeError](slow)
	from, known := errors.AsType[*jsonv2.SemanticError](quick)
	if !ok || !known {
		return
	}
	field := strings.Join(slices.Collect(from.JSONPointer.Tokens()), ".")
	if strings.HasPrefix(field, to.Field+".") {
		to.Field = field
	}
}

var encodeOptions = jsonv2.JoinOptions(jsonv2.OmitZeroStructFields(false), jsontext.AllowInvalidUTF8(true))

func encode(out any) ([]byte, error) { return jsonv2.Marshal(out, encodeOptions) }

var jsonType = []string{"application/json"}

// readCaller reads the headers of wire-operations.md 1.2.
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
	}
}

// WriteError writes an error in the wire's form.
func WriteError(w http.ResponseWriter, e *platform.Error) {
	body, err := json.Marshal(e)
	if err != nil { // metadata that JSON cannot hold
		body, _ = json.Marshal(&platform.Error{ID: e.ID, Code: e.Code, Type: e.Type, Message: e.Message})
	}
	w.Header()["Content-Type"] = jsonType
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(max(1, int(e.RetryAfter.Seconds()))))
	}
	w.WriteHeader(e.Code)
	_, _ = w.Write(body) // the caller may have gone
}
