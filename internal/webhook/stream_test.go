package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/webhook"
	"github.com/bellhop-dev/bellhop/wire"
)

// streams answers /listen with an event stream, /file over time with something
// else, and leaves the rest to its handler.
type streams struct {
	wire.HandlerFunc
	begun   chan struct{}
	release chan struct{}
}

func (s *streams) Stream(w http.ResponseWriter, r *http.Request, _ *wire.Request) bool {
	switch r.URL.Path {
	case "/listen":
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	case "/file":
		w.Header().Set("Content-Type", "image/png")
	default:
		return false
	}
	_, _ = io.WriteString(w, ": welcome\n\n")
	_ = http.NewResponseController(w).Flush()
	if r.URL.Path == "/listen" && r.Context().Err() == nil {
		s.begun <- struct{}{}
		<-s.release
	}
	return true
}

type streamWorld struct {
	*world
	handler wire.Handler
}

func (w streamWorld) Installation(*catalog.Installation) (wire.Handler, error) { return w.handler, nil }

// An address that has all the streams it may have is refused another, and
// nothing else: what it reads and sends beside them is answered.
func TestOnlyEventStreamsCountAsStreams(t *testing.T) {
	t.Parallel()
	w := new(world)
	s := &streams{begun: make(chan struct{}), release: make(chan struct{})}
	s.HandlerFunc = func(context.Context, *wire.Request) (*wire.Response, error) { return &wire.Response{}, nil }
	srv := httptest.NewServer(webhook.New(webhook.Config{Installations: w, Resolver: streamWorld{w, s}, Streams: 1}))
	t.Cleanup(srv.Close)
	url := srv.URL + "/webhooks/w"
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if res, err := http.Get(url + "/listen"); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	}()
	<-s.begun
	for _, path := range []string{"/conversations", "/file"} {
		if res, body := do(t, "GET", url+path, nil, nil); res.StatusCode != http.StatusOK {
			t.Errorf("GET %s beside a stream: %d %s", path, res.StatusCode, body)
		}
	}
	res, body := do(t, "GET", url+"/listen", nil, nil)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" ||
		!strings.Contains(string(body), "too many streams") || strings.Contains(string(body), "welcome") {
		t.Errorf("a stream too many: %d %q", res.StatusCode, body)
	}
	close(s.release)
	<-ended
}
