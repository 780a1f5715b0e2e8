package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (f fixture) delivery(tx *store.Tx, lane string) *store.Delivery {
	return &store.Delivery{
		ID: f.ids.New(platform.PrefixDelivery, tx.Now()), Lane: lane, Target: store.TargetBot, BotID: "bot_1",
		Operation: "event_received", Type: "message_created", Body: []byte(`{"a":1}`),
	}
}

func (f fixture) enqueue(t *testing.T, lane string) store.Delivery {
	t.Helper()
	var d *store.Delivery
	f.update(t, func(tx *store.Tx) error {
		d = f.delivery(tx, lane)
		return tx.Enqueue(f.ctx, d)
	})
	return *d
}

func (f fixture) finish(t *testing.T, d store.Delivery, state string) []store.Delivery {
	t.Helper()
	var next []store.Delivery
	d.State = state
	f.update(t, func(tx *store.Tx) (err error) {
		next, err = tx.FinishDelivery(f.ctx, &d, 10)
		return err
	})
	return next
}

func (f fixture) head(t *testing.T, lane string) (ids []string) {
	t.Helper()
	f.view(t, func(tx *store.Tx) error {
		rows, err := tx.LaneHead(f.ctx, lane, 10)
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return err
	})
	return ids
}

// testSequenceIsCommitOrder writes to few lanes at once, and reads all the
// while: a reader must never see a number whose predecessor is still missing.
func testSequenceIsCommitOrder(t *testing.T, f fixture) {
	const lanes, writers, each = 3, 12, 20
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				lane := fmt.Sprintf("bot:b:%d", rand.N(lanes))
				err := f.Update(f.ctx, func(tx *store.Tx) error {
					if err := tx.Enqueue(f.ctx, f.delivery(tx, lane)); err != nil {
						return err
					}
					for range rand.N(20) {
						runtime.Gosched() // hold the transaction open a little
					}
					return nil
				})
				if err != nil {
					t.Errorf("Update = %v", err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		f.view(t, func(tx *store.Tx) error {
			for i := range lanes {
				rows, err := tx.LaneHead(f.ctx, fmt.Sprintf("bot:b:%d", i), 1000)
				if err != nil {
					return err
				}
				for n, row := range rows {
					if row.Seq != int64(n+1) {
						return fmt.Errorf("place %d of the lane holds number %d", n+1, row.Seq)
					}
				}
			}
			return nil
		})
	}
}

func testLanesAdvance(t *testing.T, f fixture) {
	a, b, c := f.enqueue(t, "l"), f.enqueue(t, "l"), f.enqueue(t, "l")
	if !a.Head || b.Head || c.Head {
		t.Errorf("heads are %v, %v, %v; want only the first", a.Head, b.Head, c.Head)
	}
	other := f.enqueue(t, "other")
	f.view(t, func(tx *store.Tx) error {
		heads, _, err := tx.PendingLanes(f.ctx, 10, "")
		if len(heads) != 2 || heads[0].ID != a.ID || heads[1].ID != other.ID {
			t.Errorf("pending lanes = %+v, want the heads of both", heads)
		}
		return err
	})
	next := f.finish(t, a, store.DeliveryDelivered)
	if len(next) != 2 || next[0].ID != b.ID || !next[0].Head || next[1].ID != c.ID || string(next[0].Body) != `{"a":1}` {
		t.Errorf("FinishDelivery = %+v, want the two that follow", next)
	}
	f.finish(t, b, store.DeliveryDead)
	if next := f.finish(t, c, store.DeliveryDelivered); len(next) != 0 {
		t.Errorf("FinishDelivery = %+v, want the end of the lane", next)
	}
	if d := f.enqueue(t, "l"); !d.Head || d.Seq != 4 {
		t.Errorf("the next is number %d, head %v; want 4, head", d.Seq, d.Head)
	}
}

func testHeld(t *testing.T, f fixture) {
	a, b := f.enqueue(t, "l"), f.enqueue(t, "l")
	if next := f.finish(t, a, store.DeliveryHeld); len(next) != 0 {
		t.Errorf("FinishDelivery = %+v, want a blocked lane", next)
	}
	if got := f.head(t, "l"); len(got) != 0 {
		t.Errorf("the lane's head is %v, want none", got)
	}
	f.update(t, func(tx *store.Tx) error {
		d, err := tx.ReplayDelivery(f.ctx, a.ID)
		if err == nil && (!d.Head || d.Seq != 1) {
			t.Errorf("replayed = number %d, head %v; want its old place", d.Seq, d.Head)
		}
		return err
	})
	if got := f.head(t, "l"); len(got) != 2 || got[0] != a.ID {
		t.Errorf("the lane holds %v, want both in order", got)
	}
	f.finish(t, a, store.DeliveryHeld)
	f.update(t, func(tx *store.Tx) error { return tx.DiscardDelivery(f.ctx, a.ID) })
	if got := f.head(t, "l"); len(got) != 1 || got[0] != b.ID {
		t.Errorf("the lane holds %v, want what follows", got)
	}
}

func testReplay(t *testing.T, f fixture) {
	a := f.enqueue(t, "l")
	err := f.Update(f.ctx, func(tx *store.Tx) error {
		_, err := tx.ReplayDelivery(f.ctx, a.ID)
		return err
	})
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("ReplayDelivery of a pending one = %v, want ErrConflict", err)
	}
	f.finish(t, a, store.DeliveryDead)
	b := f.enqueue(t, "l")
	f.update(t, func(tx *store.Tx) error {
		d, err := tx.ReplayDelivery(f.ctx, a.ID)
		if err == nil && (d.ID != a.ID || d.Seq != 3 || d.Head) {
			t.Errorf("replayed = %s, number %d, head %v; want the same id at the end", d.ID, d.Seq, d.Head)
		}
		return err
	})
	if got := f.head(t, "l"); len(got) != 2 || got[0] != b.ID || got[1] != a.ID {
		t.Errorf("the lane holds %v, want the replayed one last", got)
	}
}

