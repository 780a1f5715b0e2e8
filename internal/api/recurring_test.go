package api_test

import (
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// What recurs happens once each time that it is due, whoever looks and however
// often, and what is taken out of the definition stops.
func TestRecurringEvents(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	const upload = `{"events":{"tick":{"schema":{}}},"recurringEvents":{"each":{"schedule":{"cron":"* * * * *"},"type":"tick","payload":{"n":1}}}}`
	bot := must(admin.CreateBot(ctx, read[platform.CreateBotInput](t, upload))).Bot
	told := func(after time.Duration) int {
		t.Helper()
		b.service.Now = func() time.Time { return time.Now().Add(after) }
		for range 2 {
			if _, err := b.service.FireDue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		as := admin.With(platform.Caller{BotID: bot.ID})
		return len(must(as.ListEvents(ctx, &platform.ListEventsInput{Type: "tick"})).Events)
	}
	if n := told(0); n != 0 {
		t.Errorf("%d events before it is due", n)
	}
	if n := told(2 * time.Minute); n != 1 {
		t.Errorf("%d events the first time, want 1", n)
	}
	update := read[platform.UpdateBotInput](t, upload)
	update.ID = bot.ID
	must(admin.UpdateBot(ctx, update))
	if n := told(2 * time.Minute); n != 1 {
		t.Errorf("%d events after the same was deployed again, want 1", n)
	}
	if n := told(time.Hour); n != 2 {
		t.Errorf("%d events an hour later, want 2: what was missed is not made up for", n)
	}
	update = read[platform.UpdateBotInput](t, `{"recurringEvents":{"each":null}}`)
	update.ID = bot.ID
	must(admin.UpdateBot(ctx, update))
	if n := told(3 * time.Hour); n != 2 {
		t.Errorf("%d events after it was taken out, want 2", n)
	}
	update = read[platform.UpdateBotInput](t, `{"recurringEvents":{"each":{"schedule":{"cron":"often"},"type":"tick"}}}`)
	update.ID = bot.ID
	if _, err := admin.UpdateBot(ctx, update); !platform.IsType(err, platform.TypeInvalidPayload) {
		t.Errorf("a schedule that cannot be read: %v, want InvalidPayload", err)
	}
}

// Interfaces are published, implemented and kept while they are used; plugins
// of bots are resolved.
func TestInterfacesAndPlugins(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	made := must(admin.CreateInterface(ctx, read[platform.CreateInterfaceInput](t, `{"name":"speaks","version":"1.0.0","actions":{"speak":{"input":{},"output":{}}}}`))).Interface
	upload := func(own string) *platform.CreateIntegrationInput {
		return read[platform.CreateIntegrationInput](t, `{"name":"parrot","version":"1.0.0","actions":{"say":{"input":{},"output":{}}},
			"interfaces":{"speaks":{"id":"`+made.ID+`","actions":{"speak":{"name":"`+own+`"}}}}}`)
	}
	if _, err := admin.CreateIntegration(ctx, upload("shout")); !platform.IsType(err, platform.TypeReferenceNotFound) {
		t.Errorf("an integration that lacks the action: %v, want ReferenceNotFound", err)
	}
	parrot := must(admin.CreateIntegration(ctx, upload("say"))).Integration
	if got := parrot.Interfaces["speaks"]; got.Name != "speaks" || got.Version != "1.0.0" {
		t.Errorf("the integration implements %+v", got)
	}
	if _, err := admin.DeleteInterface(ctx, &platform.DeleteInterfaceInput{ID: made.ID}); !platform.IsType(err, platform.TypeReferenceConstraint) {
		t.Errorf("an interface that is used is deleted: %v, want ReferenceConstraint", err)
	}
	plugin := must(admin.CreatePlugin(ctx, read[platform.CreatePluginInput](t, `{"name":"polite","version":"1.0.0","code":{"node":"n"},
		"dependencies":{"interfaces":{"voice":{"id":"`+made.ID+`"}}}}`))).Plugin
	bot := must(admin.CreateBot(ctx, &platform.CreateBotInput{})).Bot
	in := read[platform.UpdateBotInput](t, `{"plugins":{"p":{"id":"`+plugin.ID+`","interfaces":{"voice":{"integrationId":"`+parrot.ID+`","integrationAlias":"bird"}}}}}`)
	in.ID = bot.ID
	taken := must(admin.UpdateBot(ctx, in)).Bot.Plugins["p"]
	if voice := taken.Interfaces["voice"]; taken.Name != "polite" || voice.InterfaceID != made.ID || voice.IntegrationAlias != "bird" || voice.IntegrationInterfaceAlias != "speaks" {
		t.Errorf("the bot takes %+v", taken)
	}
	if _, err := admin.DeletePlugin(ctx, &platform.DeletePluginInput{ID: plugin.ID}); !platform.IsType(err, platform.TypeReferenceConstraint) {
		t.Errorf("a plugin that is used is deleted: %v, want ReferenceConstraint", err)
	}
	if got := must(admin.GetPluginCode(ctx, &platform.GetPluginCodeInput{ID: plugin.ID, Platform: "node"})); got.Code != "n" {
		t.Errorf("the plugin's code is %q", got.Code)
	}
	if _, err := admin.GetPublicPlugin(ctx, &platform.GetPluginByNameInput{Name: "polite", Version: "latest"}); !platform.IsType(err, platform.TypeResourceNotFound) {
		t.Errorf("the hub has a private plugin: %v, want ResourceNotFound", err)
	}
}

// An interface speaks of its entities, a plugin of those of its interfaces, by
// references that only the integration fills.
func TestReferencesToEntities(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	publish := func(ref string) (*platform.CreateInterfaceOutput, error) {
		return admin.CreateInterface(ctx, read[platform.CreateInterfaceInput](t, `{"name":"lists","version":"1.0.0","entities":{"item":{"schema":{"type":"object"}}},
			"actions":{"list":{"input":{"schema":{}},"output":{"schema":{"type":"array","items":{"$ref":"`+ref+`"}}}}}}`))
	}
	if _, err := publish("thing"); !platform.IsType(err, platform.TypeInvalidJSONSchema) {
		t.Errorf("an entity that the interface lacks: %v, want InvalidJsonSchema", err)
	}
	lists := must(publish("item")).Interface
	plugin := func(ref string) error {
		_, err := admin.CreatePlugin(ctx, read[platform.CreatePluginInput](t, `{"name":"sync","version":"1.0.0","code":{"node":"n"},
			"dependencies":{"interfaces":{"files":{"id":"`+lists.ID+`"}}},"events":{"seen":{"schema":{"type":"object","properties":{"item":{"$ref":"`+ref+`"}}}}}}`))
		return err
	}
	for _, ref := range []string{"item", "interface:other/entities/item", "interface:files/entities/"} {
		if err := plugin(ref); !platform.IsType(err, platform.TypeInvalidJSONSchema) {
			t.Errorf("the reference %s: %v, want InvalidJsonSchema", ref, err)
		}
	}
	if err := plugin("interface:files/entities/item"); err != nil {
		t.Errorf("an entity of an interface: %v", err)
	}
}
