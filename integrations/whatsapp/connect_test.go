package whatsapp_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// browser is an installation whose account is connected in a browser, without
// the secret that is named.
func browser(t *testing.T, without string) *bench {
	t.Helper()
	b := setup(t)
	secrets := map[string]string{
		"CLIENT_ID": whatsapptest.AppID, "CLIENT_SECRET": whatsapptest.AppSecret, "OAUTH_CONFIG_ID": "77",
		"VERIFY_TOKEN": whatsapptest.VerifyToken, "NUMBER_PIN": "123456",
	}
	delete(secrets, without)
	h, err := whatsapp.NewWith(whatsapp.Options{APIURL: b.fake.URL, Pause: 1}).New(integration.Env{
		Transport: b.platform, HTTPClient: b.fake.Client(), Secrets: secrets,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.handler, b.configType, b.config = h, "", map[string]any{"messageReadBehavior": "none"}
	return b
}

// connect opens the link of the refusal and comes back with a code.
func connect(b *bench, code string) *wire.Response {
	b.Helper()
	refused := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: "https://bellhop.test/webhooks/hook"})
	link := regexp.MustCompile(`https://bellhop\.test/webhooks/hook(/oauth/start)\?(key=\w+)`).FindStringSubmatch(string(refused.Body))
	if refused.OK() || link == nil {
		b.Fatalf("register without an account was answered %d %s", refused.Status, refused.Body)
	}
	start := b.webhook(platform.WebhookRequest{Method: "GET", Path: link[1], Query: link[2], Headers: map[string]string{}})
	dialog, err := url.Parse(start.Header.Get("Location"))
	if err != nil || dialog.Host != "www.facebook.com" {
		b.Fatalf("the start leads to %q, %v", dialog, err)
	}
	q := dialog.Query()
	if q.Get("client_id") != whatsapptest.AppID || q.Get("redirect_uri") != whatsapptest.CallbackURL || q.Get("config_id")+q.Get("scope") == "" {
		b.Errorf("the dialog is asked for %s", dialog.RawQuery)
	}
	cookie, _, _ := strings.Cut(start.Header.Get("Set-Cookie"), ";")
	return b.webhook(platform.WebhookRequest{Method: "GET", Path: "/oauth/callback",
		Query: url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), Headers: map[string]string{"cookie": cookie}})
}

func TestConnectInABrowser(t *testing.T) {
	t.Parallel()
	b := browser(t, "")
	if resp := connect(b, whatsapptest.Code); !resp.OK() || !strings.Contains(string(resp.Body), "The account is connected") {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	if resp := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: "https://bellhop.test/webhooks/hook"}); !resp.OK() {
		t.Errorf("register after that: %d %s", resp.Status, resp.Body)
	}
	var calls []string
	for _, c := range b.fake.Calls() {
		calls = append(calls, c.Method+" "+c.Path)
		if strings.Contains(c.Path, "subscribed_apps") && !strings.Contains(string(c.Body), "https://bellhop.test/webhooks/hook") {
			t.Errorf("the account's webhooks go elsewhere: %s", c.Body)
		}
	}
	const v = "/v23.0/"
	subscribe := "GET " + v + whatsapptest.PhoneID + "\nPOST " + v + whatsapptest.AppID + "/subscriptions\nPOST " + v + whatsapptest.AccountID + "/subscribed_apps"
	want := "POST " + v + "oauth/access_token\nGET " + v + "debug_token\nGET " + v + whatsapptest.AccountID + "/phone_numbers\nPOST " + v +
		whatsapptest.PhoneID + "/register\n" + subscribe + "\n" + subscribe
	if got := strings.Join(calls, "\n"); got != want {
		t.Errorf("calls\n%s\nwant\n%s", got, want)
	}
	b.receive(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), `{"id":"wamid.1","type":"text","text":{"body":"Hi"}}`))
	if resp := b.say("text", `{"text":"hello"}`); !resp.OK() || len(listMessages(b)) != 2 || len(b.fake.Sent()) != 1 {
		t.Errorf("answer %d %s, %d messages", resp.Status, resp.Body, len(listMessages(b)))
	}
}

func TestConnectRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code   string
		shared map[string][]string
		fault  *integrationtest.Fault
		says   string
	}{
		"wrong code":       {code: "guess", says: "Meta gave no access token: WhatsApp refused: 100"},
		"nothing shared":   {shared: map[string][]string{"email": {"1"}}, says: "no WhatsApp account was shared with the permission whatsapp_business_messaging"},
		"half shared":      {shared: map[string][]string{"whatsapp_business_messaging": {"1"}}, says: "the permission whatsapp_business_management"},
		"different shared": {shared: map[string][]string{"whatsapp_business_messaging": {"1"}, "whatsapp_business_management": {"2"}}, says: "one WhatsApp account"},
		"Meta is away":     {fault: &integrationtest.Fault{Reset: true}, says: "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := browser(t, "OAUTH_CONFIG_ID")
			b.fake.Share(c.shared)
			if c.fault != nil {
				b.fake.Fail(*c.fault)
			}
			code := c.code
			if code == "" {
				code = whatsapptest.Code
			}
			resp := connect(b, code)
			if !strings.Contains(string(resp.Body), c.says) {
				t.Errorf("answer %d %s, want %q", resp.Status, resp.Body, c.says)
			}
			if strings.Contains(string(resp.Body), whatsapptest.Token) || strings.Contains(string(resp.Body), whatsapptest.AppSecret) {
				t.Errorf("the page holds a secret: %s", resp.Body)
			}
			if again := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: "https://bellhop.test/webhooks/hook"}); again.OK() {
				t.Error("register says that an account is connected")
			}
		})
	}
}

// TestWithoutAnApp has no secrets of an app: nothing can be signed with them.
func TestWithoutAnApp(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"CLIENT_ID", "CLIENT_SECRET", "VERIFY_TOKEN"} {
		b := browser(t, secret)
		if resp := b.call(wire.OpRegister, 0, platform.RegisterBody{}); resp.Status != 400 || !strings.Contains(string(resp.Body), secret) {
			t.Errorf("without %s: %d %s", secret, resp.Status, resp.Body)
		}
		body := whatsapptest.Webhook()
		resp := b.webhook(platform.WebhookRequest{Method: "POST", Path: "/", Headers: map[string]string{"x-hub-signature-256": whatsapptest.SignWith("", body)}, Body: string(body)})
		if resp.OK() {
			t.Errorf("without %s a webhook was taken: %d %s", secret, resp.Status, resp.Body)
		}
		shake := b.webhook(platform.WebhookRequest{Method: "GET", Path: "/", Query: "hub.mode=subscribe&hub.verify_token=&hub.challenge=1"})
		if shake.OK() {
			t.Errorf("without %s a handshake was answered: %d %s", secret, shake.Status, shake.Body)
		}
	}
}
