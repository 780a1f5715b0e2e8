package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func testRows(t *testing.T, f fixture) {
	name := "Ada"
	at := store.Millis(time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC))
	user := store.User{ID: "user_1", BotID: "bot_1", InstallationID: "inst_1", Name: &name, Properties: json.RawMessage(`{"a":"b"}`), Tags: store.Tags{"x:y": "z"}, CreatedAt: at, UpdatedAt: at}
	conversation := store.Conversation{ID: "conv_1", BotID: "bot_1", InstallationID: "inst_1", Alias: "chat", Channel: "c", Tags: store.Tags{"a": "é\"'"}, CreatedAt: at, UpdatedAt: at}
	message := store.Message{
		ID: "msg_1", BotID: "bot_1", InstallationID: "inst_1", ConversationID: "conv_1", UserID: "user_1", Type: "text", Direction: "incoming",
		Payload: json.RawMessage(`{"text":"hi 🙂","n":12345678901234567890}`), Tags: store.Tags{"id": "7"}, CreatedAt: at, UpdatedAt: at, DeliverAt: &at,
	}
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.CreateUser(f.ctx, &user), tx.CreateConversation(f.ctx, &conversation), tx.CreateMessage(f.ctx, &message))
	})
	f.view(t, func(tx *store.Tx) error {
		u, err1 := tx.User(f.ctx, "bot_1", "user_1")
		m, err2 := tx.Message(f.ctx, "bot_1", "msg_1")
		c, err3 := tx.Conversation(f.ctx, "bot_1", "conv_1")
		p, err4 := tx.Participant(f.ctx, "conv_1", "user_1")
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return err
		}
		if diff := cmp.Diff(&user, u); diff != "" {
			t.Errorf("user (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(&message, m); diff != "" {
			t.Errorf("message (-want +got):\n%s", diff)
		}
		if c.MessageCount != 1 || c.Tags["a"] != "é\"'" {
			t.Errorf("conversation = %+v, want one message and its tag", c)
		}
		if p.ID != "user_1" {
			t.Errorf("participant = %+v, want the message's user", p)
		}
		if _, err := tx.Message(f.ctx, "bot_2", "msg_1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another bot's message = %v, want ErrNotFound", err)
		}
		due, err := tx.DueMessages(f.ctx, at, 10)
		if len(due) != 1 {
			t.Errorf("%d messages are due, want one", len(due))
		}
		return err
	})
}

func testStatesAndTokens(t *testing.T, f fixture) {
	key := store.StateKey{BotID: "bot_1", Owner: "inst_1", Type: "user", SubjectID: "user_1", Name: "n"}
	token := store.Token{ID: "tok_1", Kind: "account", Hash: []byte{1, 2, 0, 255}, Last4: "abcd"}
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.PutState(f.ctx, &store.State{StateKey: key, ID: "state_1", Payload: json.RawMessage(`{"a":1}`)}), tx.CreateToken(f.ctx, token))
	})
	f.update(t, func(tx *store.Tx) error {
		s, err := tx.State(f.ctx, key)
		if err != nil || string(s.Payload) != `{"a":1}` {
			t.Errorf("State = %+v, %v", s, err)
		}
		other := key
		other.Owner = ""
		if _, err := tx.State(f.ctx, other); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another owner's state = %v, want ErrNotFound", err)
		}
		got, err := tx.TokenByHash(f.ctx, token.Hash)
		if err != nil || got.ID != "tok_1" {
			t.Errorf("TokenByHash = %+v, %v", got, err)
		}
		return errors.Join(tx.DeleteState(f.ctx, key), tx.DeleteToken(f.ctx, "tok_1"))
	})
	f.view(t, func(tx *store.Tx) error {
		_, err1 := tx.State(f.ctx, key)
		_, err2 := tx.TokenByHash(f.ctx, token.Hash)
		if !errors.Is(err1, store.ErrNotFound) || !errors.Is(err2, store.ErrNotFound) {
			t.Errorf("after deleting: %v, %v, want ErrNotFound twice", err1, err2)
		}
		return nil
	})
}

func testDeleteBot(t *testing.T, f fixture) {
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateBot(f.ctx, store.Bot{ID: "bot_1"}),
			tx.CreateUser(f.ctx, &store.User{ID: "user_1", BotID: "bot_1", Tags: store.Tags{"a": "b"}}),
			tx.Enqueue(f.ctx, &store.Delivery{ID: "dlv_1", Lane: "bot:bot_1:x", Target: store.TargetBot, BotID: "bot_1", Body: []byte("{}")}))
	})
	f.update(t, func(tx *store.Tx) error { return tx.DeleteBot(f.ctx, "bot_1") })
	f.view(t, func(tx *store.Tx) error {
		if _, err := tx.User(f.ctx, "bot_1", "user_1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("User = %v, want ErrNotFound", err)
		}
		if _, err := tx.FindUser(f.ctx, "bot_1", "", store.Tags{"a": "b"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("FindUser = %v, want ErrNotFound", err)
		}
		heads, _, err := tx.PendingLanes(f.ctx, 10, "")
		if len(heads) != 0 {
			t.Errorf("%d lanes are pending, want none", len(heads))
		}
		return err
	})
}
