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

func TestCancelEndsTheAttemptUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{}, func(ctx context.Context, d *store.Delivery) error {
			if d.ID != "a" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})
		b.enqueue("lane", "a")
		b.enqueue("lane", "b")
		pass(3 * time.Second)
		b.cancel("a")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "b/1")
		d := b.row("a")
		if d.State != store.DeliveryDiscarded || d.Attempts != 1 || len(d.Log) != 1 {
			t.Fatalf("the delivery is %+v", d)
		}
		if a := d.Log[0]; a.Outcome != store.OutcomeCancelled || a.Error != "stop" || a.Millis != 3000 {
			t.Errorf("its attempt is %+v", a)
		}
	})
}

// A delivery that is discarded while it is attempted: what comes of the attempt
// is recorded as it was.
func TestOutcomeOfADiscardedDeliveryIsRecorded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		err   error
		state string
		log   string
	}{
		{"taken", nil, store.DeliveryDelivered, store.DeliveryDelivered},
		{"failed", errors.New("not now"), store.DeliveryDiscarded, store.OutcomeRetry},
		{"refused", delivery.Dead(errors.New("never")), store.DeliveryDiscarded, store.DeliveryDead},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				answer := make(chan struct{})
				b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
					if d.ID != "a" {
						return nil
					}
					<-answer
					return c.err
				})
				b.enqueue("lane", "a")
				b.enqueue("lane", "b")
				synctest.Wait()
				ctx := t.Context()
				if err := b.store.Update(ctx, func(tx *store.Tx) error { return tx.DiscardDelivery(ctx, "a") }); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				want(t, b.target.seen(), "a/1") // the next one waits for the end of the attempt
				close(answer)
				synctest.Wait()
				want(t, b.target.seen(), "a/1", "b/1")
				if d := b.row("a"); d.State != c.state || d.Attempts != 1 || len(d.Log) != 1 || d.Log[0].Outcome != c.log {
					t.Errorf("the delivery is %+v, want %s with an attempt %s", d, c.state, c.log)
				}
			})
		})
	}
}

// A call that was given up at the limit and still runs keeps its lane, and no
// worker, until it has really ended.
func TestNoAttemptBeforeTheEarlierCallHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		b := setup(t, delivery.Config{Workers: 1, AttemptTimeout: time.Minute}, func(ctx context.Context, d *store.Delivery) error {
			if d.ID == "a" && d.Attempts == 1 {
				<-ctx.Done()
				return &delivery.Failure{Err: context.Cause(ctx), Ended: ended}
			}
			return nil
		})
		b.enqueue("lane", "a")
		pass(time.Hour)
		b.enqueue("other", "x")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "x/1")
		if log := b.row("a").Log; len(log) != 1 || log[0].Error != "no answer within 1m0s" {
			t.Errorf("its attempts are %+v", log)
		}
		close(ended)
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "x/1", "a/2")
	})
}
