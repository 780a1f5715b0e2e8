package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func (f fixture) find(t *testing.T, bot string, tags store.Tags) (id string) {
	t.Helper()
	f.view(t, func(tx *store.Tx) error {
		u, err := tx.FindUser(f.ctx, bot, "", tags)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil {
			id = u.ID
		}
		return err
	})
	return id
}

func testTags(t *testing.T, f fixture) {
	var exact, wide string
	f.update(t, func(tx *store.Tx) (err error) {
		if wide, err = f.user(tx, "bot_1", store.Tags{"a": "1", "b": "2"}); err != nil {
			return err
		}
		exact, err = f.user(tx, "bot_1", store.Tags{"a": "1"})
		return err
	})
	for _, tt := range []struct {
		bot  string
		tags store.Tags
		want string
	}{
		{"bot_1", store.Tags{"a": "1"}, exact}, {"bot_1", store.Tags{"b": "2"}, wide},
		{"bot_1", store.Tags{"a": "1", "b": "2"}, wide}, {"bot_1", store.Tags{"a": "2"}, ""}, {"bot_2", store.Tags{"a": "1"}, ""},
	} {
		if got := f.find(t, tt.bot, tt.tags); got != tt.want {
			t.Errorf("FindUser(%s, %v) = %q, want %q", tt.bot, tt.tags, got, tt.want)
		}
	}
	f.update(t, func(tx *store.Tx) error {
		u, err := tx.User(f.ctx, "bot_1", wide)
		if err != nil {
			return err
		}
		u.Tags = store.Tags{"b": "3"}
		return tx.UpdateUser(f.ctx, u)
	})
	if got := f.find(t, "bot_1", store.Tags{"b": "2"}); got != "" {
		t.Errorf("an old tag still finds %q", got)
	}
	f.view(t, func(tx *store.Tx) error {
		values, _, err := tx.TagValues(f.ctx, "bot_1", store.KindUser, "a", store.Page{Limit: 10})
		if diff := cmp.Diff([]string{"1"}, values); diff != "" {
			t.Errorf("TagValues (-want +got):\n%s", diff)
		}
		return err
	})
}

func testGetOrCreateMakesOne(t *testing.T, f fixture) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[string]bool{}
	tags := store.Tags{"chat:id": "same"}
	for range 32 {
		wg.Go(func() {
			var id string
			err := f.Update(f.ctx, func(tx *store.Tx) error {
				if err := tx.LockTags(f.ctx, store.KindUser, "bot_1", tags); err != nil {
					return err
				}
				u, err := tx.FindUser(f.ctx, "bot_1", "", tags)
				if err == nil {
					id = u.ID
					return nil
				}
				if errors.Is(err, store.ErrNotFound) {
					id, err = f.user(tx, "bot_1", tags)
				}
				return err
			})
			if err != nil {
				t.Errorf("Update = %v", err)
			}
			mu.Lock()
			ids[id] = true
			mu.Unlock()
		})
	}
	wg.Wait()
	if len(ids) != 1 {
		t.Errorf("%d users were made, want one", len(ids))
	}
}

func testPaging(t *testing.T, f fixture) {
	f.update(t, func(tx *store.Tx) error {
		for i := range 25 {
			if _, err := f.user(tx, "bot_1", store.Tags{"n": fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		_, err := f.user(tx, "bot_2", nil)
		return err
	})
	seen := map[string]bool{}
	for page := (store.Page{Limit: 10}); ; {
		var rows []store.User
		var next string
		f.view(t, func(tx *store.Tx) (err error) {
			rows, next, err = tx.Users(f.ctx, store.UserFilter{BotID: "bot_1"}, page)
			return err
		})
		for _, u := range rows {
			if seen[u.ID] {
				t.Errorf("user %s comes twice", u.ID)
			}
			seen[u.ID] = true
		}
		if next == "" {
			break
		}
		page.After = next
	}
	if len(seen) != 25 {
		t.Errorf("the pages hold %d users, want 25", len(seen))
	}
	err := f.View(f.ctx, func(tx *store.Tx) error {
		_, _, err := tx.Users(f.ctx, store.UserFilter{BotID: "bot_1"}, store.Page{Limit: 10, After: "nonsense"})
		return err
	})
	if !errors.Is(err, store.ErrCursor) {
		t.Errorf("a bad cursor = %v, want ErrCursor", err)
	}
}
