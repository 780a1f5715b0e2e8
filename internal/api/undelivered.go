package api

import (
	"bytes"
	"context"
	"errors"
	"maps"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

const deletedMessage = "the message was deleted"

// discardMessage discards what is still to be delivered of a message that the
// transaction deletes. An attempt that is under way is not stopped.
func discardMessage(ctx context.Context, tx *store.Tx, m *store.Message) error {
	return tx.DiscardMessage(ctx, m.ID, lane(store.TargetBot, m.BotID, m.ConversationID, ""),
		lane(store.TargetInstallation, m.InstallationID, m.ConversationID, ""), deletedMessage)
}

// rewriteDelivery makes the delivery of a message that was updated before the
// delivery's end say what the message says now.
func (s *Service) rewriteDelivery(ctx context.Context, tx *store.Tx, bot *catalog.Bot, before, m *store.Message, c *store.Conversation) error {
	if m.DeliverAt != nil || maps.Equal(before.Tags, m.Tags) && bytes.Equal(before.Payload, m.Payload) {
		return nil
	}
	d, err := tx.LockOpenDelivery(ctx, related(platform.PrefixDelivery, m.ID))
	if errors.Is(err, store.ErrNotFound) {
		return nil // the other side has it, or never gets it
	} else if err != nil {
		return err
	}
	u, err := tx.User(ctx, bot.ID, m.UserID)
	if errors.Is(err, store.ErrNotFound) {
		u = &store.User{ID: m.UserID, BotID: bot.ID, CreatedAt: m.CreatedAt, UpdatedAt: m.CreatedAt} // deleted since
	} else if err != nil {
		return err
	}
	var body []byte
	if m.Direction == string(platform.Incoming) {
		_, body, err = incoming(bot, m, c, u)
	} else {
		var fresh *store.Delivery
		if fresh, err = outgoing(bot, m, c, u); err == nil {
			body = fresh.Body
		}
	}
	if err != nil {
		return err
	}
	tx.OnCommit(func() { s.Dispatcher.Changed(d.Lane) })
	return tx.RewriteDelivery(ctx, d.ID, body)
}
