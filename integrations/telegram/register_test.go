package telegram_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const foreign = "https://other.example/hooks/secret-path"

func TestRegister(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config  map[string]any
		address string // of our webhook
		before  string // the webhook that was set
		prepare func(*telegramtest.Fake)
		want    string // of the refusal
		after   string // the webhook that is set
	}{
		"webhook":             {address: "https://b.example/webhooks/hook", after: "https://b.example/webhooks/hook"},
		"webhook over theirs": {address: "https://b.example/webhooks/hook", before: foreign, after: "https://b.example/webhooks/hook"},
		"no public address":   {address: "http://127.0.0.1:8080/webhooks/hook"},
		"private address":     {address: "https://192.168.1.5/webhooks/hook"},
		"odd port":            {address: "https://b.example:9000/webhooks/hook"},
		"asked to poll":       {config: map[string]any{"updates": "polling"}, address: "https://b.example/webhooks/hook"},
		"poll after webhook":  {config: map[string]any{"updates": "polling"}, address: "https://b.example/webhooks/hook", before: "https://old.example/webhooks/hook"},
		"poll beside others":  {config: map[string]any{"updates": "polling"}, address: "http://127.0.0.1/webhooks/hook", before: foreign, want: "its webhook is on other.example", after: foreign},
		"poll in their place": {config: map[string]any{"updates": "polling", "takeOver": true}, address: "http://127.0.0.1/webhooks/hook", before: foreign},
		"webhook without tls": {config: map[string]any{"updates": "webhook"}, address: "http://b.example/webhooks/hook", want: "--public-url"},
		"revoked token":       {address: "https://b.example/webhooks/hook", prepare: (*telegramtest.Fake).Revoke, want: "/token to @BotFather"},
		"token of nothing":    {config: map[string]any{"botToken": "hello"}, want: "botToken"},
		"token with a path":   {config: map[string]any{"botToken": "1:a/../../x"}, want: "botToken"},
		"address of nothing":  {config: map[string]any{"apiUrl": "ftp://x"}, want: "apiUrl"},
		"unknown way":         {config: map[string]any{"updates": "pigeon"}, want: "updates"},
		"telegram is down": {address: "https://b.example/webhooks/hook", prepare: func(f *telegramtest.Fake) {
			f.Fail("getMe", telegramtest.Refuse(502, "Bad Gateway"))
		}, want: "Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for key, value := range c.config {
				b.config[key] = value
			}
			b.fake.SetWebhook(c.before)
			if c.prepare != nil {
				c.prepare(b.fake)
			}
			resp := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: c.address})
			if resp.OK() != (c.want == "") || !strings.Contains(string(resp.Body), c.want) {
				t.Errorf("answer %d %s, want %q", resp.Status, resp.Body, c.want)
			}
			if strings.Contains(string(resp.Body), "secret-path") {
				t.Errorf("another program's webhook is told: %s", resp.Body)
			}
			if after, _ := b.fake.Webhook()["url"].(string); after != c.after {
				t.Errorf("the webhook is %q, want %q", after, c.after)
			}
		})
	}
}

func TestUnregister(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, after string }{
		"ours": {"https://bellhop.example/webhooks/hook", ""}, "others": {foreign, foreign}, "none": {"", ""},
	} {
		b := setup(t)
		b.fake.SetWebhook(c.before)
		resp := b.call(wire.OpUnregister, 0, platform.RegisterBody{WebhookURL: b.webhookURL})
		if after, _ := b.fake.Webhook()["url"].(string); !resp.OK() || after != c.after {
			t.Errorf("%s: %d %s, and the webhook is %q, want %q", name, resp.Status, resp.Body, after, c.after)
		}
	}
	b := setup(t)
	b.fake.Revoke()
	if resp := b.call(wire.OpUnregister, 0, platform.RegisterBody{}); !resp.OK() {
		t.Errorf("with a revoked token: %d %s", resp.Status, resp.Body)
	}
}

func TestTokenGoesToTheConfiguredServerOnly(t *testing.T) {
	t.Parallel()
	b, own := setup(t), telegramtest.New(t)
	b.config["apiUrl"] = own.URL
	b.register()
	if len(own.Calls()) == 0 || len(b.fake.Calls()) != 0 {
		t.Errorf("%d calls went to the configured server, %d to Telegram", len(own.Calls()), len(b.fake.Calls()))
	}
}

func TestWebhookIsTelegrams(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.register()
	before := len(b.platform.Calls())
	update := b.fake.Update("message", said(42, `"text":"hi"`))
	for name, given := range map[string]string{"none": "", "wrong": "wrong", "half": secret[:20], "longer": secret + "x", "token": telegramtest.Token} {
		resp := b.post(given, update)
		if resp.Status != 401 || len(b.platform.Calls()) != before || len(b.fake.Sent()) != 0 {
			t.Errorf("%s: %d %s, and %d calls", name, resp.Status, resp.Body, len(b.platform.Calls())-before)
		}
		if strings.Contains(string(resp.Body), secret) || strings.Contains(b.log.String(), secret) {
			t.Errorf("%s: the secret was told", name)
		}
	}
	if resp := b.webhook(platform.WebhookRequest{Method: "GET", Path: "/"}); resp.Status != 405 {
		t.Errorf("GET: %d", resp.Status)
	}
	for _, body := range []string{"", "{", "[]", "{}", `{"update_id":"x"}`, `{"update_id":5,"message":7}`} {
		if resp := b.post(secret, []byte(body)); resp.Status != 200 {
			t.Errorf("%q: %d %s, want 200: Telegram would send it again and again", body, resp.Status, resp.Body)
		}
	}
	// An update whose number is known can be told once, whatever is in it.
	if got := b.platform.Events(); len(got) != 1 || got[0].Type != "unhandledReceived" || !strings.Contains(string(got[0].Payload), `"message":7`) {
		t.Errorf("events %+v, want one of the update that has another shape", got)
	}
}

func TestSecretOfTheWebhook(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register()
	hook := b.fake.Webhook()
	secret, _ := hook["secret_token"].(string)
	delete(hook, "secret_token")
	integrationtest.Golden(t, "webhook", integrationtest.Pretty(t, hook))
	if len(secret) < 40 || strings.Contains(secret, "fake") {
		t.Errorf("the secret is %q", secret)
	}
}
