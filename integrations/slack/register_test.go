package slack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

func (b *bench) register() *wire.Response {
	b.Helper()
	return b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: hookURL})
}

func TestRegister(t *testing.T) {
	t.Parallel()
	without := func(scopes ...string) func(*bench) {
		return func(b *bench) {
			b.fake.SetScopes(slices.DeleteFunc(b.fake.Scopes(), func(s string) bool { return slices.Contains(scopes, s) })...)
		}
	}
	socket := func(b *bench) {
		b.configType = "socketMode"
		b.config = map[string]any{"botToken": slacktest.BotToken, "appToken": slacktest.AppToken}
	}
	for name, c := range map[string]struct {
		prepare func(*bench)
		want    string // empty is success
	}{
		"right":            {func(*bench) {}, ""},
		"blanks":           {func(b *bench) { b.config["botToken"] = " " + slacktest.BotToken + "\n" }, ""},
		"wrong token":      {func(b *bench) { b.config["botToken"] = "xoxb-wrong" }, "the token does not work: Slack refused: invalid_auth"},
		"person's token":   {func(b *bench) { b.config["botToken"] = "xoxe.xoxp-1" }, "must begin with xoxb-"},
		"no token":         {func(b *bench) { b.config["botToken"] = "abc" }, "botToken"},
		"no secret":        {func(b *bench) { delete(b.config, "signingSecret") }, "signingSecret"},
		"revoked":          {func(b *bench) { b.fake.Revoke() }, "token_revoked"},
		"scopes missing":   {without("im:history", "files:read", "users:read.email"), "lacks the scopes files:read, im:history: add them"},
		"optional missing": {without("users:read.email", "commands", "chat:write.customize"), ""},
		"custom missing":   {func(b *bench) { without("chat:write.customize")(b); b.config["botName"] = "X" }, "lacks the scopes chat:write.customize"},
		"Slack is away":    {func(b *bench) { b.fake.Faults("auth.test").Add(slacktest.Status(503)) }, "answered 503"},
		"socket":           {socket, ""},
		"socket, wrong": {func(b *bench) { socket(b); b.config["appToken"] = "xapp-wrong" },
			"the app-level token does not work; it needs the scope connections:write"},
		"nobody connected": {func(b *bench) { oauthConfig(b) }, "open " + hookURL + "/oauth/start?key="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c.prepare(b)
			resp := b.register()
			if c.want == "" && !resp.OK() || c.want != "" && (resp.OK() || !strings.Contains(string(resp.Body), c.want)) {
				t.Errorf("answer %d %s, want %q", resp.Status, resp.Body, c.want)
			}
			if strings.Contains(string(resp.Body), "xoxb-fake") || strings.Contains(string(resp.Body), slacktest.SigningSecret) {
				t.Errorf("the answer holds a secret: %s", resp.Body)
			}
		})
	}
}

func oauthConfig(b *bench) {
	b.configType = ""
	b.config = map[string]any{"clientId": slacktest.ClientID, "clientSecret": slacktest.ClientSecret, "signingSecret": slacktest.SigningSecret}
}

// connect has Ada install the app by the link, and returns the page she sees.
func connect(b *bench) string {
	b.Helper()
	var refused struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(b.register().Body, &refused); err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(refused.Message, hookURL)
	link, _, _ := strings.Cut(rest, " ")
	path, query, _ := strings.Cut(link, "?")
	start := b.webhook(platform.WebhookRequest{Method: "GET", Path: path, Query: query})
	if start.Status != http.StatusFound {
		b.Fatalf("the start page is %d %s", start.Status, start.Body)
	}
	callback, err := b.fake.Consent(start.Header.Get("Location"))
	if err != nil {
		b.Fatal(err)
	}
	cookie, _, _ := strings.Cut(start.Header.Get("Set-Cookie"), ";")
	u, err := url.Parse(callback)
	if err != nil {
		b.Fatal(err)
	}
	resp := b.webhook(platform.WebhookRequest{
		Method: "GET", Path: strings.TrimPrefix(u.Path, "/webhooks/hook"), Query: u.RawQuery, Headers: map[string]string{"cookie": cookie},
	})
	return fmt.Sprintf("%d %s", resp.Status, resp.Body)
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	for _, pkce := range []bool{false, true} {
		b := setup(t)
		oauthConfig(b)
		b.config["pkce"] = pkce
		if page := connect(b); !strings.HasPrefix(page, "200") || !strings.Contains(page, "The account is connected") {
			t.Fatalf("pkce %v: the page says %s", pkce, page)
		}
		if resp := b.register(); !resp.OK() {
			t.Errorf("register is answered %d %s", resp.Status, resp.Body)
		}
		if in := integrationtest.Inputs(b.platform, platform.OpConfigureIntegration); len(in) != 1 || in[0].Identifier.Value != "T0BELLHOP/U0BOT" {
			t.Errorf("the installation was configured with %+v", in)
		}
		if resp := b.say("text", `{"text":"hi"}`); !resp.OK() {
			t.Errorf("a message is answered %d %s", resp.Status, resp.Body)
		}
		b.tell("Ev1", said(`,"text":"<@U0BOT> hi"`))
		if text := story(b); !strings.Contains(text, `"mentionsBot": "true"`) {
			t.Errorf("the message came in as %s", text)
		}
	}
}

