package storetest

import (
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// said adds a message of user_1 in conv_1 with its delivery to the bot.
func (f fixture) said(t *testing.T, user string) (m *store.Message, d *store.Delivery) {
	t.Helper()
	f.update(t, func(tx *store.Tx) error {
		m = &store.Message{ID: f.ids.New(platform.PrefixMessage, tx.Now()), BotID: "bot_1", InstallationID: "inst_1",
			ConversationID: "conv_1", UserID: user, Type: "text", Direction: "incoming", Payload: []byte(`{}`)}
		if err := tx.CreateMessage(f.ctx, m); err != nil {
			return err
		}
		d = f.delivery(tx, "bot:bot_1:conv_1")
		d.ConversationID, d.MessageID, d.InstallationID = "conv_1", m.ID, "inst_1"
		return tx.Enqueue(f.ctx, d)
	})
	return m, d
}

func (f fixture) state(t *testing.T, id string) (state, reason string) {
	t.Helper()
	f.view(t, func(tx *store.Tx) error {
		d, err := tx.Delivery(f.ctx, id)
		if err == nil {
			state, reason = d.State, d.LastError
		}
		return err
	})
	return state, reason
}

func (f fixture) room(t *testing.T) {
	t.Helper()
	f.update(t, func(tx *store.Tx) error {
		return tx.CreateConversation(f.ctx, &store.Conversation{ID: "conv_1", BotID: "bot_1", InstallationID: "inst_1", Alias: "chat"})
	})
	for _, id := range []string{"user_1", "user_2"} {
		f.update(t, func(tx *store.Tx) error { return tx.CreateUser(f.ctx, &store.User{ID: id, BotID: "bot_1"}) })
	}
}

func testDiscardMessage(t *testing.T, f fixture) {
	f.room(t)
	gone, first := f.said(t, "user_1")
	_, second := f.said(t, "user_1")
	about := f.enqueueEvent(t, gone.ID, "user_2")
	f.update(t, func(tx *store.Tx) error {
		err := tx.DiscardMessage(f.ctx, gone.ID, "bot:bot_1:conv_1", "installation:inst_1:conv_1", "it was deleted")
		if freed := tx.Discarded(); len(freed) != 1 || freed[0].Lane != first.Lane || freed[0].Target != store.TargetBot || freed[0].BotID != "bot_1" {
			t.Errorf("Discarded = %+v, want the lane with its target", freed)
		}
		return err
	})
	if state, reason := f.state(t, first.ID); state != store.DeliveryDiscarded || reason != "it was deleted" {
		t.Errorf("the message's delivery is %s (%s)", state, reason)
	}
	if got := f.head(t, first.Lane); len(got) != 2 || got[0] != second.ID || got[1] != about.ID {
		t.Errorf("the lane goes on with %v, want the other message and the event about the first", got)
	}
}

// enqueueEvent adds an event about a message and a user, with its delivery.
func (f fixture) enqueueEvent(t *testing.T, messageID, userID string) (d *store.Delivery) {
	t.Helper()
	f.update(t, func(tx *store.Tx) error {
		e := &store.Event{ID: f.ids.New(platform.PrefixEvent, tx.Now()), BotID: "bot_1", Type: "reacted", Status: "pending",
			ConversationID: "conv_1", UserID: userID, MessageID: messageID}
		if err := tx.CreateEvent(f.ctx, e); err != nil {
			return err
		}
		d = f.delivery(tx, "bot:bot_1:conv_1")
		d.Type, d.ConversationID, d.MessageID, d.EventID = "reacted", "conv_1", messageID, e.ID
		return tx.Enqueue(f.ctx, d)
	})
	return d
}

func testDiscardUser(t *testing.T, f fixture) {
	f.room(t)
	_, theirs := f.said(t, "user_1")
	other, others := f.said(t, "user_2")
	event := f.enqueueEvent(t, other.ID, "user_1")
	f.update(t, func(tx *store.Tx) error { return tx.DeleteUser(f.ctx, "bot_1", "user_1") })
	for _, id := range []string{theirs.ID, event.ID} {
		if state, reason := f.state(t, id); state != store.DeliveryDiscarded || reason == "" {
			t.Errorf("%s is %s (%s), want it discarded with a reason", id, state, reason)
		}
	}
	if state, _ := f.state(t, others.ID); state != store.DeliveryPending {
		t.Errorf("another's message is %s", state)
	}
	f.view(t, func(tx *store.Tx) error {
		e, err := tx.Event(f.ctx, "bot_1", event.EventID)
		if err == nil && (e.Status != "failed" || e.FailureReason == "") {
			t.Errorf("the event is %s (%s), want failed with the reason", e.Status, e.FailureReason)
		}
		return err
	})
}

func testRewriteDelivery(t *testing.T, f fixture) {
	d := f.enqueue(t, "l")
	f.update(t, func(tx *store.Tx) error {
		if _, err := tx.LockOpenDelivery(f.ctx, d.ID); err != nil {
			return err
		}
		return tx.RewriteDelivery(f.ctx, d.ID, []byte(`{"a":2}`))
	})
	f.view(t, func(tx *store.Tx) error {
		rows, err := tx.LaneHead(f.ctx, "l", 1)
		if err == nil && string(rows[0].Body) != `{"a":2}` {
			t.Errorf("body is %s", rows[0].Body)
		}
		return err
	})
	f.finish(t, d, store.DeliveryDelivered)
	f.update(t, func(tx *store.Tx) error {
		if _, err := tx.LockOpenDelivery(f.ctx, d.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("LockOpenDelivery of a finished one: %v", err)
		}
		return nil
	})
}

func testRecordUndelivered(t *testing.T, f fixture) {
	f.update(t, func(tx *store.Tx) error { return tx.RecordUndelivered(f.ctx, f.delivery(tx, "l"), "nobody is there") })
	if next := f.enqueue(t, "l"); !next.Head {
		t.Error("it blocks its lane")
	}
}

func testReviveInstallation(t *testing.T, f fixture) {
	in := store.Installation{ID: "inst_1", BotID: "bot_1", Alias: "chat", IntegrationID: "intver_1", WebhookID: "w1"}
	f.update(t, func(tx *store.Tx) error {
		if err := tx.PutIntegration(f.ctx, &store.Integration{ID: "intver_1", Name: "acme", Version: "1.0.0", Definition: []byte("{}")}); err != nil {
			return err
		}
		if err := tx.PutInstallation(f.ctx, &in); err != nil {
			return err
		}
		return tx.DeleteInstallation(f.ctx, in.ID)
	})
	f.update(t, func(tx *store.Tx) error {
		if r, err := tx.RemovedInstallation(f.ctx, in.ID); err != nil || r.Alias != "chat" || r.Integration != "acme" || r.BotID != "bot_1" {
			t.Errorf("RemovedInstallation = %+v, %v", r, err)
		}
		for _, other := range [][3]string{{"bot_1", "chat", "other"}, {"bot_1", "other", "acme"}, {"bot_2", "chat", "acme"}} {
			if id, err := tx.ReviveInstallation(f.ctx, other[0], other[1], other[2]); id != "" || err != nil {
				t.Errorf("ReviveInstallation(%v) = %q, %v; want nothing", other, id, err)
			}
		}
		for _, want := range []string{in.ID, ""} {
			if id, err := tx.ReviveInstallation(f.ctx, "bot_1", "chat", "acme"); id != want || err != nil {
				t.Errorf("ReviveInstallation = %q, %v; want %q", id, err, want)
			}
		}
		return nil
	})
}
