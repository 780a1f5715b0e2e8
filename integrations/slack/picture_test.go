package slack_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/internal/dialguard"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// A picture that Slack cannot open is uploaded instead, once, whatever breaks.
func TestPictureThatSlackCannotOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		fault  integrationtest.Fault
	}{
		"nothing breaks":       {},
		"the upload is lost":   {"files.completeUploadExternal", integrationtest.Fault{Done: true}},
		"the ticket is lost":   {"files.getUploadURLExternal", slacktest.Status(503)},
		"the upload is broken": {"files.completeUploadExternal", integrationtest.Fault{Reset: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			host := hosted(b)
			b.fake.Unseen(host)
			if c.method != "" {
				b.fake.Faults(c.method).Add(c.fault)
			}
			again(b, message("msg_1", "image", `{"imageUrl":"`+host+`/cat.png","title":"Cat"}`), inChannel())
			if n := b.fake.Posted(general); n != 1 {
				t.Errorf("%d messages are in the channel, want the uploaded picture\n%s", n, sent(b))
			}
			calls := b.fake.Calls("files.completeUploadExternal")
			if last := calls[len(calls)-1]; !strings.Contains(fmt.Sprint(last.Args), "Cat") {
				t.Errorf("the upload is %v, want it called as the picture", last.Args)
			}
		})
	}
}

// A picture whose upload was shown is not shown again by its address, should
// Slack be able to open it by the next attempt.
func TestPictureIsShownOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	host := hosted(b)
	b.fake.Unseen(host)
	b.fake.Faults("files.completeUploadExternal").Add(integrationtest.Fault{Done: true})
	m := message("msg_1", "image", `{"imageUrl":"`+host+`/cat.png"}`)
	keepMessage(b, m.ID, string(m.Payload))
	if resp := b.sayAs(m, inChannel(), 1); resp.OK() {
		t.Fatal("the first attempt is answered well although its answer was lost")
	}
	b.fake.Unseen("")
	if resp := b.sayAs(m, inChannel(), 2); !resp.OK() || b.fake.Posted(general) != 1 {
		t.Errorf("answer %d %s, %d messages, want one", resp.Status, resp.Body, b.fake.Posted(general))
	}
}

// A card whose picture Slack cannot open is shown with a link in its place.
func TestCardWithoutItsPicture(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Unseen("https://intranet.test/")
	resp := b.say("card", `{"title":"Cat","imageUrl":"https://intranet.test/cat.png","actions":[{"action":"say","label":"Hi","value":"hi"}]}`)
	if !resp.OK() || b.fake.Posted(general) != 1 {
		t.Fatalf("answer %d %s, %d messages", resp.Status, resp.Body, b.fake.Posted(general))
	}
	calls := b.fake.Calls("chat.postMessage")
	last := fmt.Sprint(calls[len(calls)-1].Args)
	if strings.Contains(last, "image_url") || !strings.Contains(last, "<https://intranet.test/cat.png|Picture>") || !strings.Contains(last, "Hi") {
		t.Errorf("the card is posted as %s", last)
	}
}

// Files are fetched from public addresses only, through redirects too; the
// server's own host is no exception for who was redirected to it.
func TestFilesFromPrivateAddresses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	private := hosted(b)
	b.fetcher = dialguard.Client(false)
	b.start()
	refused := func(address, says string) {
		t.Helper()
		resp := b.say("file", `{"fileUrl":"`+address+`"}`)
		if resp.Status != 400 || !strings.Contains(string(resp.Body), says) {
			t.Errorf("%s: answer %d %s, want a final refusal with %q", address, resp.Status, resp.Body, says)
		}
	}
	refused(private+"/a.pdf", "private network")
	redirects := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	t.Cleanup(redirects.Close)
	b.fetcher = &http.Client{Transport: firstOpen{guarded: dialguard.Client(false).Transport, open: redirects.Listener.Addr().String()}}
	b.start()
	refused(redirects.URL+"/?to="+private+"/a.pdf", "private network")
	// What is at the platform's own address may be fetched, wherever that is.
	b.webhookURL = private + "/webhooks/hook"
	if resp := b.say("file", `{"fileUrl":"`+private+`/a.pdf"}`); !resp.OK() {
		t.Errorf("the platform's own file: %d %s", resp.Status, resp.Body)
	}
	refused(redirects.URL+"/?to="+private+"/a.pdf", "private network")
}

// firstOpen opens one address, and guards the others.
type firstOpen struct {
	guarded http.RoundTripper
	open    string
}

// RoundTrip makes one call.
func (f firstOpen) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == f.open {
		return http.DefaultTransport.RoundTrip(r)
	}
	return f.guarded.RoundTrip(r)
}

// The token of a person's consent is given back when the integration is
// removed; one of the configuration is not, and no fault stands in the way.
func TestUnregisterRevokesTheToken(t *testing.T) {
	t.Parallel()
	unregister := func(b *bench) *wire.Response {
		return b.call(wire.OpUnregister, 0, platform.RegisterBody{WebhookURL: hookURL})
	}
	b := setup(t)
	if resp := unregister(b); !resp.OK() || len(b.fake.Calls("auth.revoke")) != 0 {
		t.Errorf("with a token of the configuration: %d %s, %d calls", resp.Status, resp.Body, len(b.fake.Calls("auth.revoke")))
	}
	b = setup(t)
	oauthConfig(b)
	if resp := unregister(b); !resp.OK() || len(b.fake.Calls("auth.revoke")) != 0 {
		t.Errorf("with nobody connected: %d %s", resp.Status, resp.Body)
	}
	connect(b)
	b.fake.Faults("auth.revoke").Add(slacktest.Status(503))
	if resp := unregister(b); !resp.OK() || !strings.Contains(b.log.String(), "could not be revoked") {
		t.Errorf("when Slack is away: %d %s; log %s", resp.Status, resp.Body, b.log)
	}
	b.configType = "manual"
	byHand := b.config
	b.config = map[string]any{"botToken": slacktest.BotToken, "signingSecret": slacktest.SigningSecret}
	if resp := unregister(b); !resp.OK() || len(b.fake.Calls("auth.revoke")) != 0 {
		t.Errorf("with a token of the configuration now: %d, %d calls", resp.Status, len(b.fake.Calls("auth.revoke")))
	}
	b.configType, b.config = "", byHand
	if resp := unregister(b); !resp.OK() || len(b.fake.Calls("auth.revoke")) != 1 {
		t.Errorf("%d %s after %d calls of auth.revoke", resp.Status, resp.Body, len(b.fake.Calls("auth.revoke")))
	}
	if resp := b.say("text", `{"text":"hi"}`); resp.OK() {
		t.Error("the token still works")
	}
}
