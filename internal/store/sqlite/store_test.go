package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
)

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestLaneGoesOnInOrder(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, filepath.Join(t.TempDir(), "b.db")), context.Background()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			err := s.Update(ctx, func(tx *store.Tx) error {
				return tx.Enqueue(ctx, &store.Delivery{ID: fmt.Sprintf("dlv_%02d", i), Lane: "bot:b:c", Body: []byte("{}")})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	err := s.Update(ctx, func(tx *store.Tx) error {
		heads, _, err := tx.PendingLanes(ctx, 10, "")
		if err != nil {
			return err
		}
		for want := int64(1); len(heads) > 0; want++ {
			d := heads[0]
			if d.Seq != want || !d.Head {
				t.Fatalf("head = seq %d, head %v, want %d", d.Seq, d.Head, want)
			}
			d.State = store.DeliveryDelivered
			if heads, err = tx.FinishDelivery(ctx, &d, 1); err != nil {
				return err
			}
			if want == 40 && len(heads) != 0 {
				t.Fatal("lane does not end")
			}
		}
		last := &store.Delivery{ID: "dlv_x", Lane: "bot:b:c"}
		if err := tx.Enqueue(ctx, last); err != nil || !last.Head || last.Seq != 41 {
			t.Fatalf("after the lane's end: %+v, %v", last, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestErrorLeavesNothing(t *testing.T) {
	t.Parallel()
	s, ctx, boom := open(t, filepath.Join(t.TempDir(), "b.db")), context.Background(), errors.New("boom")
	err := s.Update(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.CreateUser(ctx, &store.User{ID: "u", BotID: "b", Tags: store.Tags{"a:k": "v"}}), boom)
	})
	if !errors.Is(err, boom) {
		t.Fatalf("Update = %v, want boom", err)
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		_, err := tx.FindUser(ctx, "b", "a", store.Tags{"a:k": "v"})
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("View = %v, want not found", err)
	}
}

func TestMessageRoundTrip(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, filepath.Join(t.TempDir(), "b.db")), context.Background()
	err := s.Update(ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateUser(ctx, &store.User{ID: "u", BotID: "b"}),
			tx.CreateConversation(ctx, &store.Conversation{ID: "c", BotID: "b", InstallationID: "i", Channel: "ch", Tags: store.Tags{"a:k": "v"}}),
			tx.CreateMessage(ctx, &store.Message{ID: "m1", BotID: "b", ConversationID: "c", UserID: "u", Payload: []byte(`{}`)}),
			tx.CreateMessage(ctx, &store.Message{ID: "m2", BotID: "b", ConversationID: "c", UserID: "u", Payload: []byte(`{}`)}))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		c, err := tx.FindConversation(ctx, "b", "i", "ch", store.Tags{"a:k": "v"})
		if err != nil || c.MessageCount != 2 {
			t.Fatalf("FindConversation = %+v, %v", c, err)
		}
		list, next, err := tx.Messages(ctx, store.MessageFilter{BotID: "b", ConversationID: "c"}, store.Page{Limit: 1})
		if err != nil || len(list) != 1 || list[0].ID != "m2" || next == "" {
			t.Fatalf("Messages = %v, %q, %v", list, next, err)
		}
		list, next, err = tx.Messages(ctx, store.MessageFilter{BotID: "b", ConversationID: "c"}, store.Page{Limit: 1, After: next})
		if err != nil || len(list) != 1 || list[0].ID != "m1" || next != "" {
			t.Fatalf("Messages = %v, %q, %v", list, next, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.db")
	open(t, path)
	if _, err := sqlite.Open(t.Context(), path, sqlite.Config{}); err == nil {
		t.Fatal("a locked database was opened")
	}
}
