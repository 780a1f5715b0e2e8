package platformhttp_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// An answer that was lost is asked for again: the server must see that it is
// the same call.
func TestAttemptsOfOneCallHaveOneKey(t *testing.T) {
	t.Parallel()
	var keys []string
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		w.Header().Set("Retry-After", "0.001")
		if len(keys) < 3 {
			panic(http.ErrAbortHandler) // the answer is lost
		}
		w.Header().Set("Idempotent-Replayed", "true")
		w.WriteHeader(201)
		_, _ = io.WriteString(w, `{"message":{"id":"msg_1"}}`) // the client has not gone
	})
	out, err := c.CreateMessage(t.Context(), &platform.CreateMessageInput{})
	if err != nil || out.Message.ID != "msg_1" || !out.Replayed {
		t.Fatalf("CreateMessage = %+v, %v; want msg_1, replayed", out, err)
	}
	if len(keys) != 3 || keys[0] == "" || keys[1] != keys[0] || keys[2] != keys[0] {
		t.Errorf("keys of the attempts = %q, want one key three times", keys)
	}
	out, err = c.CreateMessage(t.Context(), &platform.CreateMessageInput{})
	if err != nil || len(keys) != 4 || keys[3] == keys[0] {
		t.Errorf("another call: %+v, %v with the keys %q; want a key of its own", out, err, keys)
	}
}

func TestOwnKeyStandsInTheBody(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got := r.Header.Get("Idempotency-Key"); got != "" || !strings.Contains(string(body), `"idempotencyKey":"mine"`) {
			t.Errorf("header %q and body %s, want the key in the body only", got, body)
		}
		_, _ = io.WriteString(w, `{"output":{}}`) // the client has not gone
	})
	out, err := c.CallAction(t.Context(), &platform.CallActionInput{IdempotencyKey: "mine"})
	if err != nil || out.Replayed {
		t.Errorf("CallAction = %+v, %v; want an output that is not replayed", out, err)
	}
}
