package storetest

import (
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// odd is text as an external system may send it: a zero character, bytes that
// are not UTF-8, quotes. No database may fail on it.
const odd = "a\x00b\xff'\"\\é"

// testOddText writes odd text everywhere, finds the row by it and asks for
// what is not there with it.
func testOddText(t *testing.T, f fixture) {
	name, tags := odd, store.Tags{"odd": odd, odd: "x"}
	u := &store.User{ID: "user_odd", BotID: "bot_1", Name: &name, Tags: tags}
	f.update(t, func(tx *store.Tx) error {
		if err := tx.LockTags(f.ctx, store.KindUser, odd, tags); err != nil {
			return err
		}
		if err := tx.CreateUser(f.ctx, u); err != nil {
			return err
		}
		return tx.PutState(f.ctx, &store.State{
			StateKey: store.StateKey{BotID: "bot_1", Type: "bot", SubjectID: odd, Name: odd}, ID: "state_odd", Payload: []byte(`{"a":"\u0000"}`),
		})
	})
	if got := f.find(t, "bot_1", tags); got != u.ID {
		t.Errorf("FindUser by odd tags = %q, want %q", got, u.ID)
	}
	f.view(t, func(tx *store.Tx) error {
		st, err := tx.State(f.ctx, store.StateKey{BotID: "bot_1", Type: "bot", SubjectID: odd, Name: odd})
		if err != nil || string(st.Payload) != `{"a":"\u0000"}` {
			t.Errorf("State of an odd name = %+v, %v", st, err)
		}
		for what, err := range map[string]error{
			"User":         second(tx.User(f.ctx, odd, odd)),
			"Conversation": second(tx.Conversation(f.ctx, "bot_1", odd)),
			"Message":      second(tx.Message(f.ctx, "bot_1", odd)),
			"Event":        second(tx.Event(f.ctx, "bot_1", odd)),
			"Bot":          second(tx.Bot(f.ctx, odd)),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s of an odd id = %v, want ErrNotFound", what, err)
			}
		}
		for what, after := range map[string]string{
			"no base64": "???", "no number": "LS54", "no id": "MA", "a number too long": "enp6enp6enp6enp6enp6enp6enp6Lng", "no UTF-8": "MC7_", "a zero": "MC4A",
		} {
			if _, _, err := tx.Users(f.ctx, store.UserFilter{BotID: "bot_1"}, store.Page{After: after}); !errors.Is(err, store.ErrCursor) {
				t.Errorf("a cursor with %s = %v, want ErrCursor", what, err)
			}
		}
		_, _, err = tx.Users(f.ctx, store.UserFilter{BotID: odd, Tags: tags, ConversationID: odd, InstallationID: odd, Alias: odd}, store.Page{})
		return err
	})
}

func second[T any](_ T, err error) error { return err }
