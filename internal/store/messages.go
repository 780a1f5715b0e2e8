package store

import (
	"context"
	"encoding/json"
	"time"
)

// Message is something said in a conversation. Its id must sort by the time it was made (a ULID does): lists go by id.
type Message struct {
	ID, BotID, InstallationID, ConversationID, UserID string
	Type, Direction, Origin                           string
	Payload                                           json.RawMessage
	Tags                                              Tags
	DeliverAt                                         *time.Time // scheduled and not yet delivered
	CreatedAt, UpdatedAt                              time.Time
}

// MessageFilter chooses messages of one bot; zero fields choose all.
type MessageFilter struct {
	BotID, InstallationID, ConversationID string
	Tags                                  Tags
	After, Before                         *time.Time // inclusive, on the time of creation
}

const messageColumns = `r.id, r.bot_id, r.installation_id, r.conversation_id, r.user_id, r.type, r.direction, r.origin,
	r.payload, r.tags, r.deliver_at, r.created_at, r.updated_at`

func scanMessage(rows Rows, m *Message) error {
	var tags string
	err := rows.Scan(&m.ID, &m.BotID, &m.InstallationID, &m.ConversationID, &m.UserID, &m.Type, &m.Direction, &m.Origin,
		&m.Payload, &tags, &m.DeliverAt, &m.CreatedAt, &m.UpdatedAt)
	if err != nil {
		return err
	}
	m.Tags, err = decodeTags(tags)
	return err
}

const createMessage = `INSERT INTO messages (id, bot_id, installation_id, conversation_id, user_id, type, direction, origin,
	payload, tags, deliver_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

const countMessage = `UPDATE conversations SET message_count = message_count + 1, updated_at = $3 WHERE id = $1 AND bot_id = $2`

// CreateMessage adds a message, counts it in its conversation and makes its user take part. ErrNotFound when the bot
// has no such conversation, ErrConflict when the id is taken.
func (tx *Tx) CreateMessage(ctx context.Context, m *Message) error {
	tx.stamp(&m.CreatedAt, &m.UpdatedAt)
	if err := tx.change(ctx, countMessage, m.ConversationID, m.BotID, tx.now); err != nil {
		return wrap(err, "count message")
	}
	err := tx.exec(ctx, createMessage, m.ID, m.BotID, m.InstallationID, m.ConversationID, m.UserID, m.Type, m.Direction,
		m.Origin, m.Payload, encodeTags(m.Tags), m.DeliverAt, m.CreatedAt, m.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindMessage, m.BotID, m.ID, nil, m.Tags)
	}
	if err == nil && m.UserID != "" {
		_, err = tx.AddParticipant(ctx, m.ConversationID, m.UserID)
	}
	return wrap(err, "create message")
}

const selectMessage = `SELECT ` + messageColumns + ` FROM messages r WHERE r.id = $1 AND r.bot_id = $2`

// Message reads a bot's message.
func (tx *Tx) Message(ctx context.Context, botID, id string) (*Message, error) {
	m, err := one(ctx, tx, scanMessage, selectMessage, id, botID)
	return m, wrap(err, "read message")
}

// LockMessage is Message for one that this transaction is going to update.
func (tx *Tx) LockMessage(ctx context.Context, botID, id string) (*Message, error) {
	m, err := one(ctx, tx, scanMessage, selectMessage+tx.forUpdate(), id, botID)
	return m, wrap(err, "lock message")
}

// UpdateMessage writes type, payload and tags; UpdatedAt becomes Now.
func (tx *Tx) UpdateMessage(ctx context.Context, m *Message) error {
	old, err := tx.LockMessage(ctx, m.BotID, m.ID)
	if err != nil {
		return err
	}
	m.UpdatedAt = tx.now
	err = tx.exec(ctx, `UPDATE messages SET type = $3, payload = $4, tags = $5, updated_at = $6 WHERE id = $1 AND bot_id = $2`,
		m.ID, m.BotID, m.Type, m.Payload, encodeTags(m.Tags), m.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindMessage, m.BotID, m.ID, old.Tags, m.Tags)
	}
	return wrap(err, "update message")
}

// DeleteMessage removes a message and takes it off its conversation's count.
func (tx *Tx) DeleteMessage(ctx context.Context, botID, id string) error {
	old, err := tx.LockMessage(ctx, botID, id)
	if err != nil {
		return err
	}
	if err := tx.retag(ctx, KindMessage, botID, id, old.Tags, nil); err != nil {
		return wrap(err, "delete message")
	}
	if err := tx.exec(ctx, `DELETE FROM messages WHERE id = $1 AND bot_id = $2`, id, botID); err != nil {
		return wrap(err, "delete message")
	}
	err = tx.exec(ctx, `UPDATE conversations SET message_count = message_count - 1 WHERE id = $1`, old.ConversationID)
	return wrap(err, "count message")
}

// FindMessage reads the message of a conversation that has every one of tags (in the bot's view): the one that has no
// others if there is one, else the oldest. ErrNotFound when there is none, or no tags are given.
func (tx *Tx) FindMessage(ctx context.Context, botID, conversationID string, tags Tags) (*Message, error) {
	f := new(filter)
	f.and("r.bot_id = ?", botID)
	f.and("r.conversation_id = ?", conversationID)
	m, err := findByTags(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM tag_index t JOIN messages r ON r.id = t.owner`, f,
		KindMessage, botID, tags)
	return m, wrap(err, "find message")
}

// Messages lists a bot's messages, newest first.
func (tx *Tx) Messages(ctx context.Context, mf MessageFilter, p Page) ([]Message, string, error) {
	f := new(filter)
	order := sorting[Message]{id: "r.id", key: func(m *Message) (int64, string) { return 0, m.ID }}
	from := "messages r"
	switch {
	case mf.ConversationID != "": // no conversation has so many that a tag would lead to fewer
		f.and("r.conversation_id = ?", mf.ConversationID)
		f.restTags(KindMessage, mf.BotID, "r.id", mf.Tags, sortedKeys(mf.Tags))
		f.restIs("r.bot_id", mf.BotID)
	case len(mf.Tags) > 0:
		from, order.window, order.id = f.byTags(KindMessage, mf.BotID, "messages", mf.Tags)
		order.join = "r.id = t.owner"
	default: // an index by bots would cost every message
		f.restIs("r.bot_id", mf.BotID)
	}
	f.restIs("r.installation_id", mf.InstallationID)
	f.restBetween("r.created_at", mf.After, mf.Before)
	list, next, err := listPage(ctx, tx, scanMessage, messageColumns, from, f, order, p)
	return list, next, wrap(err, "list messages")
}

// DueMessages lists scheduled messages whose time has come, earliest first. ClearDeliverAt tells
// which of several readers delivers one.
func (tx *Tx) DueMessages(ctx context.Context, now time.Time, limit int) ([]Message, error) {
	list, err := all(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM messages r
		WHERE r.deliver_at IS NOT NULL AND r.deliver_at <= $1 ORDER BY r.deliver_at, r.id LIMIT $2`, now, limited(limit))
	return list, wrap(err, "list due messages")
}

// ClearDeliverAt marks a scheduled message as no longer waiting. ErrNotFound when it is not waiting, so that of two
// transactions that found it due one delivers it.
func (tx *Tx) ClearDeliverAt(ctx context.Context, id string) error {
	err := tx.change(ctx, `UPDATE messages SET deliver_at = NULL WHERE id = $1 AND deliver_at IS NOT NULL`, id)
	return wrap(err, "clear scheduled message")
}
