package whatsapp_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config map[string]any
		calls  string // methods and paths
		says   string // in the refusal
	}{
		"number only": {map[string]any{"whatsappBusinessAccountId": ""}, "GET /v23.0/106540352242922", ""},
		"account":     {nil, "GET /v23.0/106540352242922, POST /v23.0/102290129340398/subscribed_apps", ""},
		"app": {map[string]any{"appId": whatsapptest.AppID},
			"GET /v23.0/106540352242922, POST /v23.0/9876543210/subscriptions, POST /v23.0/102290129340398/subscribed_apps", ""},
		"token":            {map[string]any{"accessToken": "wrong"}, "GET /v23.0/106540352242922", "make a new one for the system user"},
		"number":           {map[string]any{"defaultBotPhoneNumberId": "1"}, "GET /v23.0/1", "the phone number 1 cannot be read"},
		"wrong account":    {map[string]any{"whatsappBusinessAccountId": "2"}, "GET /v23.0/106540352242922, POST /v23.0/2/subscribed_apps", "the WhatsApp account 2 cannot be switched on"},
		"wrong app":        {map[string]any{"whatsappBusinessAccountId": "", "appId": "3"}, "GET /v23.0/106540352242922, POST /v23.0/3/subscriptions", "check the app ID and the app secret"},
		"no secret":        {map[string]any{"clientSecret": ""}, "", "clientSecret"},
		"path as a number": {map[string]any{"defaultBotPhoneNumberId": "1/../2"}, "", "defaultBotPhoneNumberId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for key, v := range c.config {
				b.config[key] = v
			}
			resp := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: "https://bellhop.test/webhooks/hook"})
			var calls []string
			for _, call := range b.fake.Calls() {
				calls = append(calls, call.Method+" "+call.Path)
			}
			if got := strings.Join(calls, ", "); got != c.calls {
				t.Errorf("calls %s, want %s", got, c.calls)
			}
			if ok := c.says == ""; resp.OK() != ok || !ok && !strings.Contains(string(resp.Body), c.says) {
				t.Errorf("answer %d %s, want it to say %q", resp.Status, resp.Body, c.says)
			}
			for _, secret := range []string{whatsapptest.Token, whatsapptest.AppSecret} {
				if strings.Contains(string(resp.Body), secret) {
					t.Errorf("the answer %s holds a secret", resp.Body)
				}
			}
		})
	}
}

// A fault at Meta that passes leaves the installation waiting, not failed.
func TestRegisterWhileMetaIsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Fail(whatsapptest.Refusal(503, 2, "Service temporarily unavailable", 0))
	resp := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: "https://bellhop.test/webhooks/hook"})
	if resp.Status < 500 || !strings.Contains(string(resp.Body), "cannot be read: WhatsApp refused: 2") {
		t.Errorf("answer %d %s, want one that is tried again and says what was tried", resp.Status, resp.Body)
	}
}
