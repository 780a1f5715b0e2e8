package delivery_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// What is paused waits without attempts and without memory, past a restart,
// until Wake; other lanes go on, though there be no room for all.
func TestPausedDeliveriesWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var off atomic.Bool
		off.Store(true)
		cfg := delivery.Config{MaxLanes: 2, Pause: func(_ context.Context, d *store.Delivery) error {
			if off.Load() && d.BotID != "open" {
				return errors.New("switched off")
			}
			return nil
		}}
		b := setup(t, cfg, func(context.Context, *store.Delivery) error { return nil })
		for _, lane := range []string{"p1", "p2", "p3"} {
			b.enqueue(lane, lane+"-1")
			b.enqueue(lane, lane+"-2")
		}
		b.enqueue("open", "o1")
		synctest.Wait()
		want(t, b.target.seen(), "o1/1")
		if row := b.row("p1-1"); row.State != store.DeliveryPending || row.Attempts != 0 || row.LastError != "switched off" || len(row.Log) != 0 {
			t.Errorf("what waits is %+v", row)
		}
		<-time.After(24 * time.Hour)
		b.stop()
		cfg.Store, cfg.Deliverer = b.store, b.target
		b.run(cfg)
		b.enqueue("open", "o2")
		synctest.Wait()
		want(t, b.target.seen(), "o1/1", "o2/1")
		off.Store(false)
		b.wake("p1", "p2", "p3")
		synctest.Wait()
		if got := b.target.seen(); len(got) != 8 {
			t.Errorf("after Wake the attempts are %q, want all eight", got)
		}
		for _, id := range []string{"p1-1", "p1-2", "p2-1", "p2-2", "p3-1", "p3-2"} {
			if row := b.row(id); row.State != store.DeliveryDelivered || row.LastError != "" {
				t.Errorf("%s is then %+v", id, row)
			}
		}
	})
}

// Wake while a lane is found to wait is not missed.
func TestWakeMeetsALaneThatIsAboutToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, answer := make(chan struct{}), make(chan error)
		first := true
		cfg := delivery.Config{Pause: func(context.Context, *store.Delivery) error {
			if !first {
				return nil
			}
			first = false
			close(asked)
			return <-answer
		}}
		b := setup(t, cfg, func(context.Context, *store.Delivery) error { return nil })
		synctest.Wait()
		b.enqueue("lane", "a")
		<-asked
		b.wake("lane")
		synctest.Wait()
		answer <- errors.New("switched off a moment ago")
		synctest.Wait()
		want(t, b.target.seen(), "a/1")
	})
}

// What is delivered while the pending lanes are read is not delivered again.
func TestReadingMeetsADelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{}, func(context.Context, *store.Delivery) error { return nil })
		synctest.Wait()
		b.stop()
		b.enqueue("lane", "a")
		asked, answer := make(chan struct{}), make(chan struct{})
		var calls atomic.Int32
		b.run(delivery.Config{Store: b.store, Deliverer: b.target, Pause: func(context.Context, *store.Delivery) error {
			if calls.Add(1) == 1 { // of the reading
				close(asked)
				<-answer
			}
			return nil
		}})
		<-asked
		row := *b.row("a")
		row.Head = true
		b.dispatcher.Notify(row)
		synctest.Wait()
		want(t, b.target.seen(), "a/1")
		close(answer)
		synctest.Wait()
		want(t, b.target.seen(), "a/1")
	})
}
