package whatsapp_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestHandshake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode, token string
		status      int
		body        string
	}{
		"right":    {"subscribe", whatsapptest.VerifyToken, 200, "1158201444"},
		"wrong":    {"subscribe", "guess", 403, "the verify token is wrong"},
		"empty":    {"subscribe", "", 403, "the verify token is wrong"},
		"no mode":  {"", whatsapptest.VerifyToken, 403, "the verify token is wrong"},
		"prefixed": {"subscribe", whatsapptest.VerifyToken + "x", 403, "the verify token is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := url.Values{"hub.mode": {c.mode}, "hub.verify_token": {c.token}, "hub.challenge": {"1158201444"}}
			resp := setup(t).webhook(platform.WebhookRequest{Method: "GET", Path: "/", Query: q.Encode()})
			if resp.Status != c.status || string(resp.Body) != c.body {
				t.Errorf("answer %d %s, want %d %s", resp.Status, resp.Body, c.status, c.body)
			}
		})
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	body := whatsapptest.Webhook(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), `{"id":"wamid.1","type":"text","text":{"body":"hi"}}`))
	right := whatsapptest.Sign(body)
	for name, header := range map[string]string{
		"missing":     "",
		"no prefix":   strings.TrimPrefix(right, "sha256="),
		"other key":   whatsapptest.SignWith("other", body),
		"other body":  whatsapptest.Sign(append([]byte(" "), body...)),
		"cut":         right[:len(right)-2],
		"not hex":     "sha256=zz",
		"old kind":    "sha1=" + strings.TrimPrefix(right, "sha256="),
		"empty":       "sha256=",
		"no key":      whatsapptest.SignWith("", body),
		"two of them": right + ", " + right,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			resp := b.webhook(platform.WebhookRequest{Method: "POST", Path: "/", Headers: map[string]string{"x-hub-signature-256": header}, Body: string(body)})
			if resp.Status != 401 {
				t.Errorf("status %d, want 401", resp.Status)
			}
			if said := string(resp.Body) + b.log.String(); strings.Contains(said, strings.TrimPrefix(right, "sha256=")) {
				t.Errorf("the answer or the log holds the right signature: %s", said)
			}
			if calls := b.platform.Calls(); len(calls) > 0 {
				t.Errorf("the platform was called: %v", calls)
			}
		})
	}
}

func TestSignedNonsenseIsTaken(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `{`, `null`, `[]`, `{"object":"page","entry":[]}`, `{"object":"whatsapp_business_account"}`,
		`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":7}]}]}`,
		`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[null,7,{}]}}]}]}`,
		`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"calls","value":{}}]}]}`,
	} {
		b := setup(t)
		if resp := b.post([]byte(body)); resp.Status != 200 {
			t.Errorf("%s: answered %d %s", body, resp.Status, resp.Body)
		}
	}
}

// What is broken in a batch keeps nothing else of it from coming in, and is
// told as it came.
func TestBatchWithBrokenItems(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := func(id string) string {
		return `{"id":"` + id + `","from":"15551234567","type":"text","text":{"body":"` + id + `"}}`
	}
	change := func(contacts, messages string) string {
		return `{"field":"messages","value":{"metadata":{"phone_number_id":"` + whatsapptest.PhoneID + `"},"contacts":` + contacts + `,"messages":[` + messages + `]}}`
	}
	known := `[{"wa_id":"15551234567","profile":{"name":"Ada"}}]`
	body := `{"object":"whatsapp_business_account","entry":[7,{"changes":7},` +
		`{"id":1,"time":"now","changes":[` + change(known, text("wamid.1")+`,{"id":"wamid.2","type":"text","text":7},`+text("wamid.3")+`,`+text("wamid.1")) + `,"x",` +
		change(`["?",{"wa_id":"15551234567","profile":7}]`, text("wamid.4")) + `,` + change(`{}`, text("wamid.5")) + `]}]}`
	for range 2 { // the second time makes nothing new
		if resp := b.post([]byte(body)); resp.Status != 200 {
			t.Fatalf("answered %d %s", resp.Status, resp.Body)
		}
	}
	var ids []string
	for _, m := range listMessages(b) {
		ids = append(ids, m.Tags["id"])
	}
	slices.Sort(ids)
	if want := []string{"wamid.1", "wamid.3", "wamid.4", "wamid.5"}; !slices.Equal(ids, want) {
		t.Errorf("messages %q, want %q", ids, want)
	}
	told := map[string]bool{}
	for _, e := range b.platform.Events() {
		told[string(e.Payload)] = true
	}
	if len(told) != 4 || len(b.platform.Events()) != 4 {
		t.Errorf("events %v, want those of the four broken items, once each", told)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := func(id string) string { return `{"id":"` + id + `","type":"text","text":{"body":"` + id + `"}}` }
	ada, bob := whatsapptest.Contact("15551234567", "Ada"), whatsapptest.Contact("4915112345678", "Bob")
	hook := []map[string]any{
		whatsapptest.Messages(ada, text("wamid.1"), text("wamid.2")), whatsapptest.Messages(bob, text("wamid.3")), whatsapptest.Messages(ada, text("wamid.4")),
	}
	b.receive(hook...)
	b.receive(hook...) // again, as after an answer that was lost
	var order []string
	conversations := map[string]string{}
	for _, m := range b.platform.Messages() {
		order = append(order, m.Tags["id"])
		conversations[m.Tags["id"]] = m.ConversationID
	}
	if strings.Join(order, " ") != "wamid.1 wamid.2 wamid.3 wamid.4" || conversations["wamid.1"] != conversations["wamid.4"] || conversations["wamid.1"] == conversations["wamid.3"] {
		t.Errorf("messages %v", order)
	}
	if n := len(listMessages(b)); n != 4 {
		t.Errorf("%d messages were made, want 4", n)
	}
}
