package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// Lists of integrations are filtered, sorted and paged, and leave out the
// definitions.
func TestIntegrationList(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	speaks := must(admin.CreateInterface(ctx, read[platform.CreateInterfaceInput](t, `{"name":"speaks","version":"1.0.0","actions":{"speak":{"input":{},"output":{}}}}`))).Interface
	ids := map[string]string{}
	for _, text := range []string{
		`{"name":"x-parrot","version":"1.0.0","title":"A bird","actions":{"speak":{"input":{},"output":{}}},"interfaces":{"speaks":{"id":"` + speaks.ID + `"}}}`,
		`{"name":"x-parrot","version":"1.2.0","visibility":"public"}`,
		`{"name":"x-parrot","version":"2.0.0","description":"a louder BIRD"}`,
		`{"name":"x-ant","version":"1.0.0","actions":{"birdsong":{"input":{},"output":{}}}}`,
		`{"name":"x-ant","version":"0.9.0","visibility":"unlisted"}`,
	} {
		made := must(admin.CreateIntegration(ctx, read[platform.CreateIntegrationInput](t, text))).Integration
		ids[strings.TrimPrefix(made.Name, "x-")+"@"+made.Version] = made.ID
	}
	list := func(in platform.ListIntegrationsInput) (names []string) {
		t.Helper()
		for {
			out, err := admin.ListIntegrations(ctx, &in)
			if err != nil {
				t.Fatalf("%+v: %v", in, err)
			}
			for _, i := range out.Integrations {
				if name, ok := strings.CutPrefix(i.Name, "x-"); ok { // the rest is the bench's
					names = append(names, name+"@"+i.Version)
				}
			}
			if in.NextToken = out.Meta.NextToken; in.NextToken == "" {
				return names
			}
		}
	}
	for name, c := range map[string]struct {
		in   platform.ListIntegrationsInput
		want string
	}{
		"all, newest first":     {platform.ListIntegrationsInput{}, "ant@0.9.0 ant@1.0.0 parrot@2.0.0 parrot@1.2.0 parrot@1.0.0"},
		"page by page":          {platform.ListIntegrationsInput{Limit: 1}, "ant@0.9.0 ant@1.0.0 parrot@2.0.0 parrot@1.2.0 parrot@1.0.0"},
		"oldest first, by page": {platform.ListIntegrationsInput{Direction: "asc", PageSize: 2}, "parrot@1.0.0 parrot@1.2.0 parrot@2.0.0 ant@1.0.0 ant@0.9.0"},
		"by name":               {platform.ListIntegrationsInput{SortBy: "name", Limit: 2}, "ant@1.0.0 ant@0.9.0 parrot@1.0.0 parrot@1.2.0 parrot@2.0.0"},
		"of a name":             {platform.ListIntegrationsInput{Name: "x-ant"}, "ant@0.9.0 ant@1.0.0"},
		"one version":           {platform.ListIntegrationsInput{Name: "x-parrot", Version: "1.2.0"}, "parrot@1.2.0"},
		"a range":               {platform.ListIntegrationsInput{Name: "x-parrot", Version: "<2"}, "parrot@1.2.0 parrot@1.0.0"},
		"a range of all":        {platform.ListIntegrationsInput{Version: "^1", Search: "x-"}, "ant@1.0.0 parrot@1.2.0 parrot@1.0.0"},
		"the latest of a name":  {platform.ListIntegrationsInput{Name: "x-parrot", Version: "latest"}, "parrot@2.0.0"},
		"the latest of each":    {platform.ListIntegrationsInput{Version: "latest", SortBy: "name"}, "ant@1.0.0 parrot@2.0.0"},
		"by interface":          {platform.ListIntegrationsInput{InterfaceID: speaks.ID}, "parrot@1.0.0"},
		"by interface's name":   {platform.ListIntegrationsInput{InterfaceName: "speaks"}, "parrot@1.0.0"},
		"by another interface":  {platform.ListIntegrationsInput{InterfaceName: "sings"}, ""},
		"public":                {platform.ListIntegrationsInput{Visibility: "public"}, "parrot@1.2.0"},
		"private":               {platform.ListIntegrationsInput{Visibility: "private", Name: "x-ant"}, "ant@1.0.0"},
		"searched":              {platform.ListIntegrationsInput{Search: " bird"}, "ant@1.0.0 parrot@2.0.0 parrot@1.0.0"},
		"approved":              {platform.ListIntegrationsInput{VerificationStatus: "approved"}, ""},
		"on a bot":              {platform.ListIntegrationsInput{InstalledByBotID: botID}, ""},
	} {
		if got := strings.Join(list(c.in), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	found := must(admin.ListIntegrations(ctx, &platform.ListIntegrationsInput{Search: "speaks"})).Integrations
	if len(found) != 1 || found[0].ID != ids["parrot@1.0.0"] || found[0].MatchedOn == nil || !slices.Equal(found[0].MatchedOn.Interfaces, []string{"speaks"}) {
		t.Errorf("a search for the interface finds %+v", found)
	}
	installed := must(admin.ListIntegrations(ctx, &platform.ListIntegrationsInput{InstalledByBotID: botID})).Integrations
	if len(installed) == 0 {
		t.Error("nothing is installed on the bot that has installations")
	}
	popular := must(admin.ListIntegrations(ctx, &platform.ListIntegrationsInput{SortBy: "popularity", Limit: 1})).Integrations
	if len(popular) != 1 || !slices.ContainsFunc(installed, func(i platform.IntegrationSummary) bool { return i.ID == popular[0].ID }) {
		t.Errorf("most popular is %+v, which nobody has", popular)
	}
	hub := must(admin.ListPublicIntegrations(ctx, &platform.ListIntegrationsInput{Name: "x-parrot"})).Integrations
	if len(hub) != 1 || hub[0].Version != "1.2.0" || hub[0].OwnerWorkspace == nil || hub[0].Meta == nil {
		t.Errorf("the hub lists %+v", hub)
	}
	for name, in := range map[string]platform.ListIntegrationsInput{
		"an order": {SortBy: "colour"}, "a direction": {Direction: "up"}, "a visibility": {Visibility: "none"}, "a status": {VerificationStatus: "good"},
		"a token of nobody": {SortBy: "name", NextToken: "bm9wZQ"},
	} {
		_, err := admin.ListIntegrations(ctx, &in)
		refused(t, name, err, platform.TypeInvalidQuery)
	}
	_, err := admin.ListIntegrations(ctx, &platform.ListIntegrationsInput{InstalledByBotID: "bot_nowhere"})
	refused(t, "a bot that is not there", err, platform.TypeReferenceNotFound)
}
