package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testParticipants wants participants in the order in which they came, whatever
// their ids, page by page.
func testParticipants(t *testing.T, f fixture) {
	want := []string{"user_C", "user_A", "user_B"}
	f.update(t, func(tx *store.Tx) error {
		c := &store.Conversation{ID: "conv_1", BotID: "bot_1", Channel: "c"}
		if err := tx.CreateConversation(f.ctx, c); err != nil {
			return err
		}
		for _, id := range want {
			if err := tx.CreateUser(f.ctx, &store.User{ID: id, BotID: "bot_1"}); err != nil {
				return err
			}
		}
		return nil
	})
	var last time.Time
	for _, id := range want {
		for came := false; !came; {
			f.update(t, func(tx *store.Tx) error {
				if !tx.Now().After(last) {
					return nil // in the same millisecond as the one before
				}
				came, last = true, tx.Now()
				_, err := tx.AddParticipant(f.ctx, "conv_1", id)
				return err
			})
		}
	}
	var got []string
	err := f.View(f.ctx, func(tx *store.Tx) error {
		for page := (store.Page{Limit: 1}); ; {
			list, next, err := tx.Participants(f.ctx, "conv_1", page)
			if err != nil {
				return err
			}
			for _, u := range list {
				got = append(got, u.ID)
			}
			if next == "" {
				return nil
			}
			page.After = next
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("participants %v, want %v", got, want)
	}
}
