package delivery_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// A message at which the target hangs each time, or dies under its lease each
// time, is given up after a number of attempts: what follows in its lane is not
// held for as long as the schedule lasts.
func TestMessageThatIsNeverAnsweredFreesItsLane(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context) error{
		"hangs": func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		},
		"dies under its lease":  func(context.Context) error { return delivery.Leased(time.Minute) },
		"renews without an end": func(context.Context) error { return delivery.Leased(24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := delivery.Config{AttemptTimeout: 15 * time.Minute, Schedule: by(delivery.Schedule{FaultAttempts: 3})}
				b := setup(t, cfg, func(ctx context.Context, d *store.Delivery) error {
					if d.ID == "a" {
						return end(ctx)
					}
					return nil
				})
				b.enqueue("lane", "a")
				b.enqueue("lane", "b")
				pass(2 * time.Hour)
				want(t, b.target.seen(), "a/1", "a/2", "a/3", "b/1")
				b.states(store.DeliveryDead, "a")
			})
		})
	}
}

// A target that hangs at everything is away for its circuit all the same.
func TestHangingTargetOpensTheCircuit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := delivery.Config{AttemptTimeout: time.Minute, BreakAfter: 2, RestFor: time.Minute}
		b := setup(t, cfg, func(ctx context.Context, _ *store.Delivery) error {
			<-ctx.Done()
			return ctx.Err()
		})
		b.tell("", "lane a", "a")
		b.tell("", "lane b", "b")
		pass(time.Minute + time.Second)
		b.tell("", "lane c", "c")
		pass(time.Second)
		want(t, b.target.seen(), "a/1", "b/1")
	})
}
