package linear_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// automatic is an installation with an admin's key that makes its webhook.
func automatic(t *testing.T) *bench {
	t.Helper()
	b := setup(t)
	b.config = map[string]any{"apiKey": lineartest.AdminKey}
	return b
}

func TestRegister(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config map[string]any
		url    string
		calls  string // operations
		says   string // in the refusal
		hooks  int
	}{
		"admin":             {map[string]any{"apiKey": lineartest.AdminKey}, hookURL, "BellhopViewer, BellhopWebhooks, BellhopWebhookCreate", "", 1},
		"one team":          {map[string]any{"apiKey": lineartest.AdminKey, "teamId": "ENG"}, hookURL, "BellhopViewer, BellhopWebhooks, BellhopWebhookCreate", "", 1},
		"unknown team":      {map[string]any{"apiKey": lineartest.AdminKey, "teamId": "NOPE"}, hookURL, "BellhopViewer, BellhopWebhooks, BellhopWebhookCreate, BellhopWebhooks", "the webhook cannot be made at Linear", 0},
		"no admin":          {map[string]any{"apiKey": lineartest.MemberKey}, hookURL, "BellhopViewer, BellhopWebhooks", "only admins make webhooks, and Max Member of Hotel may not", 0},
		"no admin, by hand": {map[string]any{"apiKey": lineartest.MemberKey, "webhookSigningSecret": secret}, hookURL, "BellhopViewer", "", 0},
		"wrong key":         {map[string]any{"apiKey": "lin_api_wrong"}, hookURL, "BellhopViewer", "make a new key in Linear", 0},
		"blank key":         {map[string]any{"apiKey": " "}, hookURL, "", "apiKey is empty", 0},
		"no key":            {map[string]any{}, hookURL, "", "apiKey", 0},
		"not public":        {map[string]any{"apiKey": lineartest.AdminKey}, "http://localhost:8080/webhooks/hook", "BellhopViewer", "begin with https://", 0},
		"unknown setting":   {map[string]any{"apiKey": lineartest.AdminKey, "colour": "red"}, hookURL, "", "colour", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.config = c.config
			resp := b.handle(b.registering(c.url))
			if got := strings.Join(b.fake.Operations(), ", "); got != c.calls {
				t.Errorf("calls %s, want %s", got, c.calls)
			}
			if ok := c.says == ""; resp.OK() != ok || !ok && (resp.Status != 400 || !strings.Contains(string(resp.Body), c.says)) {
				t.Errorf("answer %d %s, want it to say %q", resp.Status, resp.Body, c.says)
			}
			for _, hidden := range []string{"lin_api_", secret} {
				if strings.Contains(string(resp.Body), hidden) {
					t.Errorf("the answer %s holds a secret", resp.Body)
				}
			}
			if n := len(b.fake.Webhooks()); n != c.hooks {
				t.Errorf("%d webhooks, want %d", n, c.hooks)
			}
		})
	}
}

func (b *bench) registering(url string) *wire.Request {
	b.Helper()
	req := b.request(wire.OpRegister, platform.RegisterBody{WebhookURL: url})
	req.WebhookURL = url
	return req
}

