package store

import (
	"context"
	"encoding/json"
	"time"
)

// Conversation is an exchange on one channel of an installation.
type Conversation struct {
	ID, BotID, InstallationID, Alias, Channel string
	Tags                                      Tags
	Properties                                json.RawMessage
	MessageCount                              int64
	CreatedAt, UpdatedAt                      time.Time
}

// ConversationFilter chooses conversations of one bot; zero fields choose all.
type ConversationFilter struct {
	BotID, InstallationID    string
	Tags                     Tags
	ParticipantIDs           []string // all of them take part
	Alias, Channel           string
	After, Before            *time.Time // inclusive, on the time of creation
	MinMessages, MaxMessages *int64     // inclusive
	SortField                string     // createdAt (default) or updatedAt
	Asc                      bool
}

const conversationColumns = `r.id, r.bot_id, r.installation_id, r.alias, r.channel, r.tags, r.properties, r.message_count,
	r.created_at, r.updated_at`

func scanConversation(rows Rows, c *Conversation) error {
	var tags string
	err := rows.Scan(&c.ID, &c.BotID, &c.InstallationID, &c.Alias, &c.Channel, &tags, &c.Properties, &c.MessageCount,
		&c.CreatedAt, &c.UpdatedAt)
	if err != nil {
		return err
	}
	c.Tags, err = decodeTags(tags)
	return err
}

