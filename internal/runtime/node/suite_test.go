package node_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/handlertest"
	"github.com/bellhop-dev/bellhop/internal/runtime/node"
)

// TestBundleKeepsTheContract runs the suite of handlers over uploaded code.
func TestBundleKeepsTheContract(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var calls []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Authorization") != "Bearer token 1 of a" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		mu.Lock()
		calls = append(calls, fmt.Sprintf("%s %s %s", r.Method, r.URL.Path, body))
		mu.Unlock()
		_, _ = io.WriteString(w, `{"event":{"type":"noticed"}}`)
	}))
	t.Cleanup(api.Close)
	b := setup(t, func(c *node.Config) { c.APIURL = func() string { return api.URL } })
	h := b.deployText("a", "1", handlertest.Script)
	d := handlertest.Definition()
	w, err := d.Wire()
	if err != nil {
		t.Fatal(err)
	}
	// An impossible status is no answer, and so an error and no 500, of code that
	// is apart from the server; TestCall tries it.
	cases := slices.DeleteFunc(handlertest.Cases(), func(c integrationtest.Case) bool { return c.Name == "webhook with an impossible status" })
	integrationtest.Run(t, integrationtest.Config{Handler: h, Definition: w, Cases: cases})
	for _, want := range []string{
		`PUT /v1/chat/messages/msg_1 {"tags":{"id":"ext-a"}}`,
		`POST /v1/chat/events {"type":"noticed","payload":{"key":"x"}}`,
		`POST /v1/chat/states/integration/intver_01JG0000000000000000000002/credentials {"payload":{"key":"https://x/y"}}`,
	} {
		if !slices.Contains(calls, want) {
			t.Errorf("the code did not call %s but %q", want, calls)
		}
	}
}
