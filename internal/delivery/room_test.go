package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// enqueueMany adds one delivery to each of n lanes of a bot, in one
// transaction.
func (b *bench) enqueueMany(bot string, n int) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		for i := range n {
			d := &store.Delivery{ID: fmt.Sprintf("%s-%d", bot, i), Lane: fmt.Sprintf("%s:%d", bot, i), Target: store.TargetBot, BotID: bot, Body: []byte("{}")}
			if err := tx.Enqueue(ctx, d); err != nil {
				return err
			}
			tx.OnCommit(func() { b.dispatcher.Notify(*d) })
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// delivered counts the deliveries to a bot that were.
func (b *bench) delivered(bot string) (n int) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.View(ctx, func(tx *store.Tx) error {
		n = 0
		for page := (store.Page{Limit: 500}); ; {
			list, next, err := tx.Deliveries(ctx, store.DeliveryFilter{BotID: bot, State: store.DeliveryDelivered}, page)
			n += len(list)
			if err != nil || next == "" {
				return err
			}
			page.After = next
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// deadTargets is a Deliverer's function: what is for a bot named dead… fails.
func deadTargets(_ context.Context, d *store.Delivery) error {
	if strings.HasPrefix(d.BotID, "dead") {
		return delivery.RetryAfter(6*time.Hour, errors.New("down"))
	}
	return nil
}

// A dead target's lanes, more than memory holds, keep no others out, nor
// after a restart, when they are the first in the store.
func TestDeadTargetStarvesNobody(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]delivery.Config{
		"in back-off": {MaxLanes: 200, BreakAfter: 1 << 30},
		"at rest":     {MaxLanes: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setup(t, cfg, deadTargets)
				b.enqueueMany("dead1", 300)
				b.enqueueMany("dead2", 300)
				pass(time.Minute)
				b.enqueueMany("alive1", 1)
				b.enqueueMany("alive2", 20)
				synctest.Wait()
				if one, two := b.delivered("alive1"), b.delivered("alive2"); one != 1 || two != 20 {
					t.Errorf("%d and %d are delivered to those that live, want 1 and 20, at once", one, two)
				}
				b.stop()
				b.enqueueMany("alive3", 1)
				cfg.Store, cfg.Deliverer = b.store, b.target
				b.run(cfg)
				synctest.Wait()
				if n := b.delivered("alive3"); n != 1 {
					t.Error("nothing is delivered after a restart to a target that lives")
				}
			})
		})
	}
}

// A burst for one target goes out though dead ones fill memory, and the dead
// ones lose nothing: they are tried again, and get everything once they live.
func TestDeadTargetsComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mended := false
		cfg := delivery.Config{MaxLanes: 100, Schedule: by(delivery.Schedule{MaxAttempts: 1 << 30})}
		b := setup(t, cfg, func(ctx context.Context, d *store.Delivery) error {
			if mended {
				return nil
			}
			return deadTargets(ctx, d)
		})
		b.enqueueMany("dead1", 300)
		b.enqueueMany("dead2", 300)
		pass(time.Minute)
		b.enqueueMany("burst", 400)
		pass(5 * time.Minute)
		if n := b.delivered("burst"); n != 400 {
			t.Errorf("%d of the burst are delivered, want all 400", n)
		}
		mended = true
		b.wake("dead1", "dead2")
		pass(5 * time.Minute)
		if one, two := b.delivered("dead1"), b.delivered("dead2"); one != 300 || two != 300 {
			t.Errorf("%d and %d are delivered to those that were dead, want 300 each", one, two)
		}
	})
}

// Bodies that are not held for lanes that wait are read when their turn comes.
func TestBodiesInMemoryAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{MaxBytes: 5, Workers: 1}, func(_ context.Context, d *store.Delivery) error {
			pass(time.Second)
			if string(d.Body) != "{}" {
				return delivery.Dead(fmt.Errorf("the body is %q", d.Body))
			}
			return nil
		})
		for i := range 20 {
			b.enqueue(fmt.Sprint("l", i%10), fmt.Sprint("d", i))
		}
		pass(time.Minute)
		for i := range 20 {
			if d := b.row(fmt.Sprint("d", i)); d.State != store.DeliveryDelivered {
				t.Errorf("%s is %s: %s", d.ID, d.State, d.LastError)
			}
		}
	})
}

// Conversations of one target that wait for long, more than memory holds, do
// not keep out its others.
func TestSleepingLanesGiveWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := delivery.Config{MaxLanes: 100, BreakAfter: 1 << 30}
		b := setup(t, cfg, func(_ context.Context, d *store.Delivery) error {
			if !strings.HasPrefix(d.ID, "fresh") {
				return delivery.RetryAfter(6*time.Hour, errors.New("this one cannot be reached"))
			}
			return nil
		})
		b.enqueueMany("bot", 100)
		synctest.Wait()
		ctx := context.Background()
		err := b.store.Update(ctx, func(tx *store.Tx) error {
			d := &store.Delivery{ID: "fresh", Lane: "fresh", Target: store.TargetBot, BotID: "bot", Body: []byte("{}")}
			tx.OnCommit(func() { b.dispatcher.Notify(*d) })
			return tx.Enqueue(ctx, d)
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if d := b.row("fresh"); d.State != store.DeliveryDelivered {
			t.Errorf("fresh is %s, want it delivered at once", d.State)
		}
		pass(7 * time.Hour)
		for i := range 100 {
			if d := b.row(fmt.Sprint("bot-", i)); d.Attempts != 2 {
				t.Errorf("%s had %d attempts, want 2: nothing that gave way is forgotten", d.ID, d.Attempts)
			}
		}
	})
}
