package storetest

import (
	"errors"
	"reflect"
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

// testParties wants a conversation and a user read at once to be what each is
// when it is read alone, and both to be of the bot.
func testParties(t *testing.T, f fixture) {
	name := "Ann"
	f.update(t, func(tx *store.Tx) error {
		for _, bot := range []string{"bot_1", "bot_2"} {
			tags := store.Tags{"a:k": bot}
			if err := tx.CreateConversation(f.ctx, &store.Conversation{ID: "conv_" + bot, BotID: bot, InstallationID: "inst_1", Alias: "a", Channel: "c", Tags: tags, Properties: []byte(`{"p":"1"}`)}); err != nil {
				return err
			}
			if err := tx.CreateUser(f.ctx, &store.User{ID: "user_" + bot, BotID: bot, InstallationID: "inst_2", Name: &name, Tags: store.Tags{"b:k": bot}}); err != nil {
				return err
			}
		}
		return nil
	})
	f.view(t, func(tx *store.Tx) error {
		c, u, err := tx.Parties(f.ctx, "bot_1", "conv_bot_1", "user_bot_1")
		if err != nil {
			return err
		}
		wantC, err := tx.Conversation(f.ctx, "bot_1", "conv_bot_1")
		if err != nil {
			return err
		}
		wantU, err := tx.User(f.ctx, "bot_1", "user_bot_1")
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(c, wantC) || !reflect.DeepEqual(u, wantU) {
			t.Errorf("Parties = %+v, %+v; want %+v, %+v", c, u, wantC, wantU)
		}
		for _, ids := range [][2]string{{"conv_bot_2", "user_bot_1"}, {"conv_bot_1", "user_bot_2"}, {"conv_none", "user_bot_1"}, {"conv_bot_1", ""}} {
			if _, _, err := tx.Parties(f.ctx, "bot_1", ids[0], ids[1]); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Parties of %v = %v, want ErrNotFound", ids, err)
			}
		}
		return nil
	})
}
