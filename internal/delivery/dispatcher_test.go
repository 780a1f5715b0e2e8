package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
)

// target is a scripted Deliverer that notes its attempts.
type target struct {
	mu       sync.Mutex
	attempts []string // "id/number"
	fn       func(ctx context.Context, d *store.Delivery) error
}

func (f *target) Deliver(ctx context.Context, d *store.Delivery) error {
	f.mu.Lock()
	f.attempts = append(f.attempts, fmt.Sprintf("%s/%d", d.ID, d.Attempts))
	f.mu.Unlock()
	return f.fn(ctx, d)
}

func (f *target) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.attempts)
}

type bench struct {
	t          *testing.T
	store      *sqlite.Store
	dispatcher *delivery.Dispatcher
	target     *target
	stop       func()
}

// setup opens a store and runs a dispatcher over it; call it in a bubble.
func setup(t *testing.T, cfg delivery.Config, fn func(context.Context, *store.Delivery) error) *bench {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "b.db"), sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, store: s, target: &target{fn: fn}}
	cfg.Store, cfg.Deliverer = s, b.target
	b.run(cfg)
	t.Cleanup(func() {
		b.stop()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) run(cfg delivery.Config) {
	b.dispatcher = delivery.New(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.dispatcher.Run(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	})
}

func (b *bench) enqueue(lane, id string) {
	b.t.Helper()
	ctx := context.Background()
	d := &store.Delivery{ID: id, Lane: lane, Target: store.TargetBot, BotID: lane, Body: []byte("{}")}
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Enqueue(ctx, d); err != nil {
			return err
		}
		tx.OnCommit(func() { b.dispatcher.Notify(*d) })
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) replay(id string) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		d, err := tx.ReplayDelivery(ctx, id)
		if err == nil {
			tx.OnCommit(func() { b.dispatcher.Notify(*d) })
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) row(id string) *store.Delivery {
	b.t.Helper()
	var d *store.Delivery
	err := b.store.View(context.Background(), func(tx *store.Tx) (err error) {
		d, err = tx.Delivery(context.Background(), id)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// by gives every delivery the same schedule.
func by(s delivery.Schedule) func(context.Context, *store.Delivery) delivery.Schedule {
	return func(context.Context, *store.Delivery) delivery.Schedule { return s }
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("attempts are %q, want %q", got, want)
	}
}

func TestLaneIsOrderedThroughRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			if (d.ID == "a" || d.ID == "b") && d.Attempts < 3 { // b when what follows it was read too
				return errors.New("not now")
			}
			return nil
		})
		b.enqueue("l", "a")
		b.enqueue("l", "b")
		b.enqueue("l", "c")
		b.enqueue("l", "d")
		pass(time.Minute)
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "a/3", "b/1", "b/2", "b/3", "c/1", "d/1")
		if d := b.row("a"); d.State != store.DeliveryDelivered || len(d.Log) != 3 || d.Log[0].Outcome != "retry" || d.Log[0].Error != "not now" {
			t.Errorf("a = %+v, want it delivered, with its three attempts", d)
		}
	})
}

func TestHangingTargetDelaysOnlyItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{AttemptTimeout: time.Hour}, func(ctx context.Context, d *store.Delivery) error {
			if d.Lane == "slow" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		b.enqueue("slow", "s")
		b.enqueue("quick", "q")
		synctest.Wait()
		if d := b.row("q"); d.State != store.DeliveryDelivered {
			t.Errorf("q is %s, want it delivered while s hangs", d.State)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			times = append(times, time.Now())
			if d.Attempts == 1 {
				return delivery.RetryAfter(90*time.Second, errors.New("busy"))
			}
			return nil
		})
		b.enqueue("l", "a")
		pass(5 * time.Minute)
		synctest.Wait()
		if len(times) != 2 || times[1].Sub(times[0]) < 90*time.Second || times[1].Sub(times[0]) > 92*time.Second {
			t.Errorf("attempts at %v, want two, 90 s apart", times)
		}
	})
}

