package whatsapp_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
)

// TestSendingFaults lets one call go wrong: what the delivery says, when it is
// tried again, and that the message is sent once in the end.
func TestSendingFaults(t *testing.T) {
	t.Parallel()
	refusal := whatsapptest.Refusal
	for name, c := range map[string]struct {
		fault   integrationtest.Fault
		attempt int
		status  int    // of the delivery's answer; 200 is done
		after   string // Retry-After
		says    string
		sent    int // before the next try
	}{
		"asked to wait":      {refusal(429, 4, "Application request limit reached", 7), 1, 503, "7", "WhatsApp refused: 4: Application request limit reached", 0},
		"too fast, first":    {refusal(429, 130429, "Rate limit hit", 0), 1, 503, "4", "130429", 0},
		"too fast, third":    {refusal(400, 130429, "Rate limit hit", 0), 3, 503, "64", "130429", 0},
		"too fast, for ever": {refusal(400, 131056, "Pair rate limit hit", 0), 60, 503, "4096", "131056", 0},
		"account too fast":   {refusal(400, 80007, "Rate limit issues", 0), 2, 503, "16", "80007", 0},
		"unnamed 429":        {integrationtest.Fault{Answer: func(w http.ResponseWriter) { w.WriteHeader(429) }}, 1, 503, "4", "WhatsApp answered 429", 0},
		"fault":              {integrationtest.Fault{Answer: func(w http.ResponseWriter) { http.Error(w, "<html>", 500) }}, 1, 503, "", "WhatsApp answered 500", 0},
		"away":               {integrationtest.Fault{Answer: func(w http.ResponseWriter) { w.WriteHeader(503) }}, 1, 503, "", "WhatsApp answered 503", 0},
		"passing code":       {refusal(400, 131016, "Service overloaded", 0), 1, 503, "", "131016: Service overloaded", 0},
		"final code in 5xx":  {refusal(500, 131000, "Something went wrong", 0), 1, 503, "", "131000", 0},
		"reset":              {integrationtest.Fault{Reset: true}, 1, 503, "15", "WhatsApp: no answer: the connection failed", 0},
		"reset in the body":  {integrationtest.Fault{Done: true, Mid: true}, 1, 200, "", "", 1},
		"answer unreadable":  {integrationtest.Fault{Answer: func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) }}, 1, 200, "", "", 0},
		"expired token":      {refusal(401, 190, "Error validating access token: Session has expired", 0), 1, 400, "", "make a new one for the system user", 0},
		"missing permission": {refusal(403, 10, "Application does not have permission", 0), 1, 400, "", "give the system user full control", 0},
		"over 24 hours":      {refusal(400, 131047, "Re-engagement message", 0), 1, 400, "", "use the action sendTemplateMessage", 0},
		"nobody there":       {refusal(400, 131026, "Message undeliverable", 0), 1, 400, "", "the person cannot get it", 0},
		"payment":            {refusal(400, 131042, "Business eligibility payment issue", 0), 1, 400, "", "payment method", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if _, err := client(b).UpdateMessage(t.Context(), &platform.UpdateMessageInput{ID: "msg_1"}); err != nil {
				t.Fatal(err)
			}
			b.fake.Fail(c.fault)
			m := platform.Message{ID: "msg_1", Type: "text", Payload: json.RawMessage(`{"text":"hi"}`)}
			resp := b.sayAs(m, c.attempt)
			if resp.Status != c.status || resp.Header.Get("Retry-After") != c.after || !strings.Contains(string(resp.Body), c.says) {
				t.Errorf("answer %d after %q %s, want %d after %q with %q", resp.Status, resp.Header.Get("Retry-After"), resp.Body, c.status, c.after, c.says)
			}
			if len(b.fake.Sent()) != c.sent {
				t.Errorf("sent %s", b.fake.Sent())
			}
			if c.status >= 500 {
				if resp := b.sayAs(m, c.attempt+1); !resp.OK() || len(b.fake.Sent()) != 1 {
					t.Errorf("the next try was answered %d %s, and %d messages are sent", resp.Status, resp.Body, len(b.fake.Sent()))
				}
			}
		})
	}
}

