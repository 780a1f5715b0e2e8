package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testDevIntegrations wants integrations in development beside the published
// one of their name and version, and each of them kept apart when it changes.
func testDevIntegrations(t *testing.T, f fixture) {
	put := func(id, url string, dev bool) {
		t.Helper()
		f.update(t, func(tx *store.Tx) error {
			return tx.PutIntegration(f.ctx, &store.Integration{ID: id, WorkspaceID: "w", Name: "relay", Version: "1.0.0", URL: url, Dev: dev})
		})
	}
	put("devint_A", "http://a.test/1", true)
	f.view(t, func(tx *store.Tx) error {
		if _, err := tx.IntegrationByName(f.ctx, "relay", "1.0.0"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("IntegrationByName = %v, want the one in development hidden", err)
		}
		return nil
	})
	put("intver_A", "http://b.test/", false)
	put("devint_B", "http://c.test/", true)
	put("devint_A", "http://a.test/2", true)
	for id, url := range map[string]string{"devint_A": "http://a.test/2", "intver_A": "http://b.test/", "devint_B": "http://c.test/"} {
		f.view(t, func(tx *store.Tx) error {
			got, err := tx.Integration(f.ctx, id)
			if err == nil && (got.URL != url || got.Version != "1.0.0" || got.Dev != (id != "intver_A")) {
				t.Errorf("Integration(%q) = %+v, want version 1.0.0 at %s", id, got, url)
			}
			return err
		})
	}
	f.view(t, func(tx *store.Tx) error {
		got, err := tx.IntegrationByName(f.ctx, "relay", "1.0.0")
		if err == nil && got.ID != "intver_A" {
			t.Errorf("IntegrationByName = %s, want the published one", got.ID)
		}
		return err
	})
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateBot(f.ctx, store.Bot{ID: "devbot_A", URL: "http://a.test/9", Dev: true}),
			tx.CreateBot(f.ctx, store.Bot{ID: "bot_A", URL: "http://a.test/8"}),
		)
	})
	for end, want := range map[string]bool{"/2": true, "/9": true, "/1": false, "/8": false, "/_": false, "/" + strings.Repeat("x", 99): false} {
		f.view(t, func(tx *store.Tx) error {
			got, err := tx.InDevelopment(f.ctx, end)
			if err == nil && got != want {
				t.Errorf("InDevelopment(%q) = %v, want %v", end, got, want)
			}
			return err
		})
	}
}
