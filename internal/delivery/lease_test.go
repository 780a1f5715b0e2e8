package delivery_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// holding answers the first attempts of delivery "a" with a lease.
func holding(lease time.Duration, attempts int) func(context.Context, *store.Delivery) error {
	return func(_ context.Context, d *store.Delivery) error {
		if d.ID == "a" && d.Attempts <= attempts {
			return delivery.Leased(lease)
		}
		return nil
	}
}

func (b *bench) renew(attempt int, lease time.Duration) (delivery.Renewal, error) {
	return b.dispatcher.Renew(b.t.Context(), b.row("a"), attempt, lease)
}

func stale(t *testing.T, what string, err error) {
	t.Helper()
	if !platform.IsType(err, platform.TypeRelationConflict) {
		t.Errorf("%s: %v, want a RelationConflict", what, err)
	}
}

func TestLaneWaitsForTheEndOfALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{AttemptTimeout: time.Hour}, holding(30*time.Second, 1))
		b.enqueue("lane", "a")
		b.enqueue("lane", "b")
		for range 10 {
			pass(20 * time.Second)
			r, err := b.renew(1, 30*time.Second)
			if err != nil || r.Cancelled != "" || !r.Until.After(time.Now()) {
				t.Fatalf("Renew = %+v, %v", r, err)
			}
		}
		want(t, b.target.seen(), "a/1")
		row, err := b.dispatcher.EndLease(t.Context(), "a", 1, nil)
		if err != nil || row.State != store.DeliveryDelivered {
			t.Fatalf("EndLease = %+v, %v", row, err)
		}
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "b/1")
		if d := b.row("a"); d.State != store.DeliveryDelivered || d.LeasedAt != nil || len(d.Log) != 1 || d.Log[0].Millis != 200_000 {
			t.Errorf("the delivery is %+v", d)
		}
		_, err = b.dispatcher.EndLease(t.Context(), "a", 1, nil)
		stale(t, "a second end", err)
	})
}

func TestLeaseThatIsNotRenewedEndsTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{AttemptTimeout: time.Hour}, holding(30*time.Second, 2))
		b.enqueue("lane", "a")
		b.enqueue("lane", "b")
		pass(29 * time.Second)
		want(t, b.target.seen(), "a/1")
		pass(4 * time.Second)
		want(t, b.target.seen(), "a/1", "a/2")
		_, err := b.renew(1, time.Minute)
		stale(t, "a renewal of the attempt that is over", err)
		_, err = b.dispatcher.EndLease(t.Context(), "a", 1, nil)
		stale(t, "an end of the attempt that is over", err)
		if err == nil || !strings.Contains(err.Error(), "attempt 2 is the latest one") {
			t.Errorf("the refusal does not say why: %v", err)
		}
		if _, err := b.dispatcher.EndLease(t.Context(), "a", 2, nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "b/1")
		if d := b.row("a"); len(d.Log) != 2 || d.Log[0].Outcome != store.OutcomeRetry || d.Log[1].Outcome != store.DeliveryDelivered {
			t.Errorf("the attempts are %+v", d.Log)
		}
	})
}

func TestLeaseOutlivesARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{AttemptTimeout: time.Hour}, holding(30*time.Second, 1))
		b.enqueue("lane", "a")
		b.enqueue("lane", "b")
		synctest.Wait()
		b.stop()
		pass(40 * time.Second) // the lease has ended, but nobody could renew it
		b.run(delivery.Config{Store: b.store, Deliverer: b.target, AttemptTimeout: time.Hour})
		pass(50 * time.Second)
		want(t, b.target.seen(), "a/1")
		if _, err := b.renew(1, 30*time.Second); err != nil {
			t.Fatal(err)
		}
		pass(25 * time.Second)
		want(t, b.target.seen(), "a/1")
		pass(10 * time.Second)
		want(t, b.target.seen(), "a/1", "a/2", "b/1")
	})
}

