package linear_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// retryAfter is what the answer asks the delivery to wait, in seconds.
func retryAfter(resp *wire.Response) int {
	n, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return n
}

// Each fault is told with the delivery, says whether another try may help, and
// in the end there is one comment.
func TestFaultsOfDeliveries(t *testing.T) {
	t.Parallel()
	input := func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`{"errors":[{"message":"Discussion locked","extensions":{"code":"INPUT_ERROR","userPresentableMessage":"This issue is locked."}}]}`))
	}
	coded := func(status int, code string) integrationtest.Fault {
		return integrationtest.Fault{Answer: func(w http.ResponseWriter) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"errors":[{"message":"x","extensions":{"code":"` + code + `"}}]}`))
		}}
	}
	typed := integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"errors":[{"message":"x","extensions":{"type":"ratelimited"}}]}`))
	}}
	for name, c := range map[string]struct {
		fault       integrationtest.Fault // or, where it is zero:
		reset       time.Duration         // a limit that is open again then
		says        string
		final       bool
		least, most int // seconds to wait
	}{
		"rate limited":           {integrationtest.Fault{}, 10 * time.Minute, "RATELIMITED: Rate limit exceeded", false, 500, 600},
		"rate limited, passed":   {integrationtest.Fault{}, -time.Minute, "RATELIMITED", false, 60, 60},
		"rate limited, far off":  {integrationtest.Fault{}, 48 * time.Hour, "RATELIMITED", false, 6 * 3600, 6 * 3600},
		"rate limited, no reset": {coded(400, "RATELIMITED"), 0, "RATELIMITED", false, 60, 60},
		"rate limited by type":   {typed, 0, "RATELIMITED", false, 7, 7},
		"too many requests":      {lineartest.Broken(429), 0, "Linear answered 429", false, 0, 0},
		"bad gateway":            {lineartest.Broken(502), 0, "Linear answered 502", false, 0, 0},
		"internal error":         {coded(200, "INTERNAL_SERVER_ERROR"), 0, "INTERNAL_SERVER_ERROR", false, 0, 0},
		"lock timeout":           {coded(200, "LOCK_TIMEOUT"), 0, "LOCK_TIMEOUT", false, 0, 0},
		"reset":                  {integrationtest.Fault{Reset: true}, 0, "no answer: the connection failed", false, 0, 0},
		"reset after":            {integrationtest.Fault{Done: true}, 0, "no answer: the connection failed", false, 0, 0},
		"reset within":           {integrationtest.Fault{Done: true, Mid: true}, 0, "no answer: the connection failed", false, 0, 0},
		"no JSON":                {integrationtest.Fault{Answer: func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) }}, 0, "its answer cannot be read", false, 0, 0},
		"refused":                {integrationtest.Fault{Answer: input}, 0, "the comment was not written: Linear refused: INPUT_ERROR: This issue is locked.", true, 0, 0},
		"forbidden":              {coded(200, "FORBIDDEN"), 0, "give it access to the team", true, 0, 0},
		"forbidden by status":    {integrationtest.Fault{Answer: func(w http.ResponseWriter) { w.WriteHeader(403) }}, 0, "give it access to the team", true, 0, 0},
		"plan":                   {coded(200, "USAGE_LIMIT_EXCEEDED"), 0, "plan does not allow more", true, 0, 0},
		"unauthorized":           {integrationtest.Fault{Answer: func(w http.ResponseWriter) { w.WriteHeader(401) }}, 0, "make a new key", true, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			conv := b.conversation()
			req := b.delivery(b.platform.Say(conv.ID, "text", json.RawMessage(`{"text":"once"}`)), conv)
			if c.reset != 0 {
				c.fault = lineartest.RateLimited(time.Now().Add(c.reset))
			}
			b.fake.Faults.Add(c.fault)
			resp := b.handle(req)
			if resp.OK() || !strings.Contains(string(resp.Body), c.says) {
				t.Errorf("answer %d %s, want it to say %q", resp.Status, resp.Body, c.says)
			}
			if final := resp.Status == 400; final != c.final {
				t.Errorf("answer %d, want it to be final: %v", resp.Status, c.final)
			}
			if n := retryAfter(resp); n < c.least || n > c.most {
				t.Errorf("Retry-After %d, want %d to %d", n, c.least, c.most)
			}
			again := *req
			again.Attempt = 2
			for range 2 { // and once more, should the answer be lost again
				if resp := b.handle(&again); !resp.OK() {
					t.Errorf("the retry is answered %d %s", resp.Status, resp.Body)
				}
			}
			wrote(b, "once", 1)
		})
	}
}

