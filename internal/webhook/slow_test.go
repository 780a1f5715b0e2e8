package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/webhook"
	"github.com/bellhop-dev/bellhop/wire"
)

// Callers who send a body slowly keep nobody out, whatever they say its length
// is: a place and room are taken by what has come.
func TestSlowCallersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	w := &world{handler: func(context.Context, *wire.Request) (*wire.Response, error) { return &wire.Response{}, nil }}
	url := w.start(t, webhook.Config{Concurrent: 4, MaxBody: 10 << 20})
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/webhooks/w")
	for i := range 60 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		head := "Content-Length: 10485760"
		if i%2 == 0 {
			head = "Transfer-Encoding: chunked"
		}
		fmt.Fprintf(conn, "POST /webhooks/w HTTP/1.1\r\nHost: x\r\n%s\r\nExpect: 100-continue\r\n\r\n", head)
		begun := make([]byte, len("HTTP/1.1 100 Continue"))
		if _, err := io.ReadFull(conn, begun); err != nil || !strings.Contains(string(begun), "100") {
			t.Fatalf("socket %d: %q, %v", i, begun, err) // the server reads its body now
		}
	}
	for range 10 {
		if res, body := do(t, "POST", url, strings.NewReader("hello"), nil); res.StatusCode != http.StatusOK {
			t.Fatalf("answered %d %s beside slow callers", res.StatusCode, body)
		}
	}
}

// One installation, or one address, cannot take all places.
func TestOneCallerHasAShareOfTheWebhooks(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	w := &world{handler: func(context.Context, *wire.Request) (*wire.Response, error) {
		begun <- struct{}{}
		<-release
		return &wire.Response{}, nil
	}}
	defer close(release)
	url := w.start(t, webhook.Config{Concurrent: 8, OneCaller: 2})
	for range 2 {
		go func() {
			if res, err := http.Post(url, "", nil); err == nil {
				res.Body.Close()
			}
		}()
		<-begun
	}
	res, body := do(t, "POST", url, nil, nil)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("answered %d %s, want 429 with Retry-After", res.StatusCode, body)
	}
}
