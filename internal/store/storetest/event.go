package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testEventOnce lets many writers add the event of one key at the same time.
func testEventOnce(t *testing.T, f fixture) {
	const writers = 8
	var wg sync.WaitGroup
	made := make([]error, writers)
	found := make([]string, writers)
	for i := range writers {
		wg.Go(func() {
			err := f.Update(f.ctx, func(tx *store.Tx) error {
				made[i] = tx.CreateEvent(f.ctx, &store.Event{ID: fmt.Sprintf("evt_%d", i), BotID: "bot_1", InstallationID: "inst_1", DedupeKey: "k"})
				if made[i] != nil && !errors.Is(made[i], store.ErrDuplicate) {
					return made[i]
				}
				e, err := tx.EventByKey(f.ctx, "bot_1", "inst_1", "k")
				if err == nil {
					found[i] = e.ID
				}
				return err
			})
			if err != nil {
				t.Errorf("Update = %v", err)
			}
		})
	}
	wg.Wait()
	winners := 0
	for i := range writers {
		if made[i] == nil {
			winners++
		}
		if found[i] != found[0] {
			t.Errorf("writer %d found %s, another %s", i, found[i], found[0])
		}
	}
	if winners != 1 {
		t.Errorf("%d writers added the event, want one", winners)
	}
	f.update(t, func(tx *store.Tx) error { // other owners, and no key, do not clash
		var all []error
		for i, e := range []store.Event{
			{BotID: "bot_2", InstallationID: "inst_1", DedupeKey: "k"}, {BotID: "bot_1", InstallationID: "inst_2", DedupeKey: "k"},
			{BotID: "bot_1", InstallationID: "inst_1"}, {BotID: "bot_1", InstallationID: "inst_1"},
		} {
			e.ID = fmt.Sprintf("evt_other_%d", i)
			all = append(all, tx.CreateEvent(f.ctx, &e))
		}
		_, err := tx.EventByKey(f.ctx, "bot_1", "inst_1", "")
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("EventByKey of no key = %v, want ErrNotFound", err)
		}
		return errors.Join(all...)
	})
}
