package storetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// lid is a vault for tests: it hides nothing but the word secret.
type lid struct{ key int }

func (l *lid) Prefix() string { return fmt.Sprintf("~%d.", l.key) }

func (l *lid) Seal(place string, plain []byte) string {
	return l.Prefix() + place + "|" + string(bytes.ReplaceAll(plain, []byte("secret"), []byte("s*****")))
}

func (l *lid) Open(place, value string) ([]byte, error) {
	_, rest, _ := strings.Cut(value, ".")
	at, plain, _ := strings.Cut(rest, "|")
	if at != place {
		return nil, fmt.Errorf("sealed for %s, not for %s", at, place)
	}
	return []byte(strings.ReplaceAll(plain, "s*****", "secret")), nil
}

// testSealed wants secrets sealed in the database and open in rows, each bound
// to its row, those that were written in clear before too.
func testSealed(t *testing.T, f fixture) {
	l := &lid{key: 1}
	sealed := fixture{store.WithVault(f.Store, l), f.ctx, f.ids}
	secret := json.RawMessage(`{"token": "secret"}`)
	bot := store.Bot{ID: "bot_1", Name: "b", SigningSecret: "secret", Configuration: secret}
	integration := &store.Integration{ID: "intver_1", WorkspaceID: "w", Name: "n", Version: "1.0.0", SigningSecret: "secret"}
	installation := &store.Installation{ID: "inst_1", BotID: bot.ID, Alias: "a", IntegrationID: "intver_1", WebhookID: "wh", Configuration: secret}
	state := &store.State{StateKey: store.StateKey{BotID: bot.ID, Owner: "inst_1", Type: "integration", SubjectID: "intver_1", Name: "credentials"}, ID: "state_1", Payload: secret}
	other := &store.State{StateKey: store.StateKey{BotID: bot.ID, Owner: "inst_1", Type: "user", SubjectID: "user_1", Name: "notes"}, ID: "state_2", Payload: json.RawMessage(`{"n": 1}`)}
	write := func(f fixture) {
		f.update(t, func(tx *store.Tx) error {
			if err := tx.CreateBot(f.ctx, bot); err != nil {
				return err
			}
			if err := tx.PutIntegration(f.ctx, integration); err != nil {
				return err
			}
			if err := tx.PutInstallation(f.ctx, installation); err != nil {
				return err
			}
			if err := tx.PutState(f.ctx, state); err != nil {
				return err
			}
			return tx.PutState(f.ctx, other)
		})
	}
	read := func() {
		t.Helper()
		err := sealed.View(f.ctx, func(tx *store.Tx) error {
			b, err := tx.Bot(f.ctx, bot.ID)
			if err != nil {
				return err
			}
			i, err := tx.Integration(f.ctx, integration.ID)
			if err != nil {
				return err
			}
			in, err := tx.Installations(f.ctx, bot.ID)
			if err != nil {
				return err
			}
			s, err := tx.State(f.ctx, state.StateKey)
			if err != nil {
				return err
			}
			got := []string{b.SigningSecret, string(b.Configuration), i.SigningSecret, string(in[0].Configuration), string(s.Payload)}
			if want := []string{"secret", string(secret), "secret", string(secret), string(secret)}; !slices.Equal(got, want) {
				t.Errorf("read %q, want %q", got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	reseal := func() (total int) {
		t.Helper()
		for n := 1; n > 0; total += n {
			sealed.update(t, func(tx *store.Tx) (err error) {
				n, err = tx.Reseal(f.ctx, 2)
				return err
			})
		}
		return total
	}

	write(f) // in clear, as before there was a vault
	read()
	if n := reseal(); n != 5 {
		t.Errorf("%d values were sealed, want 5", n)
	}
	read()
	l.key++
	if n := reseal(); n != 5 {
		t.Errorf("%d values were sealed anew, want 5", n)
	}
	read()
	if n := reseal(); n != 0 {
		t.Errorf("%d values were sealed a third time", n)
	}
	sealed.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.UpdateBot(f.ctx, bot), tx.PutIntegration(f.ctx, integration), tx.PutInstallation(f.ctx, installation), tx.PutState(f.ctx, state))
	})
	if n := reseal(); n != 0 {
		t.Errorf("%d values were in clear after they were written again", n)
	}
	read()
	// Without the vault the rows cannot be read, and what is not secret can.
	err := f.View(f.ctx, func(tx *store.Tx) error {
		for name, read := range map[string]func() error{
			"bot":          func() error { _, err := tx.Bot(f.ctx, bot.ID); return err },
			"integration":  func() error { _, err := tx.Integration(f.ctx, integration.ID); return err },
			"installation": func() error { _, err := tx.Installation(f.ctx, installation.ID); return err },
			"state":        func() error { _, err := tx.State(f.ctx, state.StateKey); return err },
		} {
			if err := read(); err == nil || !strings.Contains(err.Error(), "no master key") || strings.Contains(err.Error(), "secret\"") {
				t.Errorf("%s: error %v, want it to miss the master key", name, err)
			}
		}
		_, err := tx.State(f.ctx, other.StateKey)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// A sealed value that stands in another row is refused.
	bot.ID, integration.Version, installation.ID, installation.Alias, installation.WebhookID = "bot_2", "2.0.0", "inst_2", "b", "wh2"
	stolen := json.RawMessage(l.Seal(`installations.configuration ["inst_1"]`, secret))
	installation.Configuration = stolen
	f.update(t, func(tx *store.Tx) error { return tx.PutInstallation(f.ctx, installation) })
	err = sealed.View(f.ctx, func(tx *store.Tx) error {
		_, err := tx.Installation(f.ctx, installation.ID)
		return err
	})
	if err == nil {
		t.Error("a configuration copied from another row opens")
	}
}
