package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// inMode configures a dispatcher whose bots have a concurrency mode.
func inMode(c platform.Concurrency) delivery.Config {
	full := platform.BotSettings{Delivery: platform.BotDelivery{Concurrency: c}}.WithDefaults().Delivery.Concurrency
	return delivery.Config{AttemptTimeout: time.Hour, Concurrency: func(context.Context, *store.Delivery) platform.Concurrency { return full }}
}

// tell enqueues a message, or another event when its id begins with "e".
func (b *bench) tell(mode, lane string, ids ...string) {
	b.t.Helper()
	ctx := context.Background()
	for _, id := range ids {
		d := &store.Delivery{ID: id, Lane: lane, Target: store.TargetBot, BotID: "bot", Mode: mode, Body: []byte(`{"event":{"id":"` + id + `"}}`)}
		if d.Type, d.MessageID = platform.EventMessageCreated, "msg_"+id; id[0] == 'e' {
			d.Type, d.MessageID, d.Mode = "other", "", ""
		}
		err := b.store.Update(ctx, func(tx *store.Tx) error {
			tx.OnCommit(func() { b.dispatcher.Notify(*d) })
			return tx.Enqueue(ctx, d)
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

// slow is a target that takes a second for each turn and notes the bodies.
func slow(got *bodies) func(context.Context, *store.Delivery) error {
	return func(ctx context.Context, d *store.Delivery) error {
		got.add(d)
		select {
		case <-time.After(time.Second):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (b *bench) states(want string, ids ...string) {
	b.t.Helper()
	for _, id := range ids {
		if d := b.row(id); d.State != want {
			b.t.Errorf("%s is %s with %+v, want it %s", id, d.State, d.Log, want)
		}
	}
}

func TestBurstDeliversAllThatWaitedInOneTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := new(bodies)
		b := setup(t, inMode(platform.Concurrency{Mode: platform.ModeBurst}), slow(got))
		b.tell(platform.ModeBurst, "l", "a")
		synctest.Wait()
		b.tell(platform.ModeBurst, "l", "b", "c", "d")
		b.tell(platform.ModeBurst, "l", "e1", "f", "g")
		pass(time.Minute)
		got.want(t, `a {"event":{"id":"a"}}`, `d {"event":{"id":"d"},"skipped":[{"id":"b"},{"id":"c"}]}`,
			`e1 {"event":{"id":"e1"}}`, `g {"event":{"id":"g"},"skipped":[{"id":"f"}]}`)
		b.states(store.DeliveryDelivered, "a", "b", "c", "d", "e1", "f", "g")
		if c := b.row("c"); c.CarriedBy != "d" || c.Attempts != 1 {
			t.Errorf("c is %+v, want it carried by d", c)
		}
		if d := b.row("d"); d.CarriedBy != "" || len(d.Log) != 1 {
			t.Errorf("d is %+v, want it with its attempt", d)
		}
	})
}

// A burst that failed is attempted again as it was, under the same id, also
// after a restart; what came meanwhile is in the next turn.
func TestBurstIsRetriedAsItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := new(bodies)
		down := atomic.Bool{}
		cfg := inMode(platform.Concurrency{Mode: platform.ModeBurst})
		b := setup(t, cfg, func(ctx context.Context, d *store.Delivery) error {
			if err := slow(got)(ctx, d); err != nil || !down.Load() || d.ID == "a" {
				return err
			}
			return delivery.RetryAfter(time.Minute, errors.New("down"))
		})
		down.Store(true)
		b.tell(platform.ModeBurst, "l", "a")
		synctest.Wait()
		b.tell(platform.ModeBurst, "l", "b", "c")
		pass(10 * time.Second)
		b.tell(platform.ModeBurst, "l", "d", "f")
		b.stop()
		cfg.Store, cfg.Deliverer = b.store, b.target
		b.run(cfg)
		down.Store(false)
		pass(10 * time.Minute)
		burst := `c {"event":{"id":"c"},"skipped":[{"id":"b"}]}`
		got.want(t, `a {"event":{"id":"a"}}`, burst, burst, `f {"event":{"id":"f"},"skipped":[{"id":"d"}]}`)
		b.states(store.DeliveryDelivered, "a", "b", "c", "d", "f")
	})
}

func TestBurstIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := new(bodies)
		b := setup(t, inMode(platform.Concurrency{Mode: platform.ModeBurst, MaxBurst: 3}), slow(got))
		b.tell(platform.ModeBurst, "l", "a")
		synctest.Wait()
		b.tell(platform.ModeBurst, "l", "b", "c", "d", "f", "g")
		pass(time.Minute)
		want(t, b.target.seen(), "a/1", "d/1", "g/1")
	})
}

func TestDebounceWaitsForSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := new(bodies)
		c := platform.Concurrency{Mode: platform.ModeDebounce, Wait: platform.Duration(2 * time.Second), MaxWait: platform.Duration(7 * time.Second)}
		b := setup(t, inMode(c), slow(got))
		for _, id := range []string{"a", "b", "c"} {
			b.tell(platform.ModeDebounce, "l", id)
			pass(1500 * time.Millisecond)
		}
		synctest.Wait()
		want(t, b.target.seen())
		pass(time.Second)
		want(t, b.target.seen(), "c/1")
		for i := range 6 { // never silent: the first one waits for 7 s
			b.tell(platform.ModeDebounce, "l", fmt.Sprint("m", i))
			pass(1500 * time.Millisecond)
		}
		pass(time.Minute)
		b.states(store.DeliveryDelivered, "a", "b", "c", "m0", "m5")
		if seen := b.target.seen(); len(seen) != 3 || seen[1] != "m4/1" || seen[2] != "m5/1" {
			t.Errorf("attempts are %q, want those of c, m4 and m5", seen)
		}
	})
}

func TestNewMessageCancelsThePreviousTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := new(bodies)
		mode := platform.ModeCancelPrevious
		b := setup(t, inMode(platform.Concurrency{Mode: mode}), slow(got))
		b.tell(mode, "l", "a")
		b.tell(mode, "other", "x")
		pass(500 * time.Millisecond)
		b.tell(mode, "l", "b", "c")
		pass(10 * time.Second)
		b.states(store.DeliveryDiscarded, "a", "b")
		b.states(store.DeliveryDelivered, "c", "x")
		if a := b.row("a"); a.Attempts != 1 || len(a.Log) != 1 || a.Log[0].Outcome != store.OutcomeCancelled || !strings.Contains(a.LastError, "newer message") {
			t.Errorf("a is %+v, want it with its cancelled attempt", a)
		}
	})
}

func TestNewMessageCancelsALeasedTurnAndOneThatWaitsToBeRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mode := platform.ModeCancelPrevious
		b := setup(t, inMode(platform.Concurrency{Mode: mode}), func(_ context.Context, d *store.Delivery) error {
			switch d.ID {
			case "a":
				return delivery.Leased(30 * time.Minute)
			case "b":
				return delivery.RetryAfter(time.Hour, errors.New("down"))
			}
			return nil
		})
		b.tell(mode, "l", "a")
		pass(time.Second)
		b.tell(mode, "l", "b")
		pass(time.Second)
		want(t, b.target.seen(), "a/1", "b/1")
		if r, err := b.renew(1, time.Minute); err != nil || !strings.Contains(r.Cancelled, "newer message") {
			t.Errorf("Renew = %+v, %v, want it cancelled", r, err)
		}
		b.tell(mode, "l", "c")
		pass(time.Second)
		want(t, b.target.seen(), "a/1", "b/1", "c/1")
		b.states(store.DeliveryDiscarded, "a", "b")
		b.states(store.DeliveryDelivered, "c")
	})
}

