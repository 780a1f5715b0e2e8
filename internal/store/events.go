package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Event is something that happened. Its id must sort by the time it was made: lists go by id.
type Event struct {
	ID, BotID, InstallationID                     string
	Type                                          string // in the bot's view: alias:type
	Status, FailureReason                         string
	ConversationID, UserID, MessageID, WorkflowID string
	Payload                                       json.RawMessage
	ScheduledAt                                   *time.Time
	CreatedAt                                     time.Time
	// DedupeKey, unless empty, is the key that no two events of the
	// installation, or of the bot itself, have.
	DedupeKey string
}

// EventScheduled is the status of an event that waits for ScheduledAt.
const EventScheduled = "scheduled"

// EventFilter chooses events of one bot; zero fields choose all.
type EventFilter struct {
	BotID, InstallationID, Type                   string
	ConversationID, UserID, MessageID, WorkflowID string
	Status                                        string
}

const eventColumns = `id, bot_id, installation_id, type, status, failure_reason, conversation_id, user_id, message_id,
	workflow_id, payload, scheduled_at, created_at, dedupe_key`

func scanEvent(rows Rows, e *Event) error {
	return rows.Scan(&e.ID, &e.BotID, &e.InstallationID, &e.Type, &e.Status, &e.FailureReason, &e.ConversationID, &e.UserID,
		&e.MessageID, &e.WorkflowID, &e.Payload, &e.ScheduledAt, &e.CreatedAt, &e.DedupeKey)
}

