package whatsapp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// sendPicture lets the person send media 900 and returns the address that the
// bot got.
func sendPicture(b *bench) *url.URL {
	b.Helper()
	b.receive(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"),
		`{"id":"wamid.1","type":"image","image":{"id":"900","mime_type":"image/jpeg","sha256":"abc"}}`))
	var p struct{ ImageURL string }
	if err := json.Unmarshal(integrationInputs(b)[0].Payload, &p); err != nil {
		b.Fatal(err)
	}
	u, err := url.Parse(p.ImageURL)
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// open opens an address below the webhook, as the bot does: without a token.
func open(b *bench, u *url.URL) *wire.Response {
	b.Helper()
	return b.webhook(platform.WebhookRequest{
		Method: "GET", Path: strings.TrimPrefix(u.EscapedPath(), "/webhooks/hook"), Query: u.RawQuery, Headers: map[string]string{}})
}

func TestMediaIsHandedOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Keep(&whatsapptest.Media{ID: "900", Type: "image/jpeg", Content: []byte("pixels")})
	u := sendPicture(b)
	if calls := b.fake.Calls(); len(calls) != 0 {
		t.Errorf("the webhook waited for the calls %v", calls)
	}
	if u.Host != "bellhop.test" || strings.Contains(u.String(), whatsapptest.Token) {
		t.Errorf("the bot got %s", u)
	}
	resp := open(b, u)
	if resp.Status != 200 || string(resp.Body) != "pixels" || resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("answer %d %q %v", resp.Status, resp.Body, resp.Header)
	}
	u.RawQuery = strings.Replace(u.RawQuery, "sig=", "sig=x", 1)
	if resp := open(b, u); resp.Status != http.StatusForbidden {
		t.Errorf("a changed address was answered %d", resp.Status)
	}
}

func TestMediaWithoutHandingOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config["downloadMedia"] = false
	b.fake.Keep(&whatsapptest.Media{ID: "900", Type: "image/jpeg", Content: []byte("pixels")})
	if u := sendPicture(b); u.String() != b.fake.URL+"/media/900" {
		t.Errorf("the bot got %s, want Meta's address", u)
	}
	gone := setup(t)
	gone.config["downloadMedia"] = false
	if u := sendPicture(gone); !strings.HasSuffix(u.Path, "/900") {
		t.Errorf("of media that are gone the bot got %s", u)
	}
	down := setup(t)
	down.config["downloadMedia"] = false
	down.fake.Fail(integrationtest.Fault{Reset: true})
	hook := whatsapptest.Webhook(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"),
		`{"id":"wamid.1","type":"image","image":{"id":"900","mime_type":"image/jpeg"}}`))
	if resp := down.post(hook); resp.Status < 500 || len(listMessages(down)) != 0 {
		t.Errorf("while Meta was away the webhook was answered %d, and %d messages made", resp.Status, len(listMessages(down)))
	}
	if resp := down.post(hook); resp.Status != 200 || len(listMessages(down)) != 1 {
		t.Errorf("after that it was answered %d, and %d messages made", resp.Status, len(listMessages(down)))
	}
}

func TestTokenGoesToMetaOnly(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte("stolen"))
	}))
	t.Cleanup(stranger.Close)
	for name, m := range map[string]*whatsapptest.Media{
		"another host":        {URL: stranger.URL + "/x"},
		"redirected":          {Elsewhere: stranger.URL + "/x"},
		"like Meta's":         {URL: "https://lookaside.fbsbx.com.evil.test/x"},
		"ends like Meta's":    {URL: "https://evilfbsbx.com/x"},
		"without encryption":  {URL: "http://lookaside.fbsbx.com/x"},
		"with another's name": {URL: "https://graph.facebook.com@evil.test/x"},
		"with a user":         {URL: "https://user:pass@lookaside.fbsbx.com/x"},
		"another port":        {URL: "https://lookaside.fbsbx.com:8443/x"},
		"a file":              {URL: "file:///etc/passwd"},
	} {
		b := setup(t)
		m.ID, m.Type = "900", "image/jpeg"
		b.fake.Keep(m)
		if resp := open(b, sendPicture(b)); resp.Status != http.StatusGone || !strings.Contains(string(resp.Body), "may not have the access token") {
			t.Errorf("%s: answer %d %s", name, resp.Status, resp.Body)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("a stranger was asked %d times", n)
	}
}

func TestMediaFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  []integrationtest.Fault
		gone   bool
		status int
		says   string
	}{
		"Meta is away":    {fault: []integrationtest.Fault{{Reset: true}}, status: 503, says: "try again"},
		"Meta is busy":    {fault: []integrationtest.Fault{whatsapptest.Refusal(429, 80007, "slow down", 0)}, status: 503, says: "try again"},
		"media are gone":  {gone: true, status: 410, says: "WhatsApp refused: 100"},
		"the token ended": {fault: []integrationtest.Fault{whatsapptest.Refusal(401, 190, "expired", 0)}, status: 410, says: "make a new one"},
	} {
		b := setup(t)
		if !c.gone {
			b.fake.Keep(&whatsapptest.Media{ID: "900", Type: "image/jpeg", Content: []byte("pixels")})
		}
		u := sendPicture(b)
		b.fake.Fail(c.fault...)
		if resp := open(b, u); resp.Status != c.status || !strings.Contains(string(resp.Body), c.says) {
			t.Errorf("%s: answer %d %s, want %d %q", name, resp.Status, resp.Body, c.status, c.says)
		}
	}
}
