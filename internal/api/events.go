package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return b, nil
}

// eventStatus is the status of an event whose time has come: a bot may have
// subscribed to some events only.
func eventStatus(bot *catalog.Bot, typ string) string {
	if sub := bot.Def.Subscriptions; sub != nil && sub.Events != nil {
		if _, ok := sub.Events[typ]; !ok {
			return string(platform.EventIgnored)
		}
	}
	return string(platform.EventPending)
}

// eventType returns the type in the bot's view and the schema of an event
// that the caller declares.
func (id *Identity) eventType(name string) (string, *schema.Validator, error) {
	in := id.Installation
	if in == nil {
		v, ok := id.Bot.Event(name)
		if !ok {
			return "", nil, undeclaredEvent(name, "bot", id.Bot.ID, catalog.Names(id.Bot.Def.Events))
		}
		return name, v, nil
	}
	v, ok := in.Integration.Event(name)
	if !ok {
		return "", nil, undeclaredEvent(name, "integration", in.Integration.Name, catalog.Names(in.Integration.Def.Events))
	}
	return in.Alias + ":" + name, v, nil
}

func undeclaredEvent(name, what, owner, declared string) error {
	if name == "" {
		return platform.Errorf(platform.TypeInvalidPayload, "type is missing; declared events: %s", declared)
	}
	return platform.Errorf(platform.TypeInvalidPayload, "type %q is not an event of %s %q; declared events: %s", name, what, owner, declared)
}

func (s *Service) createEvent(ctx context.Context, id *Identity, in *platform.CreateEventInput) (*platform.CreateEventOutput, error) {
	typ, v, err := id.eventType(in.Type)
	if err != nil {
		return nil, err
	}
	if err := checkObject("payload", in.Payload); err != nil {
		return nil, err
	}
	if err := checkSchema(ctx, v, "payload", in.Payload, "event", in.Type); err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(in.DedupeKey); n > maxTagValue {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "dedupeKey has %d characters; give at most %d", n, maxTagValue)
	}
	key, err := keyed(id, platform.OpCreateEvent.Operation, in)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.CreateEventOutput, error) {
		e := &store.Event{
			ID: s.ids.New(platform.PrefixEvent, tx.Now()), BotID: id.Bot.ID, InstallationID: id.installationID(), Type: typ,
			Status: eventStatus(id.Bot, typ), ConversationID: in.ConversationID, UserID: in.UserID, MessageID: in.MessageID,
			WorkflowID: in.WorkflowID, Payload: in.Payload, CreatedAt: tx.Now(), DedupeKey: in.DedupeKey,
		}
		if e.ScheduledAt, err = due(in.Schedule, tx.Now()); err != nil {
			return nil, err
		}
		if e.ScheduledAt != nil {
			e.Status = string(platform.EventScheduled)
		}
		if prior, err := repeatedEvent(ctx, tx, key, e); err != nil {
			return nil, err
		} else if prior != nil {
			return &platform.CreateEventOutput{Event: eventView(prior, id.alias()), Replayed: true}, nil
		}
		err := s.insertEvent(ctx, tx, id, e)
		if errors.Is(err, store.ErrDuplicate) {
			e, err = duplicateEvent(ctx, tx, key, e)
		}
		if err != nil {
			return nil, err
		}
		return &platform.CreateEventOutput{Event: eventView(e, id.alias())}, nil
	})
}

// insertEvent writes an event and, when it is pending, its delivery.
func (s *Service) insertEvent(ctx context.Context, tx *store.Tx, id *Identity, e *store.Event) error {
	if err := eventParties(ctx, tx, id, e); err != nil {
		return err
	}
	if err := tx.CreateEvent(ctx, e); err != nil {
		return err
	}
	switch platform.EventStatus(e.Status) {
	case platform.EventScheduled:
		tx.OnCommit(func() { s.wakeAt(*e.ScheduledAt) })
		return nil
	case platform.EventIgnored:
		return nil
	}
	return s.deliverEvent(ctx, tx, id.Bot, e)
}

// eventParties checks what an event says it is about.
func eventParties(ctx context.Context, tx *store.Tx, id *Identity, e *store.Event) error {
	if e.ConversationID != "" {
		if _, err := findConversation(ctx, tx, id, e.ConversationID, "conversationId"); err != nil {
			return err
		}
	}
	if e.UserID != "" {
		if _, err := findUser(ctx, tx, id, e.UserID, "userId"); err != nil {
			return err
		}
	}
	if e.MessageID != "" {
		if _, err := findMessage(ctx, tx, id, e.MessageID, "messageId"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) getEvent(ctx context.Context, id *Identity, in *platform.GetEventInput) (*platform.GetEventOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetEventOutput, error) {
		e, err := tx.Event(ctx, id.Bot.ID, in.ID)
		if errors.Is(err, store.ErrNotFound) && strings.Contains(in.ID, "_") {
			e, err = messageEvent(ctx, tx, id, in.ID)
		}
		if err != nil {
			return nil, inPath.fault(err, "event", in.ID)
		}
		if !id.owns(e.InstallationID) {
			return nil, inPath.missing("event", in.ID)
		}
		return &platform.GetEventOutput{Event: eventView(e, id.alias())}, nil
	})
}

