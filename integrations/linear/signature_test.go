package linear_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
)

// refused checks that a webhook is refused without a trace.
func refused(b *bench, req platform.WebhookRequest) {
	b.Helper()
	resp := b.webhook(req)
	if resp.Status != 401 {
		b.Errorf("answer %d %s, want 401", resp.Status, resp.Body)
	}
	right := lineartest.Sign(secret, []byte(req.Body))
	if said := string(resp.Body) + b.log.String(); strings.Contains(strings.ToLower(said), right) {
		b.Errorf("the answer or the log holds the right signature: %s", said)
	}
	for _, call := range b.platform.Calls() {
		if !strings.HasPrefix(call.Op.Name, "get") || strings.HasPrefix(call.Op.Name, "getOr") {
			b.Errorf("the platform was asked for %s", call.Op.Name)
		}
	}
	if calls := b.fake.Calls(); len(calls) > 0 {
		b.Errorf("Linear was called: %v", calls)
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(right string, body []byte) string{
		"missing":     func(string, []byte) string { return "" },
		"upper case":  func(right string, _ []byte) string { return strings.ToUpper(right) },
		"prefixed":    func(right string, _ []byte) string { return "sha256=" + right },
		"cut":         func(right string, _ []byte) string { return right[:62] },
		"longer":      func(right string, _ []byte) string { return right + "00" },
		"not hex":     func(string, []byte) string { return strings.Repeat("z", 64) },
		"other key":   func(_ string, body []byte) string { return lineartest.Sign("other", body) },
		"empty key":   func(_ string, body []byte) string { return lineartest.Sign("", body) },
		"other body":  func(_ string, body []byte) string { return lineartest.Sign(secret, append([]byte(" "), body...)) },
		"two of them": func(right string, _ []byte) string { return right + ", " + right },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			req := b.hook(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
			req.Headers["linear-signature"] = change(req.Headers["linear-signature"], []byte(req.Body))
			refused(b, req)
		})
	}
	t.Run("no secret", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		delete(b.config, "webhookSigningSecret")
		req := b.hook(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
		req.Headers["linear-signature"] = lineartest.Sign("", []byte(req.Body))
		refused(b, req)
	})
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	f := lineartest.New(t) // outside of the bubble
	for name, c := range map[string]struct {
		body   time.Duration // from now
		header string
		taken  bool
	}{
		"now":                      {0, "", true},
		"a minute ago":             {-time.Minute, "", true},
		"a minute ahead":           {time.Minute, "", true},
		"older":                    {-time.Minute - time.Millisecond, "", false},
		"from the future":          {time.Minute + time.Millisecond, "", false},
		"long ago":                 {-6 * time.Hour, "", false},
		"the header does not help": {-time.Hour, "now", false},
		"only the header":          {none, "now", true},
		"only an old header":       {none, "1", false},
		"neither":                  {none, "", false},
		"nonsense":                 {none, "yesterday", false},
		"not a number":             {none, "NaN", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := between(t, f)
				b.offline = true // its goroutines would be outside of the bubble
				h := lineartest.Comment(lineartest.CommentID, "Hi", nil)
				h.Sent = time.Now().Add(c.body)
				req := b.hook(h, "d1")
				if c.body == none {
					stamp := strconv.FormatInt(h.Sent.UnixMilli(), 10)
					req.Body = strings.Replace(req.Body, `"webhookTimestamp":`+stamp, `"x":1`, 1)
					req.Headers["linear-signature"] = lineartest.Sign(secret, []byte(req.Body))
				}
				if req.Headers["linear-timestamp"] = c.header; c.header == "now" {
					req.Headers["linear-timestamp"] = strconv.FormatInt(time.Now().UnixMilli(), 10)
				}
				if !c.taken {
					refused(b, req)
					return
				}
				if resp := b.webhook(req); resp.Status != 200 || len(b.messages()) != 1 {
					t.Errorf("answer %d %s with %d messages", resp.Status, resp.Body, len(b.messages()))
				}
			})
		})
	}
}

// none stands for a body without a timestamp.
const none = time.Duration(-1 << 60)

func TestSignedNonsenseIsTaken(t *testing.T) {
	t.Parallel()
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	for _, body := range []string{
		`{`, `null`, `[]`, `7`, ``, `{"type":7}`,
		`{"webhookTimestamp":` + now + `}`,
		`{"webhookTimestamp":` + now + `,"type":"Comment","action":"create"}`,
		`{"webhookTimestamp":` + now + `,"type":"Comment","action":"create","data":[]}`,
		`{"webhookTimestamp":` + now + `,"type":"Comment","action":"create","data":{"id":7}}`,
		`{"webhookTimestamp":` + now + `,"type":"Comment","action":"create","data":{"id":"c","issueId":"i","body":"x"}}`,
		`{"webhookTimestamp":` + now + `,"type":"Issue","action":"update","updatedFrom":{"title":null},"data":{"id":"i"}}`,
		`{"webhookTimestamp":` + now + `,"type":"Reaction","action":"remove","actor":{},"data":{"id":"r"}}`,
		`{"webhookTimestamp":` + now + `,"type":"Project","action":"create","data":null}`,
		`{"webhookTimestamp":` + now + `,"type":"AuditEntry","action":"create","data":{}}`,
	} {
		b := setup(t)
		resp := b.webhook(platform.WebhookRequest{Method: "POST", Path: "/", Body: body, Headers: map[string]string{
			"linear-signature": lineartest.Sign(secret, []byte(body)), "linear-delivery": "d1"}})
		if want := 200; resp.Status != want && (resp.Status != 401 || !strings.Contains(string(resp.Body), "timestamp")) {
			t.Errorf("%s: answered %d %s", body, resp.Status, resp.Body)
		}
		if n := len(b.messages()); n != 0 {
			t.Errorf("%s made %d messages", body, n)
		}
	}
}

func TestOnlyPost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if resp := b.webhook(platform.WebhookRequest{Method: "GET", Path: "/", Headers: map[string]string{}}); resp.Status != 405 {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
}
