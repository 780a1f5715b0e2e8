package delivery_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// A replay begins anew what may be tried; the attempts' numbers go on, so that
// a target knows that there were earlier ones.
func TestReplayCountsOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{Schedule: by(delivery.Schedule{MaxAttempts: 2, FirstInterval: time.Second, MaxInterval: time.Second})}, func(context.Context, *store.Delivery) error {
			return errors.New("down")
		})
		b.enqueue("l", "a")
		pass(time.Minute)
		want(t, b.target.seen(), "a/1", "a/2")
		for range 2 {
			b.replay("a")
			pass(time.Minute)
		}
		want(t, b.target.seen(), "a/1", "a/2", "a/3", "a/4", "a/5", "a/6")
		if d := b.row("a"); d.State != store.DeliveryDead || d.Attempts != 6 || len(d.Log) != 6 || d.Log[5].Number != 6 {
			t.Errorf("in the end %+v", d)
		}
	})
}

// What was discarded after failed attempts begins anew too when it is replayed.
func TestReplayOfDiscardedBeginsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := delivery.Config{Schedule: by(delivery.Schedule{MaxAttempts: 3, FirstInterval: time.Hour, MaxInterval: time.Hour})}
		b := setup(t, cfg, func(_ context.Context, d *store.Delivery) error {
			if d.Attempts < 4 {
				return errors.New("down")
			}
			return nil
		})
		b.enqueue("l", "a")
		pass(2 * time.Hour)
		b.discard("a")
		if d := b.row("a"); d.State != store.DeliveryDiscarded || d.Attempts < 2 {
			t.Fatalf("discarded: %+v", d)
		}
		b.replay("a")
		pass(4 * time.Hour)
		if d := b.row("a"); d.State != store.DeliveryDelivered || d.Attempts != 4 {
			t.Errorf("after the replay %+v, want it delivered at attempt 4", d)
		}
	})
}