// messageEvent makes the event of an incoming message, which has no row of
// its own, from the message and its delivery.
func messageEvent(ctx context.Context, tx *store.Tx, id *Identity, eventID string) (*store.Event, error) {
	m, err := tx.Message(ctx, id.Bot.ID, related(platform.PrefixMessage, eventID))
	if err != nil {
		return nil, err
	}
	if m.Direction != string(platform.Incoming) || !strings.HasPrefix(eventID, platform.PrefixEvent+"_") {
		return nil, store.ErrNotFound
	}
	c, err := tx.Conversation(ctx, id.Bot.ID, m.ConversationID)
	if err != nil {
		return nil, err
	}
	u, err := tx.User(ctx, id.Bot.ID, m.UserID)
	if err != nil {
		return nil, err
	}
	payload, err := encode(&platform.MessagePayload{Message: messageView(m, id.alias()), User: userView(u, id.alias()),
		Conversation: conversationView(c, id.alias())})
	if err != nil {
		return nil, err
	}
	e := &store.Event{
		ID: eventID, BotID: id.Bot.ID, InstallationID: m.InstallationID, Type: platform.EventMessageCreated, Payload: payload,
		ConversationID: c.ID, UserID: u.ID, MessageID: m.ID, CreatedAt: m.CreatedAt,
	}
	e.Status, e.FailureReason, err = messageEventStatus(ctx, tx, m)
	return e, err
}

func messageEventStatus(ctx context.Context, tx *store.Tx, m *store.Message) (status, reason string, err error) {
	if m.DeliverAt != nil {
		return string(platform.EventScheduled), "", nil
	}
	d, err := tx.Delivery(ctx, related(platform.PrefixDelivery, m.ID))
	switch {
	case errors.Is(err, store.ErrNotFound): // delivered long ago and pruned, or synthetic
		return string(platform.EventProcessed), "", nil
	case err != nil:
		return "", "", err
	}
	switch d.State {
	case store.DeliveryDelivered:
		return string(platform.EventProcessed), "", nil
	case store.DeliveryPending:
		return string(platform.EventPending), "", nil
	}
	return string(platform.EventFailed), d.LastError, nil
}

func (s *Service) listEvents(ctx context.Context, id *Identity, in *platform.ListEventsInput) (*platform.ListEventsOutput, error) {
	f := store.EventFilter{
		BotID: id.Bot.ID, InstallationID: id.installationID(), Type: in.Type, ConversationID: in.ConversationID,
		UserID: in.UserID, MessageID: in.MessageID, WorkflowID: in.WorkflowID, Status: string(in.Status),
	}
	if f.Type != "" && id.Installation != nil {
		f.Type = id.Installation.Alias + ":" + f.Type
	}
	p := newPager("events", f.BotID, f.InstallationID, f.Type, f.ConversationID, f.UserID, f.MessageID, f.WorkflowID, f.Status)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListEventsOutput, error) {
		list, next, err := listedEvents(ctx, tx, id, f, page)
		if err != nil {
			return nil, err
		}
		return &platform.ListEventsOutput{Events: views(list, eventView, id.alias()), Meta: p.meta(next)}, nil
	})
}

// listedEvents are the events that a filter chooses, newest first; for a bot
// those of incoming messages too, which have no rows of their own.
func listedEvents(ctx context.Context, tx *store.Tx, id *Identity, f store.EventFilter, page store.Page) ([]store.Event, string, error) {
	if id.Installation != nil || f.WorkflowID != "" || f.Type != "" && f.Type != platform.EventMessageCreated {
		return tx.Events(ctx, f, page)
	}
	list, messages, next, err := tx.EventsAndMessages(ctx, f, page)
	if err != nil {
		return nil, "", err
	}
	for i := range messages {
		e, err := messageEvent(ctx, tx, id, related(platform.PrefixEvent, messages[i].ID))
		if err != nil {
			return nil, "", err
		}
		if f.Status == "" || e.Status == f.Status {
			list = append(list, *e)
		}
	}
	slices.SortFunc(list, func(a, b store.Event) int { return strings.Compare(b.ID, a.ID) })
	return list, next, nil
}

func (s *Service) cancelScheduledEvent(ctx context.Context, id *Identity, in *platform.CancelScheduledEventInput) (*platform.CancelScheduledEventOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.CancelScheduledEventOutput, error) {
		e, err := tx.Event(ctx, id.Bot.ID, in.ID)
		if err != nil {
			return nil, inPath.fault(err, "event", in.ID)
		}
		if !id.owns(e.InstallationID) {
			return nil, inPath.missing("event", in.ID)
		}
		err = tx.MoveEvent(ctx, in.ID, store.EventScheduled, string(platform.EventCanceled))
		if errors.Is(err, store.ErrNotFound) {
			return nil, platform.Errorf(platform.TypeRelationConflict, "event %q is %s; only a scheduled event can be canceled", in.ID, e.Status)
		}
		return &platform.CancelScheduledEventOutput{}, err
	})
}
