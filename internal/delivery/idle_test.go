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

// countingStore counts transactions.
type countingStore struct {
	store.Store
	n atomic.Int64
}

// View counts.
func (s *countingStore) View(ctx context.Context, fn func(*store.Tx) error) error {
	s.n.Add(1)
	return s.Store.View(ctx, fn)
}

// Update counts.
func (s *countingStore) Update(ctx context.Context, fn func(*store.Tx) error) error {
	s.n.Add(1)
	return s.Store.Update(ctx, fn)
}

// A backlog costs next to nothing while its target is away or paused, more
// lanes than memory holds or not, and goes out when that ends.
func TestBacklogIsIdle(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		paused bool
		most   int64 // transactions in an hour
	}{
		"away":   {false, 400}, // a probe a minute: a lane is read, the outcome written
		"paused": {true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var up atomic.Bool
				cfg := delivery.Config{MaxLanes: 100}
				if tt.paused {
					cfg.Pause = func(context.Context, *store.Delivery) error {
						if !up.Load() {
							return errors.New("switched off")
						}
						return nil
					}
				}
				b := setup(t, cfg, func(context.Context, *store.Delivery) error {
					if !up.Load() {
						return errors.New("connection refused")
					}
					return nil
				})
				b.enqueueMany("bot", 1000)
				b.stop()
				counting := &countingStore{Store: b.store}
				cfg.Store, cfg.Deliverer = counting, b.target
				b.run(cfg)
				pass(10 * time.Minute)
				before := counting.n.Load()
				pass(time.Hour)
				if n := counting.n.Load() - before; n > tt.most {
					t.Errorf("%d transactions in an hour, want at most %d", n, tt.most)
				}
				up.Store(true)
				if tt.paused {
					b.wake("bot")
				}
				pass(5 * time.Minute)
				if n := b.delivered("bot"); n != 1000 {
					t.Errorf("%d of 1000 are delivered in the end", n)
				}
			})
		})
	}
}

// With nothing to do the dispatcher asks the store for nothing.
func TestNothingToDoIsIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := delivery.Config{}
		b := setup(t, cfg, func(context.Context, *store.Delivery) error { return nil })
		b.enqueue("l", "a")
		b.stop()
		counting := &countingStore{Store: b.store}
		cfg.Store, cfg.Deliverer = counting, b.target
		b.run(cfg)
		pass(time.Minute)
		before := counting.n.Load()
		pass(24 * time.Hour)
		if n := counting.n.Load() - before; n != 0 {
			t.Errorf("%d transactions in a day without work", n)
		}
	})
}
