package apihttp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/api/apihttp"
	"github.com/bellhop-dev/bellhop/platform"
)

// replaying answers every call as a repeat.
type replaying struct{ service }

func (*replaying) Call(_ context.Context, _ *api.Identity, _ *platform.Operation, _, out any) error {
	*platform.Replayed(out) = true
	return nil
}

func TestIdempotencyKeyOfTheHeader(t *testing.T) {
	t.Parallel()
	s := &service{}
	h := newHandler(s, apihttp.Config{})
	post := func(path, body string, keys ...string) (status int, answer string) {
		r := request(http.MethodPost, path, body)
		r.Header["Idempotency-Key"] = keys
		w := serve(h, r)
		return w.Code, w.Body.String()
	}
	for name, tt := range map[string]struct{ body, key string }{
		"in the header": {`{}`, "k"}, "in the body": {`{"idempotencyKey":"k"}`, ""}, "in both": {`{"idempotencyKey":"k"}`, "k"},
	} {
		var keys []string
		if tt.key != "" {
			keys = []string{tt.key}
		}
		status, answer := post("/v1/chat/messages", tt.body, keys...)
		if in, ok := s.got.(*platform.CreateMessageInput); status != http.StatusCreated || !ok || in.IdempotencyKey != "k" {
			t.Errorf("%s: %d %s, input %+v; want the key k", name, status, answer, s.got)
		}
	}
	if status, answer := post("/v1/chat/conversations/c/participants", `{}`, "k"); status != http.StatusOK {
		t.Errorf("an operation that takes no key: %d %s", status, answer)
	}
	for name, keys := range map[string][]string{"empty": {""}, "too long": {strings.Repeat("k", 256)}, "a space": {"a b"}, "two": {"k", "k"}, "not the body's": {"other"}} {
		body := `{}`
		if name == "not the body's" {
			body = `{"idempotencyKey":"k"}`
		}
		if status, answer := post("/v1/chat/messages", body, keys...); status != http.StatusBadRequest || !strings.Contains(answer, "header Idempotency-Key") {
			t.Errorf("%s: %d %s, want a refusal that names the header", name, status, answer)
		}
	}
}

func TestRepeatedCallsAreMarked(t *testing.T) {
	t.Parallel()
	h := apihttp.New(apihttp.Config{Service: &replaying{}, Operations: platform.Operations()})
	w := serve(h, request(http.MethodPost, "/v1/chat/messages", `{}`))
	if got := w.Header().Get("Idempotent-Replayed"); got != "true" || w.Code != http.StatusCreated {
		t.Errorf("%d with Idempotent-Replayed %q, want 201 and true", w.Code, got)
	}
}