func TestConcurrentTurnsOfAConversation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int64
		mode := platform.ModeConcurrent
		b := setup(t, inMode(platform.Concurrency{Mode: mode, Limit: 3}), func(_ context.Context, d *store.Delivery) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			if d.ID == "e1" && running.Load() != 1 {
				t.Error("an event is delivered beside the messages before it")
			}
			if d.ID == "a" && d.Attempts == 1 {
				return delivery.RetryAfter(20*time.Second, errors.New("down"))
			}
			<-time.After(time.Second)
			return nil
		})
		b.tell(mode, "l", "a", "b", "c", "d", "f", "g", "h")
		pass(4 * time.Second)
		b.states(store.DeliveryDelivered, "b", "c", "d", "f", "g", "h")
		b.states(store.DeliveryPending, "a")
		b.tell(mode, "l", "i", "e1", "j")
		pass(2 * time.Second)
		b.states(store.DeliveryDelivered, "i")
		b.states(store.DeliveryPending, "e1", "j")
		pass(time.Minute)
		b.states(store.DeliveryDelivered, "a", "e1", "j")
		if most.Load() != 3 {
			t.Errorf("%d turns ran at once, want 3", most.Load())
		}
	})
}

// A lease takes one of the places of concurrent turns; the others go on, also
// after a restart.
func TestConcurrentTurnsBesideALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mode := platform.ModeConcurrent
		cfg := inMode(platform.Concurrency{Mode: mode, Limit: 2})
		b := setup(t, cfg, holding(10*time.Minute, 1))
		b.tell(mode, "l", "a", "b", "c")
		pass(time.Second)
		want(t, slices.Sorted(slices.Values(b.target.seen())), "a/1", "b/1", "c/1")
		b.stop()
		b.tell(mode, "l", "d")
		cfg.Store, cfg.Deliverer = b.store, b.target
		b.run(cfg)
		pass(time.Second)
		b.states(store.DeliveryDelivered, "b", "c", "d")
		if _, err := b.dispatcher.EndLease(t.Context(), "a", 1, nil); err != nil {
			t.Fatal(err)
		}
		b.states(store.DeliveryDelivered, "a")
		want(t, slices.Sorted(slices.Values(b.target.seen())), "a/1", "b/1", "c/1", "d/1")
	})
}

// A burst under a lease ends as one.
func TestBurstUnderALeaseEndsAsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mode := platform.ModeBurst
		b := setup(t, inMode(platform.Concurrency{Mode: mode}), func(_ context.Context, d *store.Delivery) error {
			if d.ID == "a" {
				<-time.After(time.Second)
				return nil
			}
			return delivery.Leased(time.Minute)
		})
		b.tell(mode, "l", "a")
		synctest.Wait()
		b.tell(mode, "l", "b", "c")
		pass(2 * time.Second)
		b.tell(mode, "l", "d")
		pass(10 * time.Second)
		want(t, b.target.seen(), "a/1", "c/1")
		if _, err := b.dispatcher.EndLease(t.Context(), "c", 1, nil); err != nil {
			t.Fatal(err)
		}
		b.states(store.DeliveryDelivered, "b", "c")
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "c/1", "d/1")
	})
}

// A server that is killed in the middle of a turn leaves no outcome. The bot may
// still work on the turn: it gets the same messages under the same id again, and
// what came meanwhile in the next turn.
func TestBurstIsAttemptedAsItWasAfterAKill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := new(bodies)
		cfg := inMode(platform.Concurrency{Mode: platform.ModeBurst})
		cfg.Grace = time.Millisecond
		b := setup(t, cfg, slow(got))
		b.tell(platform.ModeBurst, "l", "a")
		synctest.Wait()
		b.tell(platform.ModeBurst, "l", "b", "c")
		b.stop() // the attempt at a is cut short and leaves no outcome
		cfg.Store, cfg.Deliverer = b.store, b.target
		b.run(cfg)
		pass(time.Minute)
		got.want(t, `a {"event":{"id":"a"}}`, `a {"event":{"id":"a"}}`, `c {"event":{"id":"c"},"skipped":[{"id":"b"}]}`)
		b.states(store.DeliveryDelivered, "a", "b", "c")
	})
}
