package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testKeys lets many writers claim one key at the same time, and follows a
// key through the run of an action.
func testKeys(t *testing.T, f fixture) {
	const writers = 8
	var wg sync.WaitGroup
	var mu sync.Mutex
	claimed, seen := 0, map[string]bool{}
	for i := range writers {
		wg.Go(func() {
			f.update(t, func(tx *store.Tx) error {
				k := &store.IdempotencyKey{BotID: "bot_1", Key: "k", Operation: "createMessage", Hash: []byte{1}, RowID: fmt.Sprint("msg_", i)}
				prior, err := tx.ClaimKey(f.ctx, k)
				mu.Lock()
				defer mu.Unlock()
				if prior == nil {
					claimed++
					prior = k
				}
				seen[prior.RowID] = true
				return err
			})
		})
	}
	wg.Wait()
	if claimed != 1 || len(seen) != 1 {
		t.Errorf("%d claims of one key, which is of the rows %v; want one of each", claimed, seen)
	}
	run := store.IdempotencyKey{BotID: "bot_1", InstallationID: "inst_1", Key: "k", Operation: "callAction", Hash: []byte{2}, Runner: "a"}
	f.update(t, func(tx *store.Tx) error {
		prior, err := tx.ClaimKey(f.ctx, &run)
		if prior != nil {
			t.Errorf("the key of another caller is taken by %+v", prior)
		}
		return err
	})
	f.update(t, func(tx *store.Tx) error { return tx.TakeKey(f.ctx, &run, "b") })
	err := f.Update(f.ctx, func(tx *store.Tx) error { return tx.TakeKey(f.ctx, &run, "c") })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("TakeKey of what another took = %v, want ErrNotFound", err)
	}
	run.Output = []byte(`{"a":1}`)
	f.update(t, func(tx *store.Tx) error { return tx.FinishKey(f.ctx, &run) })
	read := func() (*store.IdempotencyKey, error) {
		var k *store.IdempotencyKey
		err := f.View(f.ctx, func(tx *store.Tx) (err error) {
			k, err = tx.KeyRecord(f.ctx, "bot_1", "inst_1", "k")
			return err
		})
		return k, err
	}
	if k, err := read(); err != nil || k.Runner != "" || string(k.Output) != `{"a":1}` || k.CreatedAt.IsZero() {
		t.Errorf("the finished key = %+v, %v", k, err)
	}
	f.update(t, func(tx *store.Tx) error { return tx.EraseOutputs(f.ctx, "bot_1") })
	if k, err := read(); err != nil || k.Output != nil {
		t.Errorf("the key after its output was erased = %+v, %v", k, err)
	}
	for _, c := range []struct {
		before time.Time
		want   int64
	}{{time.Now().Add(-time.Hour), 0}, {time.Now().Add(time.Hour), 1}, {time.Now().Add(time.Hour), 1}, {time.Now().Add(time.Hour), 0}} {
		f.update(t, func(tx *store.Tx) error {
			n, err := tx.PruneKeys(f.ctx, c.before, 1)
			if n != c.want {
				t.Errorf("PruneKeys = %d, want %d", n, c.want)
			}
			return err
		})
	}
}
