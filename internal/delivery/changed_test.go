package delivery_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
)

func (b *bench) discard(id string) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.DiscardDelivery(ctx, id); err != nil {
			return err
		}
		d, err := tx.Delivery(ctx, id)
		if err == nil {
			tx.OnCommit(func() { b.dispatcher.Notify(*d) })
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) rewrite(id, lane, body string) {
	b.t.Helper()
	ctx := context.Background()
	err := b.store.Update(ctx, func(tx *store.Tx) error {
		tx.OnCommit(func() { b.dispatcher.Changed(lane) })
		return tx.RewriteDelivery(ctx, id, []byte(body))
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// bodies collects what a target was given.
type bodies struct {
	mu   sync.Mutex
	list []string
}

func (b *bodies) add(d *store.Delivery) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, d.ID+" "+string(d.Body))
}

func (b *bodies) want(t *testing.T, list ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.list, list) {
		t.Errorf("delivered %q, want %q", b.list, list)
	}
}

// A body that is replaced is the one that is delivered, wherever the row was
// when that happened: behind an attempt under way, handed over in memory, or
// waiting for its next attempt.
func TestChangedBodyIsDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		under, answer, got := make(chan struct{}), make(chan error), new(bodies)
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			got.add(d)
			if d.ID != "a" {
				return nil
			}
			under <- struct{}{}
			return <-answer
		})
		b.enqueue("l", "a")
		<-under
		b.enqueue("l", "b")
		b.rewrite("a", "l", `"a2"`)
		b.rewrite("b", "l", `"b2"`)
		answer <- delivery.RetryAfter(time.Minute, errors.New("down"))
		synctest.Wait()
		b.rewrite("a", "l", `"a3"`) // while it sleeps
		pass(2 * time.Minute)
		<-under
		answer <- nil
		synctest.Wait()
		got.want(t, "a {}", `a "a3"`, `b "b2"`)
	})
}

// What is discarded while it was read ahead, behind an attempt under way, is
// not attempted.
func TestDiscardedBehindAnAttemptIsNotAttempted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		under, answer := make(chan struct{}), make(chan error)
		b := setup(t, delivery.Config{}, func(_ context.Context, d *store.Delivery) error {
			if d.ID == "c" {
				return nil
			}
			under <- struct{}{}
			return <-answer
		})
		for _, id := range []string{"a", "b", "c"} {
			b.enqueue("l", id)
		}
		<-under
		answer <- nil // b and c are read ahead now
		<-under
		b.discard("c")
		answer <- delivery.RetryAfter(time.Second, errors.New("down"))
		pass(time.Minute)
		<-under
		answer <- nil
		synctest.Wait()
		want(t, b.target.seen(), "a/1", "b/1", "b/2")
	})
}