func testHasten(t *testing.T, f fixture) {
	var of []store.Delivery
	f.update(t, func(tx *store.Tx) error {
		of = nil
		for i, installation := range []string{"one", "two", "three", "one"} {
			d := f.delivery(tx, fmt.Sprint("l", i))
			d.Target, d.InstallationID, d.NextAt = store.TargetInstallation, installation, tx.Now().Add(time.Hour)
			if i == 3 {
				d.Target = store.TargetBot // what one caused, for the bot
			}
			of = append(of, *d)
			if err := tx.Enqueue(f.ctx, d); err != nil {
				return err
			}
			if d.Attempts = 1; installation == "two" {
				d.Attempts = 0
			}
			if err := tx.RetryDelivery(f.ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	due := func() (list []bool) {
		f.view(t, func(tx *store.Tx) error {
			list = nil
			for _, d := range of {
				row, err := tx.Delivery(f.ctx, d.ID)
				if err != nil {
					return err
				}
				list = append(list, !row.NextAt.After(tx.Now()))
			}
			return nil
		})
		return list
	}
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprint("other", i)
	}
	for _, c := range []struct {
		target string
		ids    []string
		want   []bool
	}{
		{store.TargetInstallation, nil, []bool{false, false, false, false}},
		{store.TargetBot, []string{"one", "bot_2"}, []bool{false, false, false, false}},
		{store.TargetInstallation, append(many, "one", "two"), []bool{true, false, false, false}},
		{store.TargetBot, []string{"bot_1"}, []bool{true, false, false, true}},
	} {
		f.update(t, func(tx *store.Tx) error { return tx.Hasten(f.ctx, c.target, c.ids...) })
		if got := due(); !slices.Equal(got, c.want) {
			t.Errorf("after Hasten(%s, %d ids) what is due is %v, want %v", c.target, len(c.ids), got, c.want)
		}
	}
}