// TestRotation lets the token expire while many callers need it: one renews
// it for all, with the refresh token that works once.
func TestRotation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	oauthConfig(b)
	connect(b)
	for round := range 2 {
		b.fake.Expire()
		before := len(b.fake.Calls("oauth.v2.access"))
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				conv := platform.Conversation{ID: "conv", Channel: "channel", Tags: platform.Tags{"id": general}}
				if resp := b.sayAs(message(fmt.Sprintf("msg_%d_%d", round, i), "text", `{"text":"hi"}`), conv, 1); !resp.OK() {
					t.Errorf("answer %d %s", resp.Status, resp.Body)
				}
			})
		}
		wg.Wait()
		if n := len(b.fake.Calls("oauth.v2.access")) - before; n != 1 {
			t.Errorf("the token was renewed %d times, want once", n)
		}
	}
	kept := false
	for _, in := range integrationtest.Inputs(b.platform, platform.OpSetState) {
		kept = kept || strings.Contains(string(in.Payload), b.fake.RefreshToken())
	}
	if !kept {
		t.Error("the newest refresh token was not kept")
	}
}

// TestRotationFails has Slack refuse the renewal: another node's token is
// taken when there is one, else the error says what to do.
// A token that ends between the parts of a message is renewed there; where it
// cannot be, the retry goes on with the part that is missing.
func TestTokenEndsBetweenParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		renewal []integrationtest.Fault
		failed  int // attempts
	}{
		"renewed":      {},
		"not renewed":  {[]integrationtest.Fault{slacktest.Status(503)}, 1},
		"renewal lost": {[]integrationtest.Fault{{Reset: true}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			oauthConfig(b)
			connect(b)
			b.fake.Faults("oauth.v2.access").Add(c.renewal...)
			b.fake.Faults("chat.postMessage").Add(integrationtest.Fault{}, slacktest.Refused("token_expired"))
			failed := again(b, message("msg_1", "bloc", `{"items":[{"type":"text","payload":{"text":"one"}},{"type":"text","payload":{"text":"two"}},{"type":"text","payload":{"text":"three"}}]}`), inChannel())
			var texts []string
			for _, call := range b.fake.Calls("chat.postMessage") {
				texts = append(texts, fmt.Sprint(call.Args["text"]))
			}
			if got := strings.Join(texts, " "); got != "one two three" || len(failed) != c.failed {
				t.Errorf("sent %q after the failures %v, want %d of them", got, failed, c.failed)
			}
		})
	}
}

func TestRotationFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	oauthConfig(b)
	connect(b)
	b.fake.Expire()
	b.fake.Faults("oauth.v2.access").Add(slacktest.Refused("invalid_refresh_token"))
	resp := b.say("text", `{"text":"hi"}`)
	if resp.Status != 400 || !strings.Contains(string(resp.Body), "connect it by the link") {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
	b.fake.Faults("oauth.v2.access").Add(slacktest.Status(503))
	if resp := b.say("text", `{"text":"hi"}`); resp.Status < 500 {
		t.Errorf("while Slack is away: answer %d %s", resp.Status, resp.Body)
	}
	if resp := b.say("text", `{"text":"hi"}`); !resp.OK() {
		t.Errorf("after that: answer %d %s", resp.Status, resp.Body)
	}
	b.fake.Revoke()
	if resp := b.register(); resp.OK() || !strings.Contains(string(resp.Body), "is not connected any more") || !strings.Contains(string(resp.Body), "/oauth/start?key=") {
		t.Errorf("register after the app was removed: %d %s", resp.Status, resp.Body)
	}
}
