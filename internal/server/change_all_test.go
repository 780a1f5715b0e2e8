package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// An update of a bot that removes an installation which cannot unregister changes nothing: not the bot, not the other
// installations, also not those that unregistered before it.
func TestUpdateOfABotIsAllOrNothing(t *testing.T) {
	t.Parallel()
	l := newLife(t, func(*config.Config) {})
	l.put("acme", withKey("abc"))
	l.put("zeta", withKey("stuck"))
	status, body := l.call("PUT", "/v1/admin/bots/"+l.bot,
		`{"name":"renamed","integrations":{"acme":null,"zeta":null,"fresh":{"integrationId":"other@1.0.0","configuration":{"key":"abc"}}}}`,
		map[string]string{"x-multiple-integrations": "true"})
	l.refused(status, body, 400, platform.TypeRuntime, "nothing was changed", "zeta", "the vendor does not answer", "bellhop install remove zeta", "--force")
	if n := len(l.code.seen(wire.OpUnregister)); n != 2 {
		t.Errorf("%d installations were asked to unregister, want 2", n)
	}
	if status, reason, _ := l.shown("acme"); status != "registered" || reason != "" {
		t.Errorf("acme is %s (%s), want it registered again", status, reason)
	}
	if status, _, _ := l.shown("zeta"); status != "unregistration_failed" {
		t.Errorf("zeta is %s, want what happened to it", status)
	}
	if status, _, _ := l.shown("fresh"); status != "" {
		t.Errorf("fresh is %s, want that it was not installed", status)
	}
	if _, body := l.call("GET", "/v1/admin/bots/"+l.bot, "", nil); strings.Contains(string(body), "renamed") {
		t.Errorf("the bot was changed: %s", body)
	}

	// A change that cannot be made is refused before anything is unregistered.
	status, body = l.call("PUT", "/v1/admin/bots/"+l.bot, `{"integrations":{"acme":null,"fresh":{"integrationId":"other@1.0.0","configuration":{}}}}`, nil)
	l.refused(status, body, 400, platform.TypeInvalidDataFormat, "integrations.fresh", "key")
	if n := len(l.code.seen(wire.OpUnregister)); n != 2 {
		t.Errorf("%d unregisters after a change that was refused, want still 2", n)
	}

	if _, err := l.srv.Client().DeleteInstallation(t.Context(), &platform.DeleteInstallationInput{BotID: l.bot, Alias: "zeta", Force: true}); err != nil {
		t.Fatal(err)
	}
	status, body = l.call("PUT", "/v1/admin/bots/"+l.bot, `{"name":"renamed","integrations":{"acme":null}}`, nil)
	if status != 200 {
		t.Errorf("after the forced removal: %d %s", status, body)
	}
}

// An integration whose new definition wants more of the configuration than an installation has makes that installation
// wait for it, with the reason; it is registered when it has it.
func TestInstallationWaitsForTheConfigurationThatANewDefinitionRequires(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	code := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(code.Close)
	define := func(required string) string {
		return `"url":"` + code.URL + `","configuration":{"schema":{"type":"object","properties":{"token":{"type":"string"},"region":{"type":"string"}},"required":[` + required + `]}}`
	}
	status, body := f.call("POST", "/v1/admin/integrations", `{"name":"acme","version":"0.1.0",`+define(`"token"`)+`}`, nil)
	if status > 299 {
		t.Fatalf("createIntegration: %d %s", status, body)
	}
	var made struct{ Integration struct{ ID string } }
	if err := json.Unmarshal(body, &made); err != nil {
		t.Fatal(err)
	}
	bot, err := f.srv.Client().CreateBot(t.Context(), &platform.CreateBotInput{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(configuration string) platform.Installation {
		t.Helper()
		out, err := f.srv.Client().PutInstallation(t.Context(), &platform.PutInstallationInput{
			BotID: bot.Bot.ID, Alias: "acme", Integration: made.Integration.ID, Configuration: json.RawMessage(configuration),
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Installation
	}
	if in := put(`{"token":"t"}`); in.Status != platform.Registered {
		t.Fatalf("installed: %+v", in)
	}
	if status, body := f.call("PUT", "/v1/admin/integrations/"+made.Integration.ID, `{`+define(`"token","region"`)+`}`, nil); status != 200 {
		t.Fatalf("updateIntegration: %d %s", status, body)
	}
	got, err := f.srv.Client().GetInstallation(t.Context(), &platform.GetInstallationInput{BotID: bot.Bot.ID, Alias: "acme"})
	if err != nil || got.Installation.Status != platform.RegistrationPending || !strings.Contains(got.Installation.StatusReason, "region") {
		t.Errorf("after the change: %+v, %v; want it pending, with region as the reason", got, err)
	}
	if in := put(`{"token":"t","region":"eu"}`); in.Status != platform.Registered || in.StatusReason != "" {
		t.Errorf("with what it wants: %+v", in)
	}
}
