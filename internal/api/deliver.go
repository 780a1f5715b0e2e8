package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// lane names the queue of deliveries that are made one after the other.
func lane(target, owner, conversationID, userID string) string {
	switch {
	case conversationID != "":
		return target + ":" + owner + ":" + conversationID
	case userID != "":
		return target + ":" + owner + ":" + userID
	}
	return target + ":" + owner + ":events"
}

// related is an id with another prefix and the same ULID: of a message's
// event, and of the delivery of a message or an event.
func related(prefix, id string) string {
	return prefix + id[strings.LastIndexByte(id, '_'):]
}

// enqueue writes a delivery in the transaction of what causes it, and tells
// the dispatcher after the commit.
func (s *Service) enqueue(ctx context.Context, tx *store.Tx, d *store.Delivery) error {
	if err := tx.Enqueue(ctx, d); err != nil {
		return err
	}
	tx.OnCommit(func() { s.Dispatcher.Notify(*d) })
	return nil
}

// retryNow has what waits after failed attempts at targets of a kind attempted
// right after the commit: what they failed at may be mended. Code in
// development keeps its back-off: bp dev tells its address before its worker
// runs, and gives what comes in between no answer.
func (s *Service) retryNow(ctx context.Context, tx *store.Tx, dev bool, kind string, ids ...string) error {
	if dev {
		return nil
	}
	tx.OnCommit(func() { s.Dispatcher.Wake(kind, ids...) })
	return tx.Hasten(ctx, kind, ids...)
}

// deliverMessage tells the other side of a message. An outgoing one to an
// installation that is gone, or to a channel that is disabled there, is kept
// and told to nobody.
func (s *Service) deliverMessage(ctx context.Context, tx *store.Tx, bot *catalog.Bot, m *store.Message, c *store.Conversation, u *store.User) error {
	if m.Direction == string(platform.Incoming) {
		return s.deliverToBot(ctx, tx, bot, m, c, u)
	}
	in := bot.Installations[c.Alias]
	if in == nil || in.ID != c.InstallationID || slices.Contains(in.DisabledChannels, c.Channel) {
		s.Logger.Info("message kept and not delivered: its installation is gone or its channel disabled",
			"bot_id", bot.ID, "installation_id", c.InstallationID, "conversation_id", c.ID, "message_id", m.ID)
		return nil
	}
	body, err := json.Marshal(&platform.MessageCreatedBody{
		Type: m.Type, Payload: m.Payload,
		Conversation: conversationView(c, in.Alias), User: userView(u, in.Alias), Message: messageView(m, in.Alias),
	})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return s.enqueue(ctx, tx, &store.Delivery{
		ID: related(platform.PrefixDelivery, m.ID), Lane: lane(store.TargetInstallation, in.ID, c.ID, ""),
		Target: store.TargetInstallation, BotID: bot.ID, InstallationID: in.ID,
		Operation: wire.OpMessageCreated, Type: m.Type, Body: body, ConversationID: c.ID, MessageID: m.ID,
	})
}

func (s *Service) deliverToBot(ctx context.Context, tx *store.Tx, bot *catalog.Bot, m *store.Message, c *store.Conversation, u *store.User) error {
	e := &store.Event{
		ID: related(platform.PrefixEvent, m.ID), BotID: bot.ID, InstallationID: m.InstallationID, Type: platform.EventMessageCreated,
		Status: string(platform.EventPending), ConversationID: c.ID, UserID: u.ID, MessageID: m.ID, CreatedAt: tx.Now(),
	}
	body, err := json.Marshal(&createdBody{createdEvent{eventView(e, ""), &platform.MessagePayload{
		Message: messageView(m, ""), User: userView(u, ""), Conversation: conversationView(c, ""),
	}}})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return s.enqueueEvent(ctx, tx, bot, e, body)
}

// createdBody is platform.EventBody with a payload that is encoded with it,
// once.
type createdBody struct {
	Event createdEvent `json:"event"`
}

type createdEvent struct {
	platform.Event
	Payload *platform.MessagePayload `json:"payload"` // in place of the embedded one
}

// deliverEvent tells the bot of an event.
func (s *Service) deliverEvent(ctx context.Context, tx *store.Tx, bot *catalog.Bot, e *store.Event) error {
	body, err := json.Marshal(&platform.EventBody{Event: eventView(e, "")})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return s.enqueueEvent(ctx, tx, bot, e, body)
}

func (s *Service) enqueueEvent(ctx context.Context, tx *store.Tx, bot *catalog.Bot, e *store.Event, body []byte) error {
	return s.enqueue(ctx, tx, &store.Delivery{
		ID: related(platform.PrefixDelivery, e.ID), Lane: lane(store.TargetBot, bot.ID, e.ConversationID, e.UserID),
		Target: store.TargetBot, BotID: bot.ID, InstallationID: e.InstallationID,
		Operation: wire.OpEventReceived, Type: e.Type, Body: body,
		ConversationID: e.ConversationID, MessageID: e.MessageID, EventID: e.ID,
	})
}
