package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// Say sends a text into a conversation as the bot, within a transaction. A
// conversation that takes no texts gets none: its installation was removed, its
// channel is disabled or does not declare texts.
func (s *Service) Say(ctx context.Context, tx *store.Tx, bot *catalog.Bot, conversationID, text string) error {
	c, err := tx.Conversation(ctx, bot.ID, conversationID)
	if err != nil {
		return err
	}
	in := installationOf(bot, c)
	if in == nil || slices.Contains(in.DisabledChannels, c.Channel) {
		return nil
	}
	if _, ok := in.Integration.Message(c.Channel, message.TypeText); !ok {
		return nil
	}
	u, err := tx.User(ctx, bot.ID, bot.ID)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(message.Text{Text: text})
	if err != nil {
		return fmt.Errorf("encode text: %w", err)
	}
	id := &Identity{Scope: platform.ScopeBot, WorkspaceID: s.WorkspaceID, Bot: bot}
	_, err = s.insertMessage(ctx, tx, id, c, u, &messageDraft{typ: message.TypeText, payload: payload})
	return err
}

// Signal delivers delivery_failed to the installation that a message came from,
// when its integration asks for it, within a transaction.
func (s *Service) Signal(ctx context.Context, tx *store.Tx, bot *catalog.Bot, d *store.Delivery, outcome string) error {
	c, err := tx.Conversation(ctx, bot.ID, d.ConversationID)
	if err != nil {
		return err
	}
	in := installationOf(bot, c)
	if in == nil || !slices.Contains(in.Integration.Def.ExtraOperations, wire.OpDeliveryFailed) {
		return nil
	}
	body, err := jsonv2.Marshal(&platform.DeliveryFailedBody{
		Conversation: conversationView(c, in.Alias), MessageID: d.MessageID, DeliveryID: d.ID, Outcome: outcome,
	})
	if err != nil {
		return fmt.Errorf("encode %s: %w", wire.OpDeliveryFailed, err)
	}
	return s.enqueue(ctx, tx, &store.Delivery{
		ID: s.ids.New(platform.PrefixDelivery, tx.Now()), Lane: lane(store.TargetInstallation, in.ID, c.ID, ""),
		Target: store.TargetInstallation, BotID: bot.ID, InstallationID: in.ID,
		Operation: wire.OpDeliveryFailed, Type: wire.OpDeliveryFailed, Body: body, ConversationID: c.ID, MessageID: d.MessageID,
	})
}