// wrote checks how many comments say it.
func wrote(b *bench, body string, want int) {
	b.Helper()
	n := 0
	for _, c := range b.fake.Comments() {
		if c["body"] == body {
			n++
		}
	}
	if n != want {
		b.Errorf("%d comments say %q, want %d", n, body, want)
	}
}

// A delivery that was given up and is sent again counts from one anew.
func TestReplayedDelivery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conv := b.conversation()
	req := b.delivery(b.platform.Say(conv.ID, "text", json.RawMessage(`{"text":"once"}`)), conv)
	b.fake.Faults.Add(integrationtest.Fault{Done: true})
	b.handle(req)
	if resp := b.handle(req); !resp.OK() {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	wrote(b, "once", 1)
	// Two messages that say the same are two.
	b.say("text", `{"text":"once"}`)
	wrote(b, "once", 2)
}

func TestSlowAndGone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Faults.Add(integrationtest.Fault{Slow: time.Hour})
	ctx, cancel := context.WithCancelCause(t.Context())
	req := b.request(wire.OpActionTriggered, platform.ActionBody{Type: "getUser", Input: json.RawMessage(`{}`)})
	done := make(chan *wire.Response)
	go func() {
		resp, _ := b.call(ctx, 0, req)
		done <- resp
	}()
	cancel(errors.New("the server stops"))
	if resp := <-done; resp != nil && resp.Status == 400 {
		t.Errorf("a call that was cut off is refused for good: %d %s", resp.Status, resp.Body)
	}
}

// Linear tells everything at least once, in any order, to any process.
func TestDuplicatesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register()
	hook := b.hook(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
	issue := b.hook(lineartest.Hook{Type: "Issue", Action: "update", Data: map[string]any{"id": lineartest.IssueID, "title": "x"}}, "d2")
	var wg sync.WaitGroup
	for i := range 12 {
		for _, h := range []platform.WebhookRequest{hook, issue} {
			wg.Go(func() {
				if resp := b.handleAt(i%4, b.request(wire.OpWebhookReceived, platform.WebhookBody{Req: h})); resp.Status != 200 {
					t.Errorf("%d %s", resp.Status, resp.Body)
				}
			})
		}
	}
	wg.Wait()
	if m, e := len(b.messages()), len(b.platform.Events()); m != 1 || e != 3 {
		t.Errorf("%d messages and %d events, want 1 and 3", m, e)
	}
}

// A retry carries the time at which it is sent, and the same delivery.
func TestRetriedByLinear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := lineartest.Comment(lineartest.CommentID, "Hi", nil)
	h.Sent = time.Now().Add(-30 * time.Second)
	b.post(h, "d1")
	h.Sent = time.Time{}
	b.post(h, "d1")
	if m, e := len(b.messages()), len(b.platform.Events()); m != 1 || e != 1 {
		t.Errorf("%d messages and %d events, want one of each", m, e)
	}
}

// The process ends between any two steps of its work: the retry does the rest,
// and nothing twice.
func TestRestartedInBetween(t *testing.T) {
	t.Parallel()
	for step := 1; ; step++ {
		b := setup(t)
		b.register()
		left := step
		dead := errors.New("the process ended")
		b.transport = &failing{Platform: b.platform, left: &left, err: dead}
		hook := b.hook(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
		resp := b.handle(b.request(wire.OpWebhookReceived, platform.WebhookBody{Req: hook}))
		b.transport, b.node = b.platform, 1
		if again := b.webhook(hook); again.Status != 200 {
			t.Fatalf("step %d: the retry is answered %d %s", step, again.Status, again.Body)
		}
		if m, e := len(b.messages()), len(b.platform.Events()); m != 1 || e != 1 {
			t.Errorf("step %d: %d messages and %d events, want one of each", step, m, e)
		}
		if resp.Status == 200 {
			if step < 6 {
				t.Errorf("it took %d steps only: the test does not reach them", step)
			}
			return
		}
	}
}

// failing is a platform that does some calls, and then its caller is gone.
type failing struct {
	*integrationtest.Platform
	left *int
	err  error
}

func (f *failing) Do(ctx context.Context, call *platform.Call) error {
	if *f.left--; *f.left < 0 {
		return f.err
	}
	return f.Platform.Do(ctx, call)
}

// The platform cannot be written to: Linear is asked to tell it again.
func TestPlatformIsDown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	integrationtest.On(b.platform, platform.OpReceiveMessage, func(*platform.ReceiveMessageInput) (*platform.ReceiveMessageOutput, error) {
		return nil, platform.Unavailable(errors.New("disk"), "the database is busy", time.Second)
	})
	if resp := b.webhook(b.hook(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")); resp.Status < 500 {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}
