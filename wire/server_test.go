package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/bellhop-dev/bellhop/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func answering(status int, body string) wire.Handler {
	return wire.HandlerFunc(func(context.Context, *wire.Request) (*wire.Response, error) {
		return &wire.Response{Status: status, Body: []byte(body)}, nil
	})
}

func TestHTTPHandlerRefuses(t *testing.T) {
	t.Parallel()
	failing := wire.HandlerFunc(func(context.Context, *wire.Request) (*wire.Response, error) {
		return nil, errors.New("hunter2")
	})
	for _, c := range []struct {
		name    string
		method  string
		handler wire.Handler
		cfg     wire.ServerConfig
		body    string
		change  func(http.Header)
		status  int
		typ     string
	}{
		{name: "method", method: "GET", status: 405, typ: "MethodNotFound"},
		{name: "too large", cfg: wire.ServerConfig{MaxBody: 3}, body: "1234", status: 413, typ: "PayloadTooLarge"},
		{name: "unsigned", cfg: wire.ServerConfig{Secret: secret}, body: "{}", status: 401, typ: "Unauthorized"},
		{name: "no bot", body: "{}", change: func(h http.Header) { h.Del(wire.HeaderBotID) }, status: 400, typ: "InvalidPayload"},
		{name: "error", handler: failing, body: "{}", status: 500, typ: "Internal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.handler == nil {
				c.handler = answering(200, "{}")
			}
			if c.method == "" {
				c.method = http.MethodPost
			}
			r := httptest.NewRequest(c.method, "/any", strings.NewReader(c.body))
			fullRequest().Encode(r.Header)
			if c.change != nil {
				c.change(r.Header)
			}
			w := httptest.NewRecorder()
			wire.HTTPHandler(c.handler, c.cfg).ServeHTTP(w, r)
			var e struct {
				Code    int
				Type    string
				Message string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if w.Code != c.status || e.Code != c.status || e.Type != c.typ || strings.Contains(e.Message, "hunter2") {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, c.status, c.typ)
			}
		})
	}
}

func TestHTTPHandlerHealth(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST", "HEAD"} {
		w := httptest.NewRecorder()
		wire.HTTPHandler(answering(500, ""), wire.ServerConfig{Secret: secret}).ServeHTTP(w, httptest.NewRequest(method, "/health", nil))
		if w.Code != 200 || w.Body.String() != "ok" {
			t.Errorf("%s /health = %d %q", method, w.Code, w.Body)
		}
	}
}

func TestRemoteCarriesTheWholeRequest(t *testing.T) {
	t.Parallel()
	got := make(chan *wire.Request, 1)
	h := wire.HandlerFunc(func(_ context.Context, req *wire.Request) (*wire.Response, error) {
		got <- req
		return &wire.Response{Status: 418, Header: http.Header{"X-Own": {"a", "b"}}, Body: []byte("<raw>")}, nil
	})
	server := httptest.NewServer(wire.HTTPHandler(h, wire.ServerConfig{Secret: secret}))
	t.Cleanup(server.Close)
	remote := &wire.Remote{URL: server.URL, Secret: secret, Client: server.Client()}
	want := fullRequest()
	resp, err := remote.Handle(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, <-got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if resp.Status != 418 || resp.OK() || string(resp.Body) != "<raw>" || len(resp.Header["X-Own"]) != 2 {
		t.Errorf("got %d %v %s", resp.Status, resp.Header, resp.Body)
	}
	if _, sniffed := resp.Header["Content-Type"]; sniffed {
		t.Errorf("a content type that the handler did not give: %v", resp.Header)
	}
}

func TestRemoteFails(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(release) })
	long := httptest.NewServer(wire.HTTPHandler(answering(200, "12345"), wire.ServerConfig{}))
	t.Cleanup(long.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	ended, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	t.Cleanup(cancel)
	for _, c := range []struct {
		name   string
		ctx    context.Context
		remote *wire.Remote
		is     error
	}{
		{"time-out", ended, &wire.Remote{URL: slow.URL, Client: slow.Client()}, context.DeadlineExceeded},
		{"long answer", t.Context(), &wire.Remote{URL: long.URL, Client: long.Client(), MaxBody: 4}, nil},
		{"nobody there", t.Context(), &wire.Remote{URL: gone.URL, Client: gone.Client()}, nil},
		{"bad address", t.Context(), &wire.Remote{URL: "http://\x00"}, nil},
		{"bad secret", t.Context(), &wire.Remote{URL: gone.URL, Secret: "?"}, nil},
	} {
		resp, err := c.remote.Handle(c.ctx, fullRequest())
		if err == nil || resp != nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v, %v, want an error (%v)", c.name, resp, err, c.is)
		}
	}
}

func TestRemoteDoesNotFollowRedirects(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusSeeOther)
	}))
	t.Cleanup(server.Close)
	resp, err := (&wire.Remote{URL: server.URL, Client: server.Client()}).Handle(t.Context(), fullRequest())
	if err != nil || resp.Status != http.StatusSeeOther {
		t.Errorf("got %+v, %v, want 303", resp, err)
	}
}

func TestChainOrder(t *testing.T) {
	t.Parallel()
	var order []string
	mark := func(name string) wire.Middleware {
		return func(next wire.Handler) wire.Handler {
			return wire.HandlerFunc(func(ctx context.Context, req *wire.Request) (*wire.Response, error) {
				order = append(order, name)
				return next.Handle(ctx, req)
			})
		}
	}
	if _, err := wire.Chain(answering(0, ""), mark("a"), mark("b")).Handle(t.Context(), &wire.Request{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, order); diff != "" {
		t.Error(diff)
	}
}
