package storetest

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func testTables(t *testing.T, f fixture) {
	table := store.Table{ID: "table_1", BotID: "bot_1", Name: "one", Factor: 2, KeyColumn: "k", Columns: json.RawMessage(`{"k":{"type":"string"}}`), Tags: store.Tags{"a": "b"}}
	key := `"x"`
	row := store.TableRow{ID: 1, Data: json.RawMessage(`{"k":"x"}`), Key: &key}
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.CreateBot(f.ctx, store.Bot{ID: "bot_1"}), tx.CreateTable(f.ctx, &table), tx.PutTableRow(f.ctx, "table_1", &row),
			tx.PutTableRow(f.ctx, "table_1", &store.TableRow{ID: 2, Data: json.RawMessage(`{}`)}))
	})
	for name, clash := range map[string]func(tx *store.Tx) error{
		"a second table of one name": func(tx *store.Tx) error {
			twin := table
			twin.ID = "table_2"
			return tx.CreateTable(f.ctx, &twin)
		},
		"a second row of one key": func(tx *store.Tx) error {
			return tx.PutTableRow(f.ctx, "table_1", &store.TableRow{ID: 3, Data: json.RawMessage(`{}`), Key: &key})
		},
	} {
		if err := f.Update(f.ctx, clash); !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s = %v, want ErrConflict", name, err)
		}
	}
	f.view(t, func(tx *store.Tx) error {
		got, err := tx.Table(f.ctx, "bot_1", "one")
		if err != nil {
			return err
		}
		if diff := cmp.Diff(&table, got); diff != "" {
			t.Errorf("table (-want +got):\n%s", diff)
		}
		_, foreign := tx.Table(f.ctx, "bot_2", "table_1")
		if !errors.Is(foreign, store.ErrNotFound) {
			t.Errorf("another bot's table = %v, want ErrNotFound", foreign)
		}
		list, err1 := tx.TableRows(f.ctx, "table_1", 1, 10)
		n, err2 := tx.CountTableRows(f.ctx, "table_1")
		if len(list) != 1 || list[0].ID != 2 || n != 2 {
			t.Errorf("rows after 1 = %+v of %d", list, n)
		}
		return errors.Join(err1, err2)
	})
	f.update(t, func(tx *store.Tx) error { return tx.DeleteBot(f.ctx, "bot_1") })
	f.view(t, func(tx *store.Tx) error {
		n, err := tx.CountTableRows(f.ctx, "table_1")
		list, err1 := tx.Tables(f.ctx, "bot_1")
		if n != 0 || len(list) != 0 {
			t.Errorf("a deleted bot has %d tables and %d rows", len(list), n)
		}
		return errors.Join(err, err1)
	})
}
