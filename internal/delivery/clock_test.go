package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// wallClock is a wall clock that can be set.
type wallClock struct{ offset atomic.Int64 }

func (c *wallClock) now() time.Time           { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *wallClock) set(offset time.Duration) { c.offset.Store(int64(offset)) }

// Nothing waits longer because the wall clock was set: forward and back while
// deliveries fail and new ones come, or back for good, in memory and in the
// store.
func TestClockStepsDelayNothing(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]time.Duration{
		"forward and back": {time.Hour, 0},
		"back and forward": {-time.Hour, 0},
		"back":             {-time.Hour},
		"forward":          {time.Hour},
		"far and back":     {10 * 365 * 24 * time.Hour, 0},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", restart ", restart), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { clockSteps(t, steps, restart) })
			})
		}
	}
}

// No lease ends early because the wall clock was set forward, also when its lane
// is looked at meanwhile; and its end is not put off when the clock is set back.
func TestClockStepsEndNoLease(t *testing.T) {
	t.Parallel()
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				clock := new(wallClock)
				cfg := delivery.Config{Now: clock.now, AttemptTimeout: 2 * time.Hour}
				b := setup(t, cfg, holding(10*time.Minute, 1))
				b.tell("", "lane", "a")
				pass(time.Minute)
				clock.set(step)
				b.dispatcher.Wake(store.TargetBot, "bot")
				pass(8 * time.Minute)
				want(t, b.target.seen(), "a/1")
				if r, err := b.renew(1, 10*time.Minute); err != nil || r.Cancelled != "" {
					t.Fatalf("Renew = %+v, %v", r, err)
				}
				pass(9 * time.Minute)
				want(t, b.target.seen(), "a/1")
				pass(30 * time.Minute)
				want(t, b.target.seen(), "a/1", "a/2")
			})
		})
	}
}

func clockSteps(t *testing.T, steps []time.Duration, restart bool) {
	clock := new(wallClock)
	var up atomic.Bool
	cfg := delivery.Config{Now: clock.now, BreakAfter: 1 << 30, Schedule: by(delivery.Schedule{MaxInterval: time.Minute})}
	b := setup(t, cfg, func(context.Context, *store.Delivery) error {
		if !up.Load() {
			return errors.New("down")
		}
		return nil
	})
	enqueue := func(lane, id string) {
		ctx := context.Background()
		now := clock.now()
		d := &store.Delivery{ID: id, Lane: lane, Target: store.TargetBot, BotID: lane, Body: []byte("{}"), CreatedAt: now, NextAt: now}
		err := b.store.Update(ctx, func(tx *store.Tx) error {
			tx.OnCommit(func() { b.dispatcher.Notify(*d) })
			return tx.Enqueue(ctx, d)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	add := func(n int) {
		for i := range 3 {
			id := fmt.Sprintf("d%d-%d", n, i)
			ids = append(ids, id)
			enqueue(fmt.Sprint("l", i), id)
		}
	}
	add(0)
	pass(10 * time.Minute)
	for n, step := range steps {
		clock.set(step)
		add(n + 1)
		pass(90 * time.Second)
	}
	if restart {
		b.stop()
		cfg.Store, cfg.Deliverer = b.store, b.target
		b.run(cfg)
	}
	up.Store(true)
	pass(3 * time.Minute)
	for _, id := range ids {
		if d := b.row(id); d.State != store.DeliveryDelivered {
			t.Errorf("%s is %s, to be attempted at %s (it is %s)", id, d.State, d.NextAt, clock.now())
		}
	}
}
