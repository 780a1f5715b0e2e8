package runtime

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/wire"
)

// remote is a Runtime that reaches bots at addresses and nothing else.
func remote(t *testing.T, cfg Config) *Runtime {
	t.Helper()
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.client.CloseIdleConnections)
	return r
}

func callBot(t *testing.T, r *Runtime, url string) (*wire.Response, error) {
	t.Helper()
	h, err := r.Bot(&catalog.Bot{Bot: store.Bot{ID: "bot_1", URL: url}})
	if err != nil {
		t.Fatal(err)
	}
	return h.Handle(t.Context(), &wire.Request{Operation: wire.OpPing, BotID: "bot_1"})
}

func TestPrivateCodeIsNotCalled(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(inside.Close)
	away := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	t.Cleanup(away.Close)
	r := remote(t, Config{})
	for _, url := range []string{inside.URL, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), "http://169.254.169.254/latest/meta-data", "http://[::1]:80/"} {
		if _, err := callBot(t, r, url); err == nil || !strings.Contains(err.Error(), "--allow-private") {
			t.Errorf("call of %s: %v, want it refused with the remedy", url, err)
		}
	}
	allowed := remote(t, Config{AllowPrivate: true})
	if resp, err := callBot(t, allowed, away.URL); err != nil || resp.Status != http.StatusTemporaryRedirect {
		t.Errorf("a redirect: %+v, %v; want it to be the answer", resp, err)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls got through", n)
	}
	if _, err := callBot(t, allowed, inside.URL); err != nil || calls.Load() != 1 {
		t.Errorf("allowed: %v, %d calls", err, calls.Load())
	}
}

// endless counts what is read of it.
type endless struct{ n *atomic.Int64 }

func (e endless) Read(p []byte) (int, error) {
	e.n.Add(int64(len(p)))
	return len(p), nil
}

func TestEndlessAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	code := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, io.LimitReader(endless{&sent}, 1<<30))
	}))
	t.Cleanup(code.Close)
	_, err := callBot(t, remote(t, Config{AllowPrivate: true, MaxAnswer: 1 << 20}), code.URL)
	if err == nil || !strings.Contains(err.Error(), "over 1048576 bytes") {
		t.Errorf("got %v, want the limit named", err)
	}
	code.Close() // waits for the handler
	if n := sent.Load(); n > 256<<20 {
		t.Errorf("%d bytes were sent before the connection ended", n)
	}
}

func TestCallsLeftBehindAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := guard(slog.New(slog.DiscardHandler))(wire.HandlerFunc(func(context.Context, *wire.Request) (*wire.Response, error) {
			<-release // and does not look at its context
			return nil, nil
		}))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for range maxAbandoned {
			if _, err := h.Handle(ended, &wire.Request{}); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
		}
		if _, err := h.Handle(t.Context(), &wire.Request{}); !errors.Is(err, errAbandoned) {
			t.Errorf("with %d calls left behind: %v", maxAbandoned, err)
		}
		close(release)
		synctest.Wait()
		if resp, err := h.Handle(t.Context(), &wire.Request{}); err != nil || !resp.OK() {
			t.Errorf("after they ended: %+v, %v", resp, err)
		}
	})
}
