package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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

// WorkerStarts is how long the worker of bp dev may take to run after its
// address is known.
const WorkerStarts = 5 * time.Second

// retryNow has what waits after failed attempts at targets of a kind attempted
// right after the commit: what they failed at may be fixed. Code in development
// keeps its back-off, and gets what waited for its connection a little later: bp
// dev announces its address before its worker runs, and gives what comes in
// between no answer.
func (s *Service) retryNow(ctx context.Context, tx *store.Tx, dev bool, kind string, ids ...string) error {
	if dev {
		tx.OnCommit(func() { time.AfterFunc(WorkerStarts, func() { s.Dispatcher.Wake(kind, ids...) }) })
		return nil
	}
	tx.OnCommit(func() { s.Dispatcher.Wake(kind, ids...) })
	return tx.Hasten(ctx, kind, ids...)
}

// deliverMessage enqueues a message for the other side of its conversation. An
// outgoing one that cannot be sent, because its installation was removed or its
// channel disabled, is recorded as discarded, with the reason.
func (s *Service) deliverMessage(ctx context.Context, tx *store.Tx, bot *catalog.Bot, m *store.Message, c *store.Conversation, u *store.User) error {
	if m.Direction == string(platform.Incoming) {
		return s.deliverToBot(ctx, tx, bot, m, c, u)
	}
	d, err := outgoing(bot, m, c, u)
	if err != nil {
		return err
	}
	in := installationOf(bot, c)
	switch {
	case in == nil:
		return tx.RecordUndelivered(ctx, d, goneError(ctx, tx, bot, c).Message)
	case slices.Contains(in.DisabledChannels, c.Channel):
		return tx.RecordUndelivered(ctx, d, fmt.Sprintf("channel %s of installation %s is disabled; enable it and replay this delivery", c.Channel, in.Alias))
	}
	return s.enqueue(ctx, tx, d)
}

// outgoing is the delivery of a bot's message to the installation of its
// conversation, which may have been removed.
func outgoing(bot *catalog.Bot, m *store.Message, c *store.Conversation, u *store.User) (*store.Delivery, error) {
	body, err := json.Marshal(&platform.MessageCreatedBody{
		Type: m.Type, Payload: m.Payload,
		Conversation: conversationView(c, c.Alias), User: userView(u, c.Alias), Message: messageView(m, c.Alias),
	})
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return &store.Delivery{
		ID: related(platform.PrefixDelivery, m.ID), Lane: lane(store.TargetInstallation, c.InstallationID, c.ID, ""),
		Target: store.TargetInstallation, BotID: bot.ID, InstallationID: c.InstallationID,
		Operation: wire.OpMessageCreated, Type: m.Type, Body: body, ConversationID: c.ID, MessageID: m.ID,
	}, nil
}

func (s *Service) deliverToBot(ctx context.Context, tx *store.Tx, bot *catalog.Bot, m *store.Message, c *store.Conversation, u *store.User) error {
	e, body, err := incoming(bot, m, c, u)
	if err != nil {
		return err
	}
	return s.enqueueEvent(ctx, tx, bot, e, body)
}

// incoming is the event by which a bot is notified of a message, and its body.
func incoming(bot *catalog.Bot, m *store.Message, c *store.Conversation, u *store.User) (*store.Event, []byte, error) {
	e := &store.Event{
		ID: related(platform.PrefixEvent, m.ID), BotID: bot.ID, InstallationID: m.InstallationID, Type: platform.EventMessageCreated,
		Status: string(platform.EventPending), ConversationID: c.ID, UserID: u.ID, MessageID: m.ID, CreatedAt: m.CreatedAt,
	}
	body, err := json.Marshal(&createdBody{createdEvent{eventView(e, ""), &platform.MessagePayload{
		Message: messageView(m, ""), User: userView(u, ""), Conversation: conversationView(c, ""),
	}}})
	if err != nil {
		return nil, nil, fmt.Errorf("encode message: %w", err)
	}
	return e, body, nil
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
	mode := ""
	if set := bot.Effective.Delivery.Concurrency.Mode; set != platform.ModeQueue && e.Type == platform.EventMessageCreated {
		mode = set
	}
	return s.enqueue(ctx, tx, &store.Delivery{
		ID: related(platform.PrefixDelivery, e.ID), Mode: mode, Lane: lane(store.TargetBot, bot.ID, e.ConversationID, e.UserID),
		Target: store.TargetBot, BotID: bot.ID, InstallationID: e.InstallationID,
		Operation: wire.OpEventReceived, Type: e.Type, Body: body,
		ConversationID: e.ConversationID, MessageID: e.MessageID, EventID: e.ID,
	})
}
