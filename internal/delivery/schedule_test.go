package delivery_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// downUntil is a Deliverer's function: nothing answers until a time.
func downUntil(back time.Time) func(context.Context, *store.Delivery) error {
	return func(context.Context, *store.Delivery) error {
		if time.Now().Before(back) {
			return errors.New("connection refused")
		}
		return nil
	}
}

// What is for a target that is down for a night is delivered within minutes of
// its return, also by a process that was started meanwhile.
func TestDeliveriesOutlastANight(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"in one process": false, "through a restart": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := delivery.Config{}
				night := 11 * time.Hour
				b := setup(t, cfg, downUntil(time.Now().Add(night)))
				b.enqueue("quiet", "a")
				b.enqueue("quiet", "b")
				pass(night - time.Minute)
				if d := b.row("a"); d.State != store.DeliveryPending || len(d.Log) > 50 {
					t.Fatalf("during the night a is %s with a log of %d", d.State, len(d.Log))
				}
				if restart {
					b.stop()
					cfg.Store, cfg.Deliverer = b.store, b.target
					b.run(cfg)
				}
				pass(4 * time.Minute)
				for _, id := range []string{"a", "b"} {
					if d := b.row(id); d.State != store.DeliveryDelivered {
						t.Errorf("%s is %s three minutes after the target's return: %s", id, d.State, d.LastError)
					}
				}
			})
		})
	}
}

// A delivery is given up two days after its first attempt, and says so; its log
// has its first attempt still.
func TestDeliveryIsGivenUpAfterTwoDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := setup(t, delivery.Config{}, downUntil(start.Add(1000*time.Hour)))
		b.enqueue("l", "a")
		pass(47 * time.Hour)
		if d := b.row("a"); d.State != store.DeliveryPending {
			t.Fatalf("after 47 hours a is %s: %s", d.State, d.LastError)
		}
		pass(3 * time.Hour)
		d := b.row("a")
		if d.State != store.DeliveryDead || !strings.Contains(d.LastError, "its time of 48h0m0s is over") {
			t.Errorf("after 50 hours a is %s: %s", d.State, d.LastError)
		}
		if first := d.Log[0]; first.Number != 1 || len(d.Log) > 50 {
			t.Errorf("the log has %d attempts, the first with number %d", len(d.Log), first.Number)
		}
	})
}

// A delivery that its target fails at again and again does not hold its lane
// for days, though others are delivered.
func TestFaultsAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			if d.ID == "poison" {
				return &delivery.Failure{Err: errors.New("panic"), Fault: true}
			}
			return nil
		})
		b.enqueue("l", "poison")
		b.enqueue("l", "next")
		pass(6 * time.Hour)
		if d := b.row("poison"); d.State != store.DeliveryDead || d.Attempts != 15 || !strings.Contains(d.LastError, "failed at it 15 times") {
			t.Errorf("poison is %s after %d attempts: %s", d.State, d.Attempts, d.LastError)
		}
		if d := b.row("next"); d.State != store.DeliveryDelivered {
			t.Errorf("next is %s", d.State)
		}
	})
}

// Probes of an open circuit do not use up the attempts of a delivery.
func TestProbesDoNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{Schedule: by(delivery.Schedule{MaxAttempts: 30})}, downUntil(time.Now().Add(time.Hour)))
		b.enqueue("l", "a")
		pass(2 * time.Hour)
		if d := b.row("a"); d.State != store.DeliveryDelivered {
			t.Errorf("a is %s after %d attempts, want it delivered: %s", d.State, d.Attempts, d.LastError)
		}
	})
}

// When a target answers again, everything that waits for it is attempted at
// once, but for what the target asked to wait with.
func TestRecoveryEndsBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			switch {
			case strings.HasPrefix(d.ID, "asked") && d.Attempts == 1:
				return delivery.RetryAfter(20*time.Hour, errors.New("busy"))
			case !up.Load():
				return errors.New("connection refused")
			}
			return nil
		})
		b.enqueueMany("asked", 1)
		b.enqueueMany("bot", 300)
		pass(8 * time.Hour)
		up.Store(true)
		pass(2 * time.Minute)
		if n := b.delivered("bot"); n != 300 {
			t.Errorf("%d of 300 are delivered two minutes after the target's return", n)
		}
		if n := b.delivered("asked"); n != 0 {
			t.Error("what a target asked to wait with is delivered before its time")
		}
		pass(13 * time.Hour)
		if n := b.delivered("asked"); n != 1 {
			t.Error("what a target asked to wait with is not delivered in its time")
		}
	})
}

// A probe that hangs does not keep its target's other lanes from finding that
// it is back.
func TestHangingProbeIsNotTheOnlyOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		b := setup(t, delivery.Config{AttemptTimeout: 3 * time.Hour, BreakAfter: 2}, func(ctx context.Context, d *store.Delivery) error {
			if !up.Load() {
				return errors.New("connection refused")
			}
			if d.ID == "bot-0" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		b.enqueueMany("bot", 2)
		pass(time.Hour)
		up.Store(true)
		pass(5 * time.Minute)
		if d := b.row("bot-1"); d.State != store.DeliveryDelivered {
			t.Errorf("bot-1 is %s while the probe of another lane hangs", d.State)
		}
	})
}
