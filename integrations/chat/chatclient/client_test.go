package chatclient_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/chat/chatclient"
)

// A message whose answer was lost is sent again under its key; a user is not
// created again, because the server takes no key there.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	keys := map[string][]string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		keys[r.URL.Path] = append(keys[r.URL.Path], r.Header.Get("Idempotency-Key"))
		if len(keys[r.URL.Path]) < 3 {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write([]byte(`{"message":{"id":"msg_1"}}`)) // the client may have gone
	}))
	t.Cleanup(s.Close)
	c := &chatclient.Client{URL: s.URL}
	if m, err := c.Send(t.Context(), "conv_1", "hi"); err != nil || m.ID != "msg_1" {
		t.Errorf("Send = %+v, %v; want msg_1", m, err)
	}
	if _, err := c.CreateUser(t.Context()); err == nil {
		t.Error("CreateUser = nil, want the fault of the connection")
	}
	mu.Lock()
	defer mu.Unlock()
	if got := keys["/messages"]; len(got) != 3 || got[0] == "" || len(slices.Compact(got)) != 1 {
		t.Errorf("a message was sent with the keys %q, want one key three times", got)
	}
	if got := keys["/users"]; len(got) != 1 || got[0] != "" {
		t.Errorf("a user was asked for with the keys %q, want once, without one", got)
	}
}
