package api

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// listener is the installation that asked, by its definition's
// extraOperations, to be told of a bot's operation on its conversation; nil
// when there is none.
func listener(id *Identity, c *store.Conversation, operation string) *catalog.Installation {
	if id.Installation != nil {
		return nil // it knows what it did
	}
	in := installationOf(id.Bot, c)
	if in == nil || slices.Contains(in.DisabledChannels, c.Channel) ||
		!slices.Contains(in.Integration.Def.ExtraOperations, operation) {
		return nil
	}
	return in
}

// tellMessageUpdated delivers message_updated, in the order of the
// conversation's messages, when a bot changed something.
func (s *Service) tellMessageUpdated(ctx context.Context, tx *store.Tx, id *Identity, before, after *store.Message, c *store.Conversation) error {
	in := listener(id, c, wire.OpMessageUpdated)
	if in == nil || maps.Equal(before.Tags, after.Tags) && bytes.Equal(before.Payload, after.Payload) {
		return nil
	}
	u, err := tx.User(ctx, id.Bot.ID, after.UserID)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, in, wire.OpMessageUpdated, c, after.ID, &platform.MessageUpdatedBody{
		Type: after.Type, Payload: after.Payload, Conversation: conversationView(c, in.Alias), User: userView(u, in.Alias),
		CurrentMessage: messageView(after, in.Alias), PreviousMessage: messageView(before, in.Alias),
	})
}

// tellConversationUpdated delivers conversation_updated when a bot changed
// something.
func (s *Service) tellConversationUpdated(ctx context.Context, tx *store.Tx, id *Identity, before, after *store.Conversation) error {
	in := listener(id, after, wire.OpConversationUpdated)
	if in == nil || maps.Equal(before.Tags, after.Tags) && bytes.Equal(before.Properties, after.Properties) {
		return nil
	}
	return s.tell(ctx, tx, in, wire.OpConversationUpdated, after, "", &platform.ConversationUpdatedBody{
		CurrentConversation: conversationView(after, in.Alias), PreviousConversation: conversationView(before, in.Alias),
	})
}

func (s *Service) tell(ctx context.Context, tx *store.Tx, in *catalog.Installation, operation string, c *store.Conversation, messageID string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode %s: %w", operation, err)
	}
	return s.enqueue(ctx, tx, &store.Delivery{
		ID: s.ids.New(platform.PrefixDelivery, tx.Now()), Lane: lane(store.TargetInstallation, in.ID, c.ID, ""),
		Target: store.TargetInstallation, BotID: in.BotID, InstallationID: in.ID,
		Operation: operation, Type: operation, Body: raw, ConversationID: c.ID, MessageID: messageID,
	})
}
