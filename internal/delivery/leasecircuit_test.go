package delivery_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Code that takes leases and dies under them, or reports that it cannot go on, is
// away as code that gives no answer is: the circuit opens, and what comes then is
// not attempted.
func TestFailuresUnderALeaseOpenTheCircuit(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*bench, string){
		"not renewed": func(*bench, string) { pass(11 * time.Second) },
		"reported": func(b *bench, id string) {
			failed := delivery.RetryAfter(time.Hour, fmt.Errorf("the model is away"))
			if _, err := b.dispatcher.EndLease(b.t.Context(), id, 1, failed); err != nil {
				b.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cfg := delivery.Config{
					BreakAfter: 3, RestFor: time.Minute, AttemptTimeout: time.Hour,
					Schedule: by(delivery.Schedule{FirstInterval: time.Hour}),
				}
				b := setup(t, cfg, func(context.Context, *store.Delivery) error { return delivery.Leased(30 * time.Second) })
				ids := []string{"a", "b", "c"}
				for _, id := range ids {
					b.tell("", "lane "+id, id)
				}
				synctest.Wait()
				for _, id := range ids {
					end(b, id)
				}
				b.tell("", "another lane", "d")
				synctest.Wait()
				want(t, b.target.seen(), "a/1", "b/1", "c/1")
			})
		})
	}
}

// What is paused costs nothing in any mode: no look at its lane, and it goes on
// when the pause ends.
func TestPausedTurnsAreNotLookedAt(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"", platform.ModeBurst, platform.ModeDebounce, platform.ModeConcurrent, platform.ModeCancelPrevious} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var open atomic.Bool
				var asked atomic.Int64
				cfg := inMode(platform.Concurrency{Mode: mode})
				cfg.Pause = func(context.Context, *store.Delivery) error {
					asked.Add(1)
					if !open.Load() {
						return fmt.Errorf("bp dev is closed")
					}
					return nil
				}
				b := setup(t, cfg, func(context.Context, *store.Delivery) error { return nil })
				b.tell(mode, "l", "a")
				pass(time.Minute)
				before := asked.Load()
				pass(time.Hour)
				if n := asked.Load() - before; n != 0 {
					t.Errorf("the lane was looked at %d times in an hour", n)
				}
				open.Store(true)
				b.dispatcher.Wake(store.TargetBot, b.row("a").BotID)
				synctest.Wait()
				want(t, b.target.seen(), "a/1")
			})
		})
	}
}