// A token that is revoked between the parts of a message ends the delivery;
// sent again with a new one, it goes on with the part that is missing.
func TestTokenRevokedBetweenParts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := platform.Message{ID: "msg_1", Type: "bloc", Payload: json.RawMessage(
		`{"items":[{"type":"text","payload":{"text":"one"}},{"type":"text","payload":{"text":"two"}},{"type":"text","payload":{"text":"three"}}]}`)}
	b.fake.Fail(integrationtest.Fault{}, whatsapptest.Refusal(401, 190, "Error validating access token", 0))
	if resp := b.sayAs(m, 1); resp.Status != 400 || !strings.Contains(string(resp.Body), "make a new one for the system user") || len(b.fake.Sent()) != 1 {
		t.Errorf("answer %d %s after %d parts, want 400 after one", resp.Status, resp.Body, len(b.fake.Sent()))
	}
	if resp := b.sayAs(m, 2); !resp.OK() {
		t.Errorf("sent again: %d %s", resp.Status, resp.Body)
	}
	var all []string
	for _, raw := range b.fake.Sent() {
		all = append(all, string(raw))
	}
	if got := strings.Join(all, ""); len(all) != 3 || !(strings.Index(got, "one") < strings.Index(got, "two") && strings.Index(got, "two") < strings.Index(got, "three")) {
		t.Errorf("sent %s, want each part once and in order", all)
	}
}

func TestRevokedTokenAndClosedWindow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.CloseWindow("15551234567")
	resp := b.say("text", `{"text":"hi"}`)
	if resp.Status != 400 || !strings.Contains(string(resp.Body), "over 24 hours old") || !strings.Contains(string(resp.Body), "sendTemplateMessage") {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
	if resp := b.sayAs(platform.Message{ID: "msg_2", Type: "template", Payload: json.RawMessage(`{"templateName":"hello"}`)}, 1); !resp.OK() {
		t.Errorf("a template was answered %d %s", resp.Status, resp.Body)
	}
	b.fake.Revoke()
	if resp := b.say("text", `{"text":"hi"}`); resp.Status != 400 || !strings.Contains(string(resp.Body), "revoked") {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
}

func TestSlowVendor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client := b.fake.Client()
	client.Timeout = 100 * time.Millisecond
	h, err := whatsapp.NewWith(whatsapp.Options{APIURL: b.fake.URL, Pause: 1}).New(integration.Env{Transport: b.platform, HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	b.handler = h
	b.fake.Fail(integrationtest.Fault{Slow: time.Hour})
	if resp := b.say("text", `{"text":"hi"}`); resp.Status != 503 || !strings.Contains(string(resp.Body), "it took too long") {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
}

// TestWebhookWhileThePlatformIsAway is a server that stops between a webhook
// and its answer: Meta posts it again, and nothing is lost or made twice.
func TestWebhookWhileThePlatformIsAway(t *testing.T) {
	t.Parallel()
	hook := whatsapptest.Webhook(
		whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), `{"id":"wamid.1","type":"text","text":{"body":"one"}}`,
			`{"id":"wamid.2","type":"order","order":{}}`, `{"id":"wamid.3","type":"text","text":{"body":"two"}}`),
		whatsapptest.Statuses(statusJSON("wamid.OUT1", "delivered", "bellhop msg_1 1 1", "")))
	whole := setup(t)
	whole.say("text", `{"text":"hi"}`)
	whole.post(hook)
	want, calls := story(whole), len(whole.platform.Calls())
	for stop := range calls {
		b := setup(t)
		b.say("text", `{"text":"hi"}`)
		before := len(b.platform.Calls())
		b.platform.Stop(before + stop)
		first := b.post(hook)
		b.platform.Stop(-1)
		if again := b.post(hook); again.Status != 200 {
			t.Fatalf("stopped at call %d: answers %d, then %d %s", stop, first.Status, again.Status, again.Body)
		}
		if got := story(b); got != want {
			t.Errorf("stopped at call %d (answer %d):\n%s\nwant\n%s", stop, first.Status, got, want)
		}
	}
}
