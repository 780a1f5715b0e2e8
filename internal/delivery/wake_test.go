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

// wake does what whoever mends a bot does.
func (b *bench) wake(bots ...string) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		tx.OnCommit(func() { b.dispatcher.Wake(store.TargetBot, bots...) })
		return tx.Hasten(ctx, store.TargetBot, bots...)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// A target that was mended gets at once what waits in back-off, or for as long
// as it asked for; others wait on.
func TestWakeEndsBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := true
		b := setup(t, delivery.Config{}, func(context.Context, *store.Delivery) error {
			if broken {
				return delivery.RetryAfter(time.Hour, errors.New("broken"))
			}
			return nil
		})
		b.enqueue("mended", "a")
		b.enqueue("mended", "b")
		b.enqueue("other", "o")
		synctest.Wait()
		broken = false
		b.wake("mended", "unknown")
		synctest.Wait()
		if d := b.row("b"); d.State != store.DeliveryDelivered {
			t.Errorf("b is %s, want it delivered after a, at once: %q", d.State, b.target.seen())
		}
		if d := b.row("o"); d.State != store.DeliveryPending || d.Attempts != 1 {
			t.Errorf("o is %s after %d attempts, want it to wait: its target was not mended", d.State, d.Attempts)
		}
		pass(2 * time.Hour)
		if d := b.row("o"); d.State != store.DeliveryDelivered {
			t.Errorf("o is %s in the end", d.State)
		}
	})
}

// A mended target rests no longer, and starts without a record.
func TestWakeEndsRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := true
		cfg := delivery.Config{BreakAfter: 2, RestFor: time.Minute, Schedule: by(delivery.Schedule{FirstInterval: time.Second, MaxInterval: time.Second})}
		b := setup(t, cfg, func(context.Context, *store.Delivery) error {
			if broken {
				return errors.New("broken")
			}
			return nil
		})
		b.enqueue("l", "a")
		pass(10 * time.Second)
		want(t, b.target.seen(), "a/1", "a/2") // it rests
		b.wake("l")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "a/3")
		pass(10 * time.Second)
		want(t, b.target.seen(), "a/1", "a/2", "a/3", "a/4") // and rests again, only then
		broken = false
		b.wake("l")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "a/3", "a/4", "a/5")
	})
}

// An attempt that was under way when its target was mended may fail at the
// code before: it is made again at once, and not held against the target.
func TestWakeMeetsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		under, answer := make(chan struct{}), make(chan error)
		b := setup(t, delivery.Config{BreakAfter: 1, RestFor: time.Minute}, func(_ context.Context, d *store.Delivery) error {
			if d.Attempts > 1 {
				return nil
			}
			close(under)
			return <-answer
		})
		b.enqueue("l", "a")
		<-under
		b.wake("l")
		synctest.Wait()
		answer <- delivery.RetryAfter(time.Hour, errors.New("the code before"))
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2")
		if d := b.row("a"); d.State != store.DeliveryDelivered {
			t.Errorf("a is %s, want it delivered at once", d.State)
		}
	})
}

// What was mended is due past a restart too: the store knows.
func TestWakeOutlivesARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := delivery.Config{}
		b := setup(t, cfg, func(_ context.Context, d *store.Delivery) error {
			if d.Attempts == 1 {
				return delivery.RetryAfter(time.Hour, errors.New("broken"))
			}
			return nil
		})
		b.enqueue("l", "a")
		synctest.Wait()
		b.stop()
		b.wake("l")
		cfg.Store, cfg.Deliverer = b.store, b.target
		b.run(cfg)
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2")
	})
}

// A lane that is read from the store while its target is mended does not sleep
// as it was read.
func TestWakeMeetsAReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			if d.Attempts == 1 {
				return delivery.RetryAfter(time.Hour, errors.New("broken"))
			}
			return nil
		})
		b.enqueue("l", "a")
		synctest.Wait()
		b.stop()
		read, goOn := make(chan struct{}), make(chan struct{})
		first := true
		b.run(delivery.Config{Store: b.store, Deliverer: b.target, Pause: func(context.Context, *store.Delivery) error {
			if first { // of the reading
				first = false
				close(read)
				<-goOn
			}
			return nil
		}})
		<-read
		b.wake("l")
		synctest.Wait()
		close(goOn)
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2")
	})
}

// A delivery that is discarded while an attempt at it fails is not attempted
// again, and what follows does not wait.
func TestDiscardMeetsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		under, answer := make(chan struct{}), make(chan error)
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			if d.ID == "b" {
				return nil
			}
			close(under)
			return <-answer
		})
		b.enqueue("l", "a")
		<-under
		b.enqueue("l", "b")
		ctx := context.Background()
		err := b.store.Update(ctx, func(tx *store.Tx) error {
			tx.OnCommit(func() { b.dispatcher.Notify(store.Delivery{ID: "a", Lane: "l", State: store.DeliveryDiscarded}) })
			return tx.DiscardDelivery(ctx, "a")
		})
		if err != nil {
			t.Fatal(err)
		}
		answer <- delivery.RetryAfter(time.Hour, errors.New("down"))
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "b/1")
	})
}

// A delivery that was read from the store, and is told of only while it is
// attempted, is not attempted again.
func TestNotifyComesAfterTheReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		under, answer := make(chan struct{}), make(chan error)
		b := setup(t, delivery.Config{}, func(context.Context, *store.Delivery) error {
			close(under)
			return <-answer
		})
		b.enqueue("l", "a")
		<-under
		row := *b.row("a")
		row.Head = true
		b.dispatcher.Notify(row)
		answer <- nil
		synctest.Wait()
		want(t, b.target.seen(), "a/1")
	})
}
