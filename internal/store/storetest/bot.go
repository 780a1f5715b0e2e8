package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testBots lists bots by their tags, by whether they are in development, and in
// both orders, page by page.
func testBots(t *testing.T, f fixture) {
	bot := func(id, env string) store.Bot {
		return store.Bot{ID: id, Tags: store.Tags{"env": env, "team": "a"}, Description: "of " + id, Medias: []byte(`[]`)}
	}
	dev := bot("bot_4", "live")
	dev.Dev = true
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.CreateBot(f.ctx, bot("bot_1", "live")), tx.CreateBot(f.ctx, bot("bot_2", "test")), tx.CreateBot(f.ctx, bot("bot_3", "live")), tx.CreateBot(f.ctx, dev))
	})
	ids := func(bf store.BotFilter) string {
		t.Helper()
		var found []string
		for page := (store.Page{Limit: 1}); ; {
			f.view(t, func(tx *store.Tx) error {
				list, next, err := tx.Bots(f.ctx, bf, page)
				for _, b := range list {
					if b.Description != "of "+b.ID || string(b.Medias) != "[]" {
						t.Errorf("the bot %s is %+v", b.ID, b)
					}
					found = append(found, strings.TrimPrefix(b.ID, "bot_"))
				}
				page.After = next
				return err
			})
			if page.After == "" {
				return strings.Join(found, "")
			}
		}
	}
	live, no, yes := store.Tags{"env": "live", "team": "a"}, false, true
	check := func(want string, bf store.BotFilter) {
		t.Helper()
		if got := ids(bf); got != want {
			t.Errorf("Bots(%+v) = %q, want %q", bf, got, want)
		}
	}
	check("4321", store.BotFilter{})
	check("1234", store.BotFilter{Asc: true})
	check("31", store.BotFilter{Dev: &no, Tags: live})
	check("4", store.BotFilter{Dev: &yes})
	check("", store.BotFilter{Tags: store.Tags{"env": "live", "team": "b"}})

	changed := bot("bot_1", "test")
	delete(changed.Tags, "team")
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.UpdateBot(f.ctx, changed), tx.DeleteBot(f.ctx, "bot_3"))
	})
	check("4", store.BotFilter{Tags: live})
	check("21", store.BotFilter{Tags: store.Tags{"env": "test"}})
	if got := ids(store.BotFilter{SortField: "updatedAt"}); len(got) != 3 || !slices.Contains(strings.Split(got, ""), "1") {
		t.Errorf("by the time of update there are %q, want all three", got)
	}
	if err := f.Update(f.ctx, func(tx *store.Tx) error { return tx.UpdateBot(f.ctx, store.Bot{ID: "bot_3"}) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("UpdateBot of one that is deleted = %v, want ErrNotFound", err)
	}
}
