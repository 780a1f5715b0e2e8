package api_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// What is in development stands beside what is published, and lists show one
// or the other.
func TestInDevelopment(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	relay := platform.IntegrationUpload{IntegrationDefinition: platform.IntegrationDefinition{Name: "relay", Version: "1.0.0", URL: "http://code.test/"}}
	create := func(dev bool) platform.Integration {
		t.Helper()
		out, err := admin.CreateIntegration(ctx, &platform.CreateIntegrationInput{Dev: dev, IntegrationUpload: relay})
		if err != nil {
			t.Fatalf("CreateIntegration(dev: %v) = %v", dev, err)
		}
		return out.Integration
	}
	first, published, second := create(true), create(false), create(true)
	if !platform.IsID(first.ID, platform.PrefixDevIntegration) || !first.Dev || first.Version != "1.0.0" {
		t.Errorf("made %s %s, dev %v; want a devint_ id, version 1.0.0, dev", first.ID, first.Version, first.Dev)
	}
	if got := must(admin.GetIntegrationByName(ctx, &platform.GetIntegrationByNameInput{Name: "relay", Version: "latest"})).Integration; got.ID != published.ID {
		t.Errorf("the latest is %s, want the published one", got.ID)
	}
	list := func(dev *bool) (ids []string) {
		for _, i := range must(admin.ListIntegrations(ctx, &platform.ListIntegrationsInput{Name: "relay", Dev: dev})).Integrations {
			ids = append(ids, i.ID)
		}
		return ids
	}
	if got := list(nil); len(got) != 1 || got[0] != published.ID {
		t.Errorf("the list has %v, want the published one", got)
	}
	if got := list(new(true)); len(got) != 2 || got[0] != second.ID || got[1] != first.ID {
		t.Errorf("the list of those in development has %v, want both, the newest first", got)
	}
	moved := relay
	moved.URL = "http://code.test/2"
	must(admin.UpdateIntegration(ctx, &platform.UpdateIntegrationInput{ID: first.ID, IntegrationUpload: moved}))
	for id, want := range map[string]string{first.ID: moved.URL, second.ID: relay.URL, published.ID: relay.URL} {
		if got := must(admin.GetIntegration(ctx, &platform.GetIntegrationInput{ID: id})).Integration.URL; got != want {
			t.Errorf("%s is at %s, want %s", id, got, want)
		}
	}
}
