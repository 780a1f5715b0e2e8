package platformhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

func client(t *testing.T, h http.HandlerFunc) *platform.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	transport, err := platformhttp.New(srv.URL, platformhttp.Config{Client: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return platform.NewClient(transport, platform.Caller{Token: "bp_pat_x", BotID: "bot_1"})
}

func TestCallOnTheWire(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := []string{r.Method, r.URL.EscapedPath(), r.URL.Query().Get("tags.a b"), r.Header.Get("Authorization"), r.Header.Get("X-Bot-Id"), string(body)}
		want := []string{"GET", "/v1/chat/users", "c&d", "Bearer bp_pat_x", "bot_1", ""}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		io.WriteString(w, `{"users":[],"meta":{}}`)
	})
	if _, err := c.ListUsers(t.Context(), &platform.ListUsersInput{Tags: platform.Tags{"a b": "c&d"}}); err != nil {
		t.Error(err)
	}
}

func TestErrorKeepsTheWiresFields(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(404)
		io.WriteString(w, `{"id":"err_1","code":404,"type":"ResourceNotFound","message":"state \"x\" not found"}`)
	})
	_, err := c.GetState(t.Context(), &platform.GetStateInput{Type: "bot", ID: "a/b", Name: "x"})
	if !platform.IsType(err, platform.TypeResourceNotFound) {
		t.Errorf("GetState = %v, want ResourceNotFound", err)
	}
}

func TestRetryOnlyWhereItIsSafe(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		create bool
		want   int
	}{
		"500 on a read":   {500, false, 3},
		"500 on a create": {500, true, 1}, // takes no idempotency key
		"503 on a create": {503, true, 3},
		"400 is final":    {400, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			c := client(t, func(w http.ResponseWriter, r *http.Request) {
				calls++
				w.Header().Set("Retry-After", "0.001")
				w.WriteHeader(tt.status)
			})
			var err error
			if tt.create {
				_, err = c.CreateTable(t.Context(), &platform.CreateTableInput{})
			} else {
				_, err = c.GetUser(t.Context(), &platform.GetUserInput{ID: "user_1"})
			}
			if err == nil || calls != tt.want {
				t.Errorf("calls = %d, err = %v; want %d and an error", calls, err, tt.want)
			}
		})
	}
}

// Every answer of a server tells when its rate limit begins anew. Only one that
// asks for a repeat makes an error that does.
func TestErrorsAskForARepeatWhereTheServerDoes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		after  string
		want   time.Duration
	}{
		"a refusal":                {400, "", 0},
		"a fault":                  {500, "", 0},
		"a limit":                  {429, "", time.Millisecond},
		"a busy server":            {503, "2", time.Millisecond},
		"a fault that asks for it": {504, "0.002", 2 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Ratelimit-Reset", "0.001")
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				w.WriteHeader(tt.status)
			})
			_, err := c.CreateUser(t.Context(), &platform.CreateUserInput{})
			e, ok := errors.AsType[*platform.Error](err)
			if !ok || e.RetryAfter != tt.want {
				t.Errorf("CreateUser = %+v, want an error that asks to wait for %s", err, tt.want)
			}
		})
	}
}

func TestTokenDoesNotFollowARedirect(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(other.Close)
	c := client(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	if _, err := c.GetUser(t.Context(), &platform.GetUserInput{ID: "user_1"}); err == nil {
		t.Error("GetUser = nil, want an error")
	}
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(503)
		cancel()
	})
	if _, err := c.GetUser(ctx, &platform.GetUserInput{ID: "user_1"}); err == nil {
		t.Error("GetUser = nil, want an error")
	}
}

func TestDecodeQuery(t *testing.T) {
	t.Parallel()
	var b platformhttp.Binding
	for _, query := range []string{"tags.id=x%20y&pageSize=5&participantIds=a&participantIds=b", "tags[id]=x%20y&pageSize=5&participantIds=a&participantIds=b"} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		var in platform.ListConversationsInput
		if err := b.DecodeQuery(platform.OpListConversations.Operation, values, &in); err != nil {
			t.Fatal(err)
		}
		want := platform.ListConversationsInput{Tags: platform.Tags{"id": "x y"}, PageSize: 5, ParticipantIDs: []string{"a", "b"}}
		if diff := cmp.Diff(want, in); diff != "" {
			t.Errorf("DecodeQuery(%q) (-want +got):\n%s", query, diff)
		}
	}
	err := b.DecodeQuery(platform.OpListUsers.Operation, url.Values{"pageSize": {"ten"}}, &platform.ListUsersInput{})
	if !platform.IsType(err, platform.TypeInvalidQuery) {
		t.Errorf("DecodeQuery = %v, want InvalidQuery", err)
	}
}

func TestEveryInputCanBeBound(t *testing.T) {
	t.Parallel()
	var b platformhttp.Binding
	for _, op := range platform.Operations() {
		in := op.New()
		b.DecodePath(op, func(name string) string { return "a/" + name }, in)
		path, _, err := b.Encode(op, in)
		if err != nil {
			t.Errorf("%s: %v", op.Name, err)
		}
		if u, err := url.Parse(path); err != nil || len(u.Query()) > 0 {
			t.Errorf("%s: path %q", op.Name, path)
		}
		if _, err := json.Marshal(in); err != nil {
			t.Errorf("%s: %v", op.Name, err)
		}
	}
}
