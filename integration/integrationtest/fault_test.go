package integrationtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  integrationtest.Fault
		status int    // 0 is no answer
		body   string // what was read of it
		done   bool   // by the stand-in
		cut    bool   // the body ends early
	}{
		"none": {status: 200, body: "done", done: true},
		"answer": {fault: integrationtest.Fault{Answer: func(w http.ResponseWriter) { http.Error(w, "busy", http.StatusTooManyRequests) }},
			status: 429, body: "busy\n"},
		"reset":      {fault: integrationtest.Fault{Reset: true}},
		"reset late": {fault: integrationtest.Fault{Done: true}, done: true},
		"reset mid":  {fault: integrationtest.Fault{Done: true, Mid: true}, status: 200, body: "do", done: true, cut: true},
		"slow":       {fault: integrationtest.Fault{Slow: time.Nanosecond}, status: 200, body: "done", done: true},
		"too slow":   {fault: integrationtest.Fault{Slow: time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var faults integrationtest.Faults
			faults.Add(c.fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan struct{}, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.fault.Slow > time.Minute {
					cancel() // the caller leaves
				}
				faults.Serve(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if body, err := io.ReadAll(r.Body); string(body) != "asked" || err != nil {
						t.Errorf("the stand-in got %q, %v", body, err)
					}
					done <- struct{}{}
					_, _ = io.WriteString(w, "done")
				}))
			}))
			defer server.Close()
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("asked"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := server.Client().Do(req)
			if (err == nil) != (c.status != 0) {
				t.Fatalf("Do = %v, want status %d", err, c.status)
			}
			if err == nil {
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != c.status || string(body) != c.body || errors.Is(err, io.ErrUnexpectedEOF) != c.cut {
					t.Errorf("answer %d %q, %v", resp.StatusCode, body, err)
				}
			}
			server.Close() // waits for the call
			if got := len(done) == 1; got != c.done {
				t.Errorf("the stand-in was asked: %v, want %v", got, c.done)
			}
		})
	}
}
