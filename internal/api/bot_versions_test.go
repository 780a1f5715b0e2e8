package api_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// A version is the code and the definition of a bot as they were; going back to
// it keeps the secrets that came later.
func TestBotVersions(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	b.service.RunsCode = func() error { return nil }
	b.service.LinkedBot = func(name string) (json.RawMessage, bool) { return json.RawMessage("{}"), name == "greeter" }
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	create := func(text string) string {
		return must(admin.CreateBot(ctx, read[platform.CreateBotInput](t, text))).Bot.ID
	}
	update := func(id, text string) {
		in := read[platform.UpdateBotInput](t, text)
		in.ID = id
		must(admin.UpdateBot(ctx, in))
	}
	keep := func(id, name string) string {
		return must(admin.CreateBotVersion(ctx, &platform.CreateBotVersionInput{ID: id, Name: name, Description: "of " + name})).Version.ID
	}
	deploy := func(id, version string) error {
		_, err := admin.DeployBotVersion(ctx, &platform.DeployBotVersionInput{ID: id, VersionID: version})
		return err
	}

	bot := create(`{"code":"one","secrets":{"A":"a"},"events":{"first":{"schema":{}}}}`)
	one := keep(bot, "one")
	update(bot, `{"code":"two","secrets":{"A":"a2","B":"b"},"events":{"first":null,"second":{"schema":{}}}}`)
	two := keep(bot, "two")
	update(bot, `{"url":"http://127.0.0.1:1/"}`)
	three := keep(bot, "three")
	listed := must(admin.ListBotVersions(ctx, &platform.ListBotVersionsInput{ID: bot})).Versions
	want := []platform.BotVersion{
		{ID: three, Name: "three", Description: "of three"}, {ID: two, Name: "two", Description: "of two"}, {ID: one, Name: "one", Description: "of one"},
	}
	if !slices.Equal(listed, want) {
		t.Errorf("the versions are %v, want %v", listed, want)
	}
	for _, c := range []struct{ version, source, url, event string }{
		{one, "one", "", "first"}, {three, "", "http://127.0.0.1:1/", "second"}, {two, "two", "", "second"}, {one, "one", "", "first"},
	} {
		if err := deploy(bot, c.version); err != nil {
			t.Fatal(err)
		}
		shown := must(admin.GetBot(ctx, &platform.GetBotInput{ID: bot})).Bot
		deployment, source, secrets := b.deployed(t, bot)
		if source != c.source || shown.URL != c.url || (deployment == "") != (source == "") {
			t.Errorf("version %s: code %q at %q in deployment %q, want %+v", c.version, source, shown.URL, deployment, c)
		}
		if events := slices.Collect(maps.Keys(shown.Events)); !slices.Equal(events, []string{c.event}) {
			t.Errorf("version %s declares the events %v, want %s", c.version, events, c.event)
		}
		if want := map[string]string{"A": "a2", "B": "b"}; !maps.Equal(secrets, want) {
			t.Errorf("version %s has the secrets %v, want %v", c.version, secrets, want)
		}
	}
	got := must(admin.GetBotVersionContent(ctx, &platform.GetBotVersionInput{ID: bot, VersionID: two}))
	if got.Code != "two" || got.Name != "two" || got.Definition.Events["second"].Schema == nil {
		t.Errorf("version two has %+v", got)
	}

	linked := create(`{"builtin":"greeter"}`)
	greeter := keep(linked, "linked")
	update(linked, `{"code":"three"}`)
	if err := deploy(linked, greeter); err != nil {
		t.Fatal(err)
	}
	if deployment, source, _ := b.deployed(t, linked); deployment != "" || source != "" {
		t.Errorf("back in Go the bot has the code %q", source)
	}
	refused(t, "another bot's version", deploy(bot, greeter), platform.TypeReferenceNotFound)
	refused(t, "a version of no bot", deploy("bot_nowhere", one), platform.TypeResourceNotFound)
	b.service.LinkedBot = nil
	refused(t, "a Go bot that is gone", deploy(linked, greeter), platform.TypeReferenceNotFound)
	_, err := admin.CreateBotVersion(ctx, &platform.CreateBotVersionInput{ID: create(`{}`), Name: "x"})
	refused(t, "a version without code", err, platform.TypeInvalidPayload)
	_, err = admin.CreateBotVersion(ctx, &platform.CreateBotVersionInput{ID: bot, Name: " "})
	refused(t, "a version without a name", err, platform.TypeInvalidPayload)
	_, err = admin.GetBotVersion(ctx, &platform.GetBotVersionInput{ID: bot, VersionID: greeter})
	refused(t, "another bot's version is read", err, platform.TypeResourceNotFound)
	for n := 3; n < 100; n++ {
		keep(bot, "more")
	}
	_, err = admin.CreateBotVersion(ctx, &platform.CreateBotVersionInput{ID: bot, Name: "too many"})
	refused(t, "one version more", err, platform.TypeLimitExceeded)
}