// What the webhook signs is taken, and what somebody else signs is not.
func TestRegisteredWebhook(t *testing.T) {
	t.Parallel()
	b := automatic(t)
	if resp := b.register(); !resp.OK() {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	made := b.fake.Webhooks()[0]
	made["id"], made["secret"] = "<made>", strings.Repeat("x", len(made["secret"].(string)))
	integrationtest.Golden(t, "register/webhook", integrationtest.Pretty(t, made))
	h := lineartest.Comment(lineartest.CommentID, "Hi", nil)
	req := b.hook(h, "d1")
	if resp := b.webhook(req); resp.Status != 401 {
		t.Errorf("answer %d %s to another's signature", resp.Status, resp.Body)
	}
	req.Headers["linear-signature"] = lineartest.Sign(b.fake.Webhooks()[0]["secret"].(string), []byte(req.Body))
	if resp := b.webhook(req); resp.Status != 200 || len(b.messages()) != 1 {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
	if every := integrationtest.Inputs(b.platform, platform.OpConfigureIntegration); len(every) != 1 || every[0].ScheduleRegisterCall != "daily" {
		t.Errorf("it is not registered again: %+v", every)
	}
}

func TestOneWebhook(t *testing.T) {
	t.Parallel()
	one := func(t *testing.T, b *bench) map[string]any {
		t.Helper()
		all := b.fake.Webhooks()
		if len(all) != 1 || all[0]["url"] != hookURL || all[0]["enabled"] != true {
			t.Fatalf("webhooks %v", all)
		}
		return all[0]
	}
	t.Run("registered twice", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		first := one(t, b)
		b.register()
		if again := one(t, b); again["id"] != first["id"] || again["secret"] != first["secret"] {
			t.Errorf("the webhook changed from %v to %v", first, again)
		}
	})
	t.Run("registered at the same time", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		var wg sync.WaitGroup
		for n := range 4 {
			wg.Go(func() {
				if resp := b.handleAt(n, b.registering(hookURL)); !resp.OK() {
					t.Errorf("%d %s", resp.Status, resp.Body)
				}
			})
		}
		wg.Wait()
		one(t, b)
	})
	t.Run("the answer was lost", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.fake.Faults.Add(integrationtest.Fault{}, integrationtest.Fault{}, integrationtest.Fault{Done: true, Mid: true})
		if resp := b.register(); resp.Status < 500 {
			t.Errorf("%d %s, want an error that is tried again", resp.Status, resp.Body)
		}
		one(t, b)
		b.node = 1 // after a crash
		if resp := b.register(); !resp.OK() {
			t.Errorf("%d %s", resp.Status, resp.Body)
		}
		one(t, b)
	})
	t.Run("one that lost its state", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		stray := b.fake.AddWebhook(hookURL)
		other := b.fake.AddWebhook("https://elsewhere.test/hook")
		b.register()
		all := b.fake.Webhooks()
		if len(all) != 2 || all[0]["id"] != other || all[1]["id"] == stray {
			t.Errorf("webhooks %v", all)
		}
	})
	t.Run("one that Linear disabled", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		b.fake.Disable()
		b.register()
		one(t, b)
	})
	t.Run("another team", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		b.config["teamId"] = "OPS"
		if resp := b.register(); !resp.OK() {
			t.Fatalf("%d %s", resp.Status, resp.Body)
		}
		if h := one(t, b); h["team"].(map[string]any)["key"] != "OPS" {
			t.Errorf("webhook %v", h)
		}
	})
	t.Run("another address", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.handle(b.registering("https://old.test/hook"))
		b.register()
		one(t, b)
	})
	t.Run("by hand from now on", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		mine := b.fake.AddWebhook(hookURL)
		b.config["webhookSigningSecret"] = secret
		if resp := b.register(); !resp.OK() {
			t.Fatalf("%d %s", resp.Status, resp.Body)
		}
		if h := one(t, b); h["id"] != mine {
			t.Errorf("webhook %v", h)
		}
	})
}

func TestUnregister(t *testing.T) {
	t.Parallel()
	unregister := func(b *bench) *wire.Response { return b.handle(b.request(wire.OpUnregister, platform.RegisterBody{})) }
	t.Run("twice", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		for range 2 {
			if resp := unregister(b); !resp.OK() {
				t.Errorf("%d %s", resp.Status, resp.Body)
			}
			if all := b.fake.Webhooks(); len(all) != 0 {
				t.Errorf("webhooks %v", all)
			}
		}
		b.register()
		if all := b.fake.Webhooks(); len(all) != 1 {
			t.Errorf("webhooks %v after registering again", all)
		}
	})
	t.Run("Linear is down", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		b.fake.Faults.Add(lineartest.Broken(502))
		if resp := unregister(b); resp.Status < 500 {
			t.Errorf("%d %s, want an error that is tried again", resp.Status, resp.Body)
		}
		if resp := unregister(b); !resp.OK() || len(b.fake.Webhooks()) != 0 {
			t.Errorf("%d %s", resp.Status, resp.Body)
		}
	})
	t.Run("the key was revoked", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		b.register()
		b.fake.Revoke(lineartest.AdminKey)
		if resp := unregister(b); !resp.OK() || !strings.Contains(b.log.String(), "remove it there") {
			t.Errorf("%d %s", resp.Status, resp.Body)
		}
	})
	t.Run("connected by people", func(t *testing.T) {
		t.Parallel()
		b := connected(t)
		if resp := unregister(b); !resp.OK() {
			t.Errorf("%d %s", resp.Status, resp.Body)
		}
		var revoked []string
		for _, c := range b.fake.Calls() {
			if c.Path == "/oauth/revoke" {
				revoked = append(revoked, c.Form["token_type_hint"])
			}
		}
		if want := []string{"access_token", "refresh_token"}; !slices.Equal(revoked, want) && !slices.Equal(revoked, slices.Concat(want, want)) {
			t.Errorf("revoked %q, want each token of the consents", revoked)
		}
		if b.fake.Grants() != 0 {
			t.Errorf("%d refresh tokens still work", b.fake.Grants())
		}
		before := len(b.fake.Calls())
		if resp := unregister(b); !resp.OK() || len(b.fake.Calls()) != before {
			t.Errorf("again: %d %s, %d more calls", resp.Status, resp.Body, len(b.fake.Calls())-before)
		}
	})
	t.Run("never registered", func(t *testing.T) {
		t.Parallel()
		b := automatic(t)
		if resp := unregister(b); !resp.OK() || len(b.fake.Calls()) != 0 {
			t.Errorf("%d %s", resp.Status, resp.Body)
		}
	})
}
