package sqlite

import (
	"context"
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// A job that fails after it wrote leaves nothing behind and takes nothing of
// its neighbours with it, however many do: what they wrote, the numbers they
// were given and the errors they saw stay as they were.
func TestFailuresAreUndoneAlone(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	fault := errors.New("after a write")
	var deliveries [4]store.Delivery
	enqueue := func(i int, id string, err error) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			d := &deliveries[i]
			*d = store.Delivery{ID: id, Lane: "lane", Target: store.TargetBot, BotID: "b"}
			if e := tx.Enqueue(context.Background(), d); e != nil {
				return e
			}
			return err
		}
	}
	twice := func(tx *store.Tx) error { // a statement of it fails, and it goes on
		ctx := context.Background()
		if err := tx.CreateBot(ctx, store.Bot{ID: "b"}); err != nil {
			return err
		}
		if err := tx.CreateBot(ctx, store.Bot{ID: "b"}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("CreateBot with an id that is taken = %v, want ErrConflict", err)
		}
		return nil
	}
	errs := occupied(t, s,
		enqueue(0, "d0", nil), twice, setting("first", "x"),
		func(*store.Tx) error { return fault },         // wrote nothing
		enqueue(1, "d1", fault),                        // is undone
		enqueue(2, "d2", nil), enqueue(3, "d3", fault), // is rolled back
		func(tx *store.Tx) error { return setting("last", "x")(tx) },
	)
	for i, want := range []error{nil, nil, nil, fault, fault, nil, fault, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("Update %d of the group = %v, want %v", i, errs[i], want)
		}
	}
	if !kept(t, s, "first") || !kept(t, s, "last") {
		t.Error("a neighbour's row is gone")
	}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.LaneHead(t.Context(), "lane", 10)
		if err != nil {
			return err
		}
		if len(rows) != 2 || rows[0].ID != "d0" || rows[0].Seq != 1 || rows[1].ID != "d2" || rows[1].Seq != 2 {
			t.Errorf("the lane has %+v, want d0 and d2", rows)
		}
		_, err = tx.Bot(t.Context(), "b")
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if deliveries[2].Seq != 2 {
		t.Errorf("d2 was told the number %d, want 2", deliveries[2].Seq)
	}
	if len(s.writer.changes) != 0 {
		t.Errorf("%d changes are remembered after the commit", len(s.writer.changes))
	}
}