const createConversation = `INSERT INTO conversations (id, bot_id, installation_id, alias, channel, tags, properties,
	message_count, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// CreateConversation adds a conversation; zero times become Now. ErrConflict when the id is taken.
func (tx *Tx) CreateConversation(ctx context.Context, c *Conversation) error {
	tx.stamp(&c.CreatedAt, &c.UpdatedAt)
	err := tx.exec(ctx, createConversation, c.ID, c.BotID, c.InstallationID, c.Alias, c.Channel, encodeTags(c.Tags),
		c.Properties, c.MessageCount, c.CreatedAt, c.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindConversation, c.BotID, c.ID, nil, c.Tags)
	}
	return wrap(err, "create conversation")
}

const selectConversation = `SELECT ` + conversationColumns + ` FROM conversations r WHERE r.id = $1 AND r.bot_id = $2`

// Conversation reads a bot's conversation.
func (tx *Tx) Conversation(ctx context.Context, botID, id string) (*Conversation, error) {
	c, err := one(ctx, tx, scanConversation, selectConversation, id, botID)
	return c, wrap(err, "read conversation")
}

// LockConversation is Conversation for one that this transaction is going to update.
func (tx *Tx) LockConversation(ctx context.Context, botID, id string) (*Conversation, error) {
	c, err := one(ctx, tx, scanConversation, selectConversation+tx.forUpdate(), id, botID)
	return c, wrap(err, "lock conversation")
}

// UpdateConversation writes tags and properties; UpdatedAt becomes Now.
func (tx *Tx) UpdateConversation(ctx context.Context, c *Conversation) error {
	old, err := tx.LockConversation(ctx, c.BotID, c.ID)
	if err != nil {
		return err
	}
	c.UpdatedAt, c.MessageCount = tx.now, old.MessageCount
	err = tx.exec(ctx, `UPDATE conversations SET tags = $3, properties = $4, updated_at = $5 WHERE id = $1 AND bot_id = $2`,
		c.ID, c.BotID, encodeTags(c.Tags), c.Properties, c.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindConversation, c.BotID, c.ID, old.Tags, c.Tags)
	}
	return wrap(err, "update conversation")
}

// DeleteConversation removes a conversation with its messages, participants and states, and discards what is still to
// be delivered in it.
func (tx *Tx) DeleteConversation(ctx context.Context, botID, id string) error {
	old, err := tx.LockConversation(ctx, botID, id)
	if err != nil {
		return err
	}
	if err := tx.retag(ctx, KindConversation, botID, id, old.Tags, nil); err != nil {
		return wrap(err, "delete conversation")
	}
	if err := tx.untagAll(ctx, KindMessage, botID, "messages", "conversation_id", id); err != nil {
		return wrap(err, "delete conversation")
	}
	if err := tx.discardOpen(ctx, "the conversation was deleted", "conversation_id = $1", id); err != nil {
		return wrap(err, "discard conversation's deliveries")
	}
	for _, sql := range []string{
		`DELETE FROM messages WHERE conversation_id = $1 AND bot_id = $2`,
		`DELETE FROM participants WHERE conversation_id = $1 AND $2 <> ''`,
		`DELETE FROM states WHERE subject_id = $1 AND type = 'conversation' AND bot_id = $2`,
		`DELETE FROM conversations WHERE id = $1 AND bot_id = $2`,
	} {
		if err := tx.exec(ctx, sql, id, botID); err != nil {
			return wrap(err, "delete conversation")
		}
	}
	return nil
}

// FindConversation reads the conversation of an installation's channel that has every one of tags (in the bot's view):
// the one that has no others if there is one, else the oldest. ErrNotFound when there is none, or no tags are given.
func (tx *Tx) FindConversation(ctx context.Context, botID, installationID, channel string, tags Tags) (*Conversation, error) {
	f := new(filter)
	f.and("r.bot_id = ?", botID)
	f.and("r.installation_id = ?", installationID)
	f.and("r.channel = ?", channel)
	c, err := findByTags(ctx, tx, scanConversation,
		`SELECT `+conversationColumns+` FROM tag_index t JOIN conversations r ON r.id = t.owner`, f, KindConversation, botID, tags)
	return c, wrap(err, "find conversation")
}

// Conversations lists a bot's conversations.
func (tx *Tx) Conversations(ctx context.Context, cf ConversationFilter, p Page) ([]Conversation, string, error) {
	f := new(filter)
	by := timeColumn(cf.SortField)
	order := sorting[Conversation]{by: by, id: "r.id", asc: cf.Asc, key: func(c *Conversation) (int64, string) {
		if by == "r.updated_at" {
			return c.UpdatedAt.UnixMilli(), c.ID
		}
		return c.CreatedAt.UnixMilli(), c.ID
	}}
	from, participants := "conversations r", cf.ParticipantIDs
	switch { // ids sort by the time at which rows were made
	case by == "r.created_at" && len(cf.Tags) > 0:
		order.by = ""
		from, order.window, order.id = f.byTags(KindConversation, cf.BotID, "conversations", cf.Tags)
		order.join = "r.id = t.owner"
	case by == "r.created_at" && len(participants) > 0:
		order.by, order.id = "", "p.conversation_id"
		f.and("p.user_id = ?", participants[0])
		participants = participants[1:]
		from, order.window, order.join = "participants p CROSS JOIN conversations r", "participants p", "r.id = p.conversation_id"
		f.restIs("r.bot_id", cf.BotID)
	default:
		f.and("r.bot_id = ?", cf.BotID)
		f.restTags(KindConversation, cf.BotID, "r.id", cf.Tags, sortedKeys(cf.Tags))
	}
	for _, id := range participants {
		f.rest("EXISTS (SELECT 1 FROM participants o WHERE o.conversation_id = r.id AND o.user_id = ?)", id)
	}
	f.restIs("r.installation_id", cf.InstallationID)
	f.restIs("r.alias", cf.Alias)
	f.restIs("r.channel", cf.Channel)
	f.restBetween("r.created_at", cf.After, cf.Before)
	if cf.MinMessages != nil {
		f.rest("r.message_count >= ?", *cf.MinMessages)
	}
	if cf.MaxMessages != nil {
		f.rest("r.message_count <= ?", *cf.MaxMessages)
	}
	list, next, err := listPage(ctx, tx, scanConversation, conversationColumns, from, f, order, p)
	return list, next, wrap(err, "list conversations")
}