// CreateEvent adds an event; a zero CreatedAt becomes Now. ErrConflict when the id is taken, ErrDuplicate when the key
// is: then the transaction goes on, and EventByKey reads the event that has it.
func (tx *Tx) CreateEvent(ctx context.Context, e *Event) error {
	if e.CreatedAt.IsZero() {
		e.CreatedAt = tx.now
	}
	err := tx.change(ctx, `INSERT INTO events (`+eventColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (bot_id, installation_id, dedupe_key) WHERE dedupe_key <> '' DO NOTHING`,
		e.ID, e.BotID, e.InstallationID, e.Type, e.Status, e.FailureReason, e.ConversationID, e.UserID, e.MessageID,
		e.WorkflowID, e.Payload, e.ScheduledAt, e.CreatedAt, e.DedupeKey)
	if errors.Is(err, ErrNotFound) {
		return ErrDuplicate
	}
	return wrap(err, "create event")
}

// EventByKey reads the event that has the key.
func (tx *Tx) EventByKey(ctx context.Context, botID, installationID, key string) (*Event, error) {
	e, err := one(ctx, tx, scanEvent, `SELECT `+eventColumns+` FROM events
		WHERE bot_id = $1 AND installation_id = $2 AND dedupe_key = $3 AND dedupe_key <> ''`, botID, installationID, key)
	return e, wrap(err, "read event by its key")
}

// Event reads a bot's event.
func (tx *Tx) Event(ctx context.Context, botID, id string) (*Event, error) {
	e, err := one(ctx, tx, scanEvent, `SELECT `+eventColumns+` FROM events WHERE id = $1 AND bot_id = $2`, id, botID)
	return e, wrap(err, "read event")
}

// SetEventStatus changes an event's status; reason is "" unless it failed.
func (tx *Tx) SetEventStatus(ctx context.Context, id, status, reason string) error {
	err := tx.change(ctx, `UPDATE events SET status = $2, failure_reason = $3 WHERE id = $1`, id, status, reason)
	return wrap(err, "set event status")
}

// Events lists a bot's events, newest first.
func (tx *Tx) Events(ctx context.Context, ef EventFilter, p Page) ([]Event, string, error) {
	f := new(filter)
	f.and("bot_id = ?", ef.BotID)
	f.restIs("installation_id", ef.InstallationID)
	f.restIs("type", ef.Type)
	f.restIs("conversation_id", ef.ConversationID)
	f.restIs("user_id", ef.UserID)
	f.restIs("message_id", ef.MessageID)
	f.restIs("workflow_id", ef.WorkflowID)
	f.restIs("status", ef.Status)
	if n, id, err := p.cursor(); p.After != "" && err == nil {
		p.After = cursor(n, "evt_"+ulidOf(id)) // it may be a message's
	}
	list, next, err := listPage(ctx, tx, scanEvent, eventColumns, "events", f, sorting[Event]{
		id: "id", key: func(e *Event) (int64, string) { return 0, e.ID },
	}, p)
	return list, next, wrap(err, "list events")
}

// EventsAndMessages lists a bot's events together with its incoming messages, each of which is an event too, whose id has
// the message's after the prefix. The newest of both come first in one page; ef.Type and ef.Status choose among the rows of
// events only.
func (tx *Tx) EventsAndMessages(ctx context.Context, ef EventFilter, p Page) (events []Event, messages []Message, next string, err error) {
	events, moreEvents, err := tx.Events(ctx, ef, p)
	if err != nil {
		return nil, nil, "", err
	}
	messages, moreMessages, err := tx.incoming(ctx, ef, p)
	if err != nil {
		return nil, nil, "", wrap(err, "list messages among events")
	}
	// Below the end of one of the two pages, its rows are not known yet.
	floor := ""
	for _, end := range []string{moreEvents, moreMessages} {
		if _, id, err := (Page{After: end}).cursor(); end != "" && err == nil {
			floor = max(floor, ulidOf(id))
		}
	}
	// Keep the newest of both that one page holds.
	e, m := 0, 0
	last := ""
	for e+m < p.limit() && (e < len(events) || m < len(messages)) {
		id := ""
		if m == len(messages) || e < len(events) && ulidOf(events[e].ID) > ulidOf(messages[m].ID) {
			id = events[e].ID
		} else {
			id = messages[m].ID
		}
		if ulidOf(id) < floor {
			return events[:e], messages[:m], cursor(0, "evt_"+floor), nil
		}
		last = id
		if e < len(events) && id == events[e].ID {
			e++
		} else {
			m++
		}
	}
	switch {
	case e < len(events) || m < len(messages):
		next = cursor(0, last)
	case floor != "":
		next = cursor(0, "evt_"+floor)
	}
	return events[:e], messages[:m], next, nil
}

// incoming lists a bot's incoming messages, newest first, under the filter of events.
func (tx *Tx) incoming(ctx context.Context, ef EventFilter, p Page) ([]Message, string, error) {
	f := new(filter)
	if ef.ConversationID != "" {
		f.and("r.conversation_id = ?", ef.ConversationID)
	}
	f.restIs("r.bot_id", ef.BotID)
	f.rest("r.direction = 'incoming' AND r.origin <> 'synthetic'")
	f.restIs("r.user_id", ef.UserID)
	f.is("r.id", ef.MessageID)
	if n, id, err := p.cursor(); p.After != "" && err == nil {
		p.After = cursor(n, "msg_"+ulidOf(id)) // it may be an event's
	}
	return listPage(ctx, tx, scanMessage, messageColumns, "messages r", f, sorting[Message]{
		id: "r.id", key: func(m *Message) (int64, string) { return 0, m.ID },
	}, p)
}

// ulidOf is an id without its prefix.
func ulidOf(id string) string {
	_, ulid, _ := strings.Cut(id, "_")
	return ulid
}

// DueEvents lists events of status EventScheduled whose time has come, earliest first.
func (tx *Tx) DueEvents(ctx context.Context, now time.Time, limit int) ([]Event, error) {
	list, err := all(ctx, tx, scanEvent, `SELECT `+eventColumns+` FROM events
		WHERE status = 'scheduled' AND scheduled_at <= $1 ORDER BY scheduled_at, id LIMIT $2`, now, limited(limit))
	return list, wrap(err, "list due events")
}
