package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// vendor is an integration with the flow; it notes what it was granted.
type vendor struct {
	t       *testing.T
	handler wire.Handler
	link    string
	granted []oauth.Grant
	refuse  error
}

func setup(t *testing.T) *vendor {
	t.Helper()
	v := &vendor{t: t}
	d := integration.Definition{
		Name: "vendor", Version: "1.0.0",
		States: map[string]integration.StateDefinition{oauth.StateName: oauth.StateDefinition()},
	}
	m := integration.NewMux(d, integration.Env{Transport: integrationtest.NewPlatform()})
	m.OnRegister(func(ctx context.Context, call *integration.Call) (err error) {
		v.link, err = oauth.Link(ctx, call)
		return err
	})
	m.OnWebhook(func(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
		flow := &oauth.Flow{
			Title: "Vendor <b>", AuthorizeURL: "https://vendor.test/authorize?fixed=1", PKCE: true,
			Params: url.Values{"client_id": {"id"}, "scope": {"read,write"}},
			Exchange: func(_ context.Context, _ *integration.Call, g oauth.Grant) error {
				v.granted = append(v.granted, g)
				return v.refuse
			},
		}
		if resp, handled, err := flow.Serve(ctx, call, req); handled {
			return resp, err
		}
		return integration.Text(http.StatusTeapot, "not a page"), nil
	})
	var err error
	if v.handler, err = m.Handler(); err != nil {
		t.Fatal(err)
	}
	v.call(wire.OpRegister, []byte("{}"))
	return v
}

const webhookURL = "https://bellhop.test/webhooks/1"

func (v *vendor) call(op string, body []byte) *wire.Response {
	v.t.Helper()
	resp, err := v.handler.Handle(context.Background(), &wire.Request{
		Operation: op, BotID: "bot_1", IntegrationID: "intver_1", WebhookURL: webhookURL, Body: body,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return resp
}

// open opens an address below the webhook as a browser with a cookie.
func (v *vendor) open(address, cookie string) *wire.Response {
	v.t.Helper()
	path, query, _ := strings.Cut(strings.TrimPrefix(address, webhookURL), "?")
	body, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
		Method: "GET", Path: path, Query: query, Headers: map[string]string{"cookie": cookie},
	}})
	if err != nil {
		v.t.Fatal(err)
	}
	return v.call(wire.OpWebhookReceived, body)
}

// start opens the start page and returns what the vendor is asked, and the
// browser's cookie.
func (v *vendor) start() (asked url.Values, cookie string) {
	v.t.Helper()
	resp := v.open(v.link, "")
	target, err := url.Parse(resp.Header.Get("Location"))
	if resp.Status != http.StatusFound || err != nil || target.Host != "vendor.test" {
		v.t.Fatalf("start: %d to %v, %v: %s", resp.Status, target, err, resp.Body)
	}
	cookie, attributes, _ := strings.Cut(resp.Header.Get("Set-Cookie"), "; ")
	if want := "Path=/webhooks/1/oauth/callback; Max-Age=600; HttpOnly; SameSite=Lax; Secure"; attributes != want {
		v.t.Errorf("the cookie is set with %q, want %q", attributes, want)
	}
	return target.Query(), cookie
}

func (v *vendor) expect(when string, resp *wire.Response, status int, text string) {
	v.t.Helper()
	if resp.Status != status || !strings.Contains(string(resp.Body), text) {
		v.t.Errorf("%s: %d %s, want %d with %q", when, resp.Status, resp.Body, status, text)
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	v := setup(t)
	asked, cookie := v.start()
	for name, want := range map[string]string{
		"client_id": "id", "scope": "read,write", "fixed": "1", "response_type": "code",
		"redirect_uri": webhookURL + oauth.CallbackPath, "code_challenge_method": "S256",
	} {
		if got := asked.Get(name); got != want {
			t.Errorf("asked %s=%q, want %q", name, got, want)
		}
	}
	back := webhookURL + oauth.CallbackPath + "?code=c&state=" + asked.Get("state")
	v.expect("callback", v.open(back, cookie), 200, "connected")
	if len(v.granted) != 1 || v.granted[0].Code != "c" || v.granted[0].RedirectURI != webhookURL+oauth.CallbackPath {
		t.Fatalf("granted %+v", v.granted)
	}
	sum := sha256.Sum256([]byte(v.granted[0].Verifier))
	if got := base64.RawURLEncoding.EncodeToString(sum[:]); got != asked.Get("code_challenge") {
		t.Errorf("the verifier's challenge is %s, asked was %s", got, asked.Get("code_challenge"))
	}
	v.expect("callback again", v.open(back, cookie), 403, "does not belong")
	v.expect("link again", v.open(v.link, ""), 403, "not valid")
	if len(v.granted) != 1 {
		t.Errorf("granted %d times", len(v.granted))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	v := setup(t)
	v.expect("another path", v.open(webhookURL+"/x", ""), http.StatusTeapot, "")
	v.expect("no key", v.open(webhookURL+oauth.StartPath, ""), 403, "not valid")
	v.expect("wrong key", v.open(v.link+"x", ""), 403, "not valid")
	asked, cookie := v.start()
	back := webhookURL + oauth.CallbackPath + "?state=" + asked.Get("state")
	v.expect("another browser", v.open(back+"&code=c", "bellhop_oauth=other"), 403, "does not belong")
	v.expect("unknown state", v.open(webhookURL+oauth.CallbackPath+"?code=c&state=x", cookie), 403, "does not belong")
	v.expect("refused", v.open(back+"&error=access_denied&error_description=%3Cscript%3E", cookie), 200, "access_denied: &lt;script&gt;")
	asked, cookie = v.start()
	v.refuse = integration.RuntimeError("the code is wrong")
	v.expect("exchange fails", v.open(webhookURL+oauth.CallbackPath+"?code=c&state="+asked.Get("state"), cookie), 502, "the code is wrong")
	v.start() // the link still works
}

func TestFlowEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := setup(t)
		asked, cookie := v.start()
		<-time.After(10*time.Minute + time.Second)
		v.expect("late", v.open(webhookURL+oauth.CallbackPath+"?code=c&state="+asked.Get("state"), cookie), 403, "ten minutes")
		if len(v.granted) != 0 {
			t.Error("a late callback was granted")
		}
	})
}
