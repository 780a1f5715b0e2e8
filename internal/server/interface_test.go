package server_test

import (
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/linear"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
)

// A plugin that wants an interface finds the linked integration that stands
// for it, and by which of its names.
func TestPluginFindsALinkedIntegration(t *testing.T) {
	t.Parallel()
	f := setupWith(t, nil, func(*config.Config) {}, linear.New())
	admin, ctx := f.srv.Client(), t.Context()
	found, err := admin.GetIntegrationByName(ctx, &platform.GetIntegrationByNameInput{Name: "linear", Version: "latest"})
	if err != nil {
		t.Fatal(err)
	}
	var listable struct{ Interface struct{ ID string } }
	var plugin struct{ Plugin struct{ ID string } }
	post := func(path, body string, into any) {
		t.Helper()
		status, answer := f.call("POST", path, body, nil)
		if err := json.Unmarshal(answer, into); err != nil || status > 299 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
	}
	post("/v1/admin/interfaces", `{"name":"listable","version":"0.0.3","entities":{"item":{"schema":{}}},"actions":{"list":{"input":{},"output":{}}}}`, &listable)
	post("/v1/admin/plugins", `{"name":"lister","version":"1.0.0","code":{"node":"n","browser":""},
		"dependencies":{"interfaces":{"things":{"id":"`+listable.Interface.ID+`","name":"listable","version":"0.0.3"}}}}`, &plugin)
	bot, err := admin.CreateBot(ctx, &platform.CreateBotInput{})
	if err != nil {
		t.Fatal(err)
	}
	var updated struct {
		Bot struct {
			Plugins map[string]platform.BotPlugin
		}
	}
	status, body := f.call("PUT", "/v1/admin/bots/"+bot.Bot.ID, `{"plugins":{"p":{"id":"`+plugin.Plugin.ID+`","interfaces":{"things":{"integrationId":"`+
		found.Integration.ID+`","integrationAlias":"tracker"}}}}}`, nil)
	if err := json.Unmarshal(body, &updated); err != nil || status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	got := updated.Bot.Plugins["p"].Interfaces["things"]
	if got.InterfaceID != listable.Interface.ID || got.IntegrationInterfaceAlias != "listable<issue>" || got.IntegrationAlias != "tracker" {
		t.Errorf("the plugin takes %+v", got)
	}
	if list := found.Integration.Interfaces["listable<issue>"].Actions["list"].Name; list != "issueList" {
		t.Errorf("list is called %q there, want issueList", list)
	}
}
