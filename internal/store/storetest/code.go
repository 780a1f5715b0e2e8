package storetest

import (
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testCode wants code to be replaced only by other code, and to go with its
// owner, as secrets do.
func testCode(t *testing.T, f fixture) {
	put := func(owner, source string, want bool) {
		t.Helper()
		f.update(t, func(tx *store.Tx) error {
			changed, err := tx.PutCode(f.ctx, store.Code{Owner: owner, Source: source})
			if changed != want {
				t.Errorf("PutCode(%q, %q) = %v, want %v", owner, source, changed, want)
			}
			return err
		})
	}
	integration := &store.Integration{ID: "intver_1", WorkspaceID: "w", Name: "n", Version: "1.0.0", Deployment: "dpl_1"}
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateBot(f.ctx, store.Bot{ID: "bot_1", Deployment: "dpl_2"}),
			tx.PutIntegration(f.ctx, integration),
			tx.CreateToken(f.ctx, store.Token{ID: "tok_1", Kind: "integration", IntegrationID: "intver_1", Hash: []byte{1}}),
			tx.PutSecret(f.ctx, store.Secret{Owner: "intver_1", Name: "KEY", Value: "v"}),
			tx.PutSecret(f.ctx, store.Secret{Owner: "bot_1", Name: "KEY", Value: "v"}))
	})
	put("intver_1", "one", true)
	put("intver_1", "one", false)
	put("intver_1", "two", true)
	put("bot_1", "one", true)
	f.view(t, func(tx *store.Tx) error {
		c, err := tx.Code(f.ctx, "intver_1")
		if err != nil || c.Source != "two" || len(c.Hash) != 64 {
			t.Errorf("Code = %+v, %v", c, err)
		}
		i, err1 := tx.Integration(f.ctx, "intver_1")
		b, err2 := tx.Bot(f.ctx, "bot_1")
		if err := errors.Join(err1, err2); err != nil || i.Deployment != "dpl_1" || b.Deployment != "dpl_2" {
			t.Errorf("deployments = %+v, %+v, %v", i, b, err)
		}
		return nil
	})
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteIntegration(f.ctx, "intver_1"), tx.DeleteBot(f.ctx, "bot_1"))
	})
	f.view(t, func(tx *store.Tx) error {
		for _, owner := range []string{"intver_1", "bot_1"} {
			if _, err := tx.Code(f.ctx, owner); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("code of %s, deleted: %v, want ErrNotFound", owner, err)
			}
			if secrets, err := tx.Secrets(f.ctx, owner); err != nil || len(secrets) != 0 {
				t.Errorf("secrets of %s, deleted: %v, %v", owner, secrets, err)
			}
		}
		if _, err := tx.TokenByHash(f.ctx, []byte{1}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("token of a deleted integration: %v, want ErrNotFound", err)
		}
		return nil
	})
}