func TestLeaseDoesNotOutlastTheTurnLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := func(context.Context, *store.Delivery) time.Duration { return time.Minute }
		b := setup(t, delivery.Config{Limit: limit}, holding(50*time.Second, 1))
		b.enqueue("lane", "a")
		start := time.Now()
		pass(40 * time.Second)
		if r, err := b.renew(1, 50*time.Second); err != nil || r.Until.Sub(start) > time.Minute {
			t.Errorf("Renew = %+v, %v, want an end within a minute of the start", r, err)
		}
		pass(25 * time.Second)
		want(t, b.target.seen(), "a/1", "a/2")
		if log := b.row("a").Log; !strings.Contains(log[0].Error, "no end within 1m0s") {
			t.Errorf("the attempt's error is %q", log[0].Error)
		}
	})
}

func TestFailureUnderALeaseIsRetriedOrFinal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{AttemptTimeout: time.Hour}, holding(time.Hour, 2))
		b.enqueue("lane", "a")
		b.enqueue("lane", "b")
		synctest.Wait()
		later := &delivery.Failure{Err: errors.New("not now"), After: 10 * time.Minute}
		if row, err := b.dispatcher.EndLease(t.Context(), "a", 1, later); err != nil || row.State != store.DeliveryPending {
			t.Fatalf("EndLease = %+v, %v", row, err)
		}
		pass(9 * time.Minute)
		want(t, b.target.seen(), "a/1")
		pass(2 * time.Minute)
		want(t, b.target.seen(), "a/1", "a/2")
		if row, err := b.dispatcher.EndLease(t.Context(), "a", 2, delivery.Dead(errors.New("never"))); err != nil || row.State != store.DeliveryDead {
			t.Fatalf("EndLease = %+v, %v", row, err)
		}
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "b/1")
	})
}

// The holder may be done before the lease is durable.
func TestEndOfALeaseWaitsUntilItIsGranted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answered := make(chan struct{})
		b := setup(t, delivery.Config{}, func(context.Context, *store.Delivery) error {
			<-answered
			return delivery.Leased(time.Minute)
		})
		b.enqueue("lane", "a")
		synctest.Wait()
		ended := make(chan error, 1)
		go func() {
			_, err := b.dispatcher.EndLease(t.Context(), "a", 1, nil)
			ended <- err
		}()
		synctest.Wait()
		close(answered)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if d := b.row("a"); d.State != store.DeliveryDelivered {
			t.Errorf("the delivery is %s", d.State)
		}
	})
}

func TestHolderOfACancelledLeaseLearnsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{}, holding(time.Minute, 1))
		b.enqueue("lane", "a")
		b.enqueue("lane", "b")
		pass(5 * time.Second)
		b.cancel("a")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "b/1")
		if d := b.row("a"); d.State != store.DeliveryDiscarded || d.Attempts != 1 || len(d.Log) != 1 || d.Log[0].Outcome != store.OutcomeCancelled {
			t.Errorf("the delivery is %+v", d)
		}
		if r, err := b.renew(1, time.Minute); err != nil || r.Cancelled != "stop" {
			t.Errorf("Renew = %+v, %v, want it cancelled", r, err)
		}
		err := b.store.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ReplayDelivery(t.Context(), "a")
			return err
		})
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("a replay while the holder may still run = %v, want a conflict", err)
		}
		// It was faster than the cancellation: what it did is recorded.
		if _, err := b.dispatcher.EndLease(t.Context(), "a", 1, nil); err != nil {
			t.Fatal(err)
		}
		if d := b.row("a"); d.State != store.DeliveryDelivered || len(d.Log) != 1 || d.Log[0].Outcome != store.DeliveryDelivered {
			t.Errorf("the delivery is %+v", d)
		}
	})
}

// cancel does what the operation does.
func (b *bench) cancel(id string) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.CancelDelivery(ctx, id, "stop")
		if err == nil {
			tx.OnCommit(func() {
				b.dispatcher.Cancel(id, "stop")
				b.dispatcher.Notify(*row)
			})
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
