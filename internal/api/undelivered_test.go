package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// row reads the delivery of a message.
func (b *bench) row(messageID string) *store.Delivery {
	b.t.Helper()
	var d *store.Delivery
	err := b.db.View(context.Background(), func(tx *store.Tx) (err error) {
		d, err = tx.Delivery(context.Background(), "dlv"+messageID[strings.IndexByte(messageID, '_'):])
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

// A message that is deleted before it was delivered is not delivered, whoever
// wrote it and whoever deletes it; its lane is freed, and it cannot be replayed.
func TestDeletedMessageIsNotDelivered(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		user, conversation, written := b.chat()
		reply := must(b.bot.CreateMessage(ctx, &platform.CreateMessageInput{ConversationID: conversation, UserID: user,
			Type: "text", Payload: json.RawMessage(`{"text":"a slip"}`)})).Message.ID
		b.delivered()
		must(b.one.DeleteMessage(ctx, &platform.DeleteMessageInput{ID: written}))
		must(b.bot.DeleteMessage(ctx, &platform.DeleteMessageInput{ID: reply}))
		freed := b.delivered()
		for i, id := range []string{written, reply} {
			d := b.row(id)
			if d.State != store.DeliveryDiscarded || d.LastError != "the message was deleted" {
				t.Errorf("the delivery of %s is %s (%q), want it discarded with the reason", id, d.State, d.LastError)
			}
			if len(freed) != 2 || freed[i].Lane != d.Lane {
				t.Errorf("the dispatcher was notified of %+v, want lane %s", freed, d.Lane)
			}
			admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
			_, err := admin.ReplayDelivery(ctx, &platform.ReplayDeliveryInput{ID: d.ID})
			refused(t, "the replay of a deleted message", err, platform.TypeRelationConflict)
		}
	})
}

// What is deleted with its conversation or its user ends, and the dispatcher is
// notified of the lanes.
func TestDeletedConversationAndUserAreNotDelivered(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(b *bench, user, conversation string) error{
		"conversation": func(b *bench, _, conversation string) error {
			_, err := b.bot.DeleteConversation(context.Background(), &platform.DeleteConversationInput{ID: conversation})
			return err
		},
		"user": func(b *bench, user, _ string) error {
			_, err := b.bot.DeleteUser(context.Background(), &platform.DeleteUserInput{ID: user})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			user, conversation, written := b.chat()
			b.delivered()
			if err := remove(b, user, conversation); err != nil {
				t.Fatal(err)
			}
			d := b.row(written)
			if d.State != store.DeliveryDiscarded || d.LastError != "the "+name+" was deleted" {
				t.Errorf("the delivery is %s (%q)", d.State, d.LastError)
			}
			if freed := b.delivered(); len(freed) != 1 || freed[0].Lane != d.Lane {
				t.Errorf("the dispatcher was notified of %+v", freed)
			}
		})
	}
}

// A message that is updated before it was delivered is delivered as it is then.
func TestUpdatedMessageIsDeliveredAsItIs(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		user, conversation, written := b.chat()
		reply := must(b.bot.CreateMessage(ctx, &platform.CreateMessageInput{ConversationID: conversation, UserID: user,
			Type: "text", Payload: json.RawMessage(`{"text":"a slip"}`)})).Message.ID
		edited := json.RawMessage(`{"text":"edited"}`)
		must(b.one.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: written, Payload: edited}))
		must(b.bot.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: reply, Payload: edited}))
		for _, id := range []string{written, reply} {
			d := b.row(id)
			if body := string(d.Body); !strings.Contains(body, "edited") || strings.Contains(body, "hello") || strings.Contains(body, "slip") {
				t.Errorf("%s is delivered with %s", id, body)
			}
		}
	})
}

// A message into a disabled channel is accepted, and what became of it can be
// looked up.
func TestMessageToDisabledChannelIsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	user, conversation, _ := b.chat()
	err := b.db.Update(t.Context(), func(tx *store.Tx) error {
		in, err := tx.Installation(t.Context(), "inst_one")
		if err != nil {
			return err
		}
		in.DisabledChannels = []string{"dm"}
		return tx.PutInstallation(t.Context(), in)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.service.Catalog.Invalidate()
	b.delivered()
	m := must(b.bot.CreateMessage(t.Context(), &platform.CreateMessageInput{ConversationID: conversation, UserID: user,
		Type: "text", Payload: json.RawMessage(`{"text":"hello"}`)}))
	d := b.row(m.Message.ID)
	if d.State != store.DeliveryDiscarded || !strings.Contains(d.LastError, "channel dm of installation one is disabled") {
		t.Errorf("the delivery is %s (%q)", d.State, d.LastError)
	}
	if n := len(b.delivered()); n != 0 {
		t.Errorf("%d deliveries are attempted", n)
	}
}
