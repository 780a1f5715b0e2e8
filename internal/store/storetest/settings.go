package storetest

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testSettings keeps settings through updates of their owner's row, which were
// read before the settings changed.
func testSettings(t *testing.T, f fixture) {
	const bot, inst = "bot_1", "inst_1"
	installation := store.Installation{ID: inst, BotID: bot, Alias: "a", IntegrationID: "int_1", WebhookID: "w"}
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.CreateBot(f.ctx, store.Bot{ID: bot, Name: "one"}), tx.PutInstallation(f.ctx, &installation))
	})
	set := json.RawMessage(`{"a":1}`)
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.SetBotSettings(f.ctx, bot, set), tx.SetInstallationSettings(f.ctx, inst, set))
	})
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.UpdateBot(f.ctx, store.Bot{ID: bot, Name: "two"}), tx.PutInstallation(f.ctx, &installation))
	})
	f.view(t, func(tx *store.Tx) error {
		b, err := tx.Bot(f.ctx, bot)
		if err != nil {
			return err
		}
		i, err := tx.Installation(f.ctx, inst)
		if err != nil {
			return err
		}
		if string(b.Settings) != string(set) || string(i.Settings) != string(set) || b.Name != "two" {
			t.Errorf("after an update the settings are %s and %s, want %s", b.Settings, i.Settings, set)
		}
		return nil
	})
	err := f.Update(f.ctx, func(tx *store.Tx) error {
		_, err := tx.LockInstallation(f.ctx, "inst_2")
		return errors.Join(err, tx.SetBotSettings(f.ctx, "bot_2", set))
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("settings of what is not there = %v, want ErrNotFound", err)
	}
}