// A target that asks to come back in a second, each time, does not use up the
// attempts in seconds.
func TestRetryAfterDoesNotShortenTheBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		b := setup(t, delivery.Config{Schedule: by(delivery.Schedule{MaxAttempts: 20})}, func(_ context.Context, d *store.Delivery) error {
			last = time.Now()
			return delivery.RetryAfter(time.Second, errors.New("busy"))
		})
		start := time.Now()
		b.enqueue("l", "a")
		pass(24 * time.Hour)
		synctest.Wait()
		if d := b.row("a"); d.State != store.DeliveryDead || d.Attempts != 20 || last.Sub(start) < 3*time.Minute {
			t.Errorf("%d attempts in %s, %s; want 20 in minutes", d.Attempts, last.Sub(start), d.State)
		}
	})
}

func TestDeadLetterFreesItsLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{Schedule: by(delivery.Schedule{MaxAttempts: 3})}, func(_ context.Context, d *store.Delivery) error {
			switch d.ID {
			case "final":
				return delivery.Dead(errors.New("refused"))
			case "worn":
				return errors.New("down")
			case "panic":
				panic("handler")
			}
			return nil
		})
		for _, id := range []string{"final", "worn", "panic", "good"} {
			b.enqueue("l", id)
		}
		pass(time.Hour)
		synctest.Wait()
		for id, state := range map[string]string{"final": "dead", "worn": "dead", "panic": "dead", "good": "delivered"} {
			if d := b.row(id); d.State != state {
				t.Errorf("%s is %s, want %s", id, d.State, state)
			}
		}
		if d := b.row("final"); d.Attempts != 1 || d.LastError != "refused" {
			t.Errorf("final = %+v, want one attempt and the reason", d)
		}
		if d := b.row("worn"); d.Attempts != 3 {
			t.Errorf("worn had %d attempts, want 3", d.Attempts)
		}
	})
}

func TestHeldLaneWaitsForReplay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refuse := true
		b := setup(t, delivery.Config{Hold: func(context.Context, *store.Delivery) bool { return true }},
			func(context.Context, *store.Delivery) error {
				if refuse {
					return delivery.Dead(errors.New("refused"))
				}
				return nil
			})
		b.enqueue("l", "a")
		synctest.Wait()
		b.enqueue("l", "b")
		pass(time.Hour)
		synctest.Wait()
		want(t, b.target.seen(), "a/1")
		refuse = false
		b.replay("a")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "b/1")
	})
}

func TestRestingTargetIsTriedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{BreakAfter: 2, RestFor: 10 * time.Minute, Schedule: by(delivery.Schedule{FirstInterval: time.Second, MaxInterval: time.Second})},
			func(_ context.Context, d *store.Delivery) error {
				if d.Attempts <= 2 {
					return errors.New("down")
				}
				return nil
			})
		b.enqueue("l", "a")
		pass(30 * time.Second)
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2") // and then it rests, at most a minute
		pass(2 * time.Minute)
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "a/2", "a/3")
	})
}

func TestRestartGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{Grace: time.Second}, func(ctx context.Context, d *store.Delivery) error {
			if d.ID == "b" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		b.enqueue("l", "a")
		b.enqueue("l", "b")
		b.enqueue("l", "c")
		synctest.Wait()
		b.stop()
		if d := b.row("b"); d.State != store.DeliveryPending || d.Attempts != 0 {
			t.Errorf("b = %+v, want it pending, the attempt cut short not counted", d)
		}
		b.target.fn = func(context.Context, *store.Delivery) error { return nil }
		b.run(delivery.Config{Store: b.store, Deliverer: b.target})
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "b/1", "b/1", "c/1")
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, delivery.Config{MaxLanes: 2, Workers: 1}, func(context.Context, *store.Delivery) error {
			pass(time.Second)
			return nil
		})
		for i := range 20 {
			b.enqueue(fmt.Sprint("l", i), fmt.Sprintf("d%02d", i))
		}
		pass(time.Minute)
		synctest.Wait()
		if got := b.target.seen(); len(got) != 20 {
			t.Errorf("%d attempts, want 20: %q", len(got), got)
		}
	})
}

// pass lets the bubble's time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
