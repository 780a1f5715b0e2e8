package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Erasure is the removal of everything that one person wrote or is known by in a bot. It is carried out in small
// transactions; one that was interrupted is run again from its beginning, which changes nothing that is gone already.
type Erasure struct {
	ID, BotID, UserID string
	Scope             string // whose conversations go with the person
	Status            string // ErasureRunning or ErasureDone
	Removed           json.RawMessage
	CreatedAt         time.Time
	FinishedAt        *time.Time
}

// The states of an erasure.
const (
	ErasureRunning = "running"
	ErasureDone    = "done"
)

const erasureColumns = `id, bot_id, user_id, scope, status, removed, created_at, finished_at`

func scanErasure(rows Rows, e *Erasure) error {
	return rows.Scan(&e.ID, &e.BotID, &e.UserID, &e.Scope, &e.Status, &e.Removed, &e.CreatedAt, &e.FinishedAt)
}

// CreateErasure adds a running erasure. ErrConflict when the id is taken.
func (tx *Tx) CreateErasure(ctx context.Context, e *Erasure) error {
	e.Status, e.CreatedAt = ErasureRunning, tx.now
	err := tx.exec(ctx, `INSERT INTO erasures (`+erasureColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)`,
		e.ID, e.BotID, e.UserID, e.Scope, e.Status, e.Removed, e.CreatedAt)
	return wrap(err, "create erasure")
}

// Erasure reads a bot's erasure.
func (tx *Tx) Erasure(ctx context.Context, botID, id string) (*Erasure, error) {
	e, err := one(ctx, tx, scanErasure, `SELECT `+erasureColumns+` FROM erasures WHERE id = $1 AND bot_id = $2`, id, botID)
	return e, wrap(err, "read erasure")
}

// RunningErasures lists erasures that are not done, oldest first.
func (tx *Tx) RunningErasures(ctx context.Context, limit int) ([]Erasure, error) {
	list, err := all(ctx, tx, scanErasure, `SELECT `+erasureColumns+` FROM erasures WHERE status = 'running' ORDER BY id LIMIT $1`,
		limited(limit))
	return list, wrap(err, "list erasures")
}

// FinishErasure records that an erasure is done, with the counts of what it removed.
func (tx *Tx) FinishErasure(ctx context.Context, id string, removed json.RawMessage) error {
	err := tx.change(ctx, `UPDATE erasures SET status = 'done', removed = $2, finished_at = $3 WHERE id = $1`, id, removed, tx.now)
	return wrap(err, "finish erasure")
}

// PersonConversations lists up to limit conversations of a bot in which a user takes part, by id after the one named
// after: with alone only those that no third person takes part in besides the user and the bot itself.
func (tx *Tx) PersonConversations(ctx context.Context, botID, userID, after string, alone bool, limit int) ([]string, error) {
	sql := `SELECT p.conversation_id FROM participants p JOIN conversations c ON c.id = p.conversation_id AND c.bot_id = $1
		WHERE p.user_id = $2 AND p.conversation_id > $3`
	if alone {
		sql += ` AND NOT EXISTS (SELECT 1 FROM participants o WHERE o.conversation_id = p.conversation_id
			AND o.user_id <> $2 AND o.user_id <> $1)`
	}
	list, err := all(ctx, tx, scanString, sql+` ORDER BY p.conversation_id LIMIT $4`, botID, userID, after, limited(limit))
	return list, wrap(err, "list a person's conversations")
}

// Kinds of rows that Mentions finds.
const (
	MessageRows  = "messages"
	EventRows    = "events"
	DeliveryRows = "deliveries"
	FileRows     = "files"
)

// mentions are conditions on the rows of a bot that are a person's ($2 is the user's id) or that hold its id in what
// they carry.
func (tx *Tx) mentions(kind string) string {
	in := func(column string) string { return tx.position() + "(" + column + ", $2) > 0" }
	switch kind {
	case MessageRows:
		return "user_id = $2"
	case EventRows:
		return "(user_id = $2 OR " + in("COALESCE(payload, '')") + ")"
	case FileRows:
		return "(" + in("tags") + " OR " + in("COALESCE(metadata, '')") + ")"
	}
	if tx.dialect == Postgres {
		return "position(convert_to($2, 'UTF8') in body) > 0"
	}
	return "instr(body, CAST($2 AS BLOB)) > 0"
}

// Mentions looks through the next limit rows of a kind, by id after the one named after, and returns the ids of those of
// the bot that are the user's or carry its id. last is where to go on; it is "" at the end. The cost of a call is that of
// reading limit rows, however many there are.
func (tx *Tx) Mentions(ctx context.Context, kind, botID, userID, after string, limit int) (ids []string, last string, err error) {
	page, err := all(ctx, tx, scanString, `SELECT id FROM `+kind+` WHERE id > $1 ORDER BY id LIMIT $2`, after, limited(limit))
	if err != nil || len(page) == 0 {
		return nil, "", wrap(err, "read "+kind)
	}
	last = page[len(page)-1]
	ids, err = all(ctx, tx, scanString, `SELECT id FROM `+kind+` WHERE bot_id = $1 AND `+tx.mentions(kind)+`
		AND id > $3 AND id <= $4 ORDER BY id`, botID, userID, after, last)
	if len(page) < limited(limit) {
		last = ""
	}
	return ids, last, wrap(err, "find what a person wrote in "+kind)
}

// ConversationRows returns the ids of up to limit rows of a conversation: MessageRows, EventRows or DeliveryRows.
func (tx *Tx) ConversationRows(ctx context.Context, kind, botID, conversationID string, limit int) ([]string, error) {
	ids, err := all(ctx, tx, scanString, `SELECT id FROM `+kind+` WHERE conversation_id = $1 AND bot_id = $2 ORDER BY id LIMIT $3`,
		conversationID, botID, limited(limit))
	return ids, wrap(err, "list "+kind+" of a conversation")
}

// EraseDelivery removes a delivery with its body and its log; an unfinished one is discarded first, so that its lane
// goes on. It returns what the dispatcher must be notified of, and nil when the delivery is gone already.
func (tx *Tx) EraseDelivery(ctx context.Context, id string) (*Delivery, error) {
	d, err := tx.lockDelivery(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, wrap(err, "erase delivery")
	}
	if err := tx.exec(ctx, `DELETE FROM deliveries WHERE id = $1`, id); err != nil {
		return nil, wrap(err, "erase delivery")
	}
	open := d.FinishedAt == nil
	d.State, d.Body, d.Log, d.Head = DeliveryDiscarded, nil, nil, false
	if !open {
		return d, nil
	}
	return d, wrap(tx.settleLane(ctx, d.Lane), "free lane")
}

// EraseEvent removes an event. It is no error when it is gone already.
func (tx *Tx) EraseEvent(ctx context.Context, botID, id string) error {
	return wrap(tx.exec(ctx, `DELETE FROM events WHERE id = $1 AND bot_id = $2`, id, botID), "erase event")
}

// EraseLogs removes the lines that code printed about a user or in a conversation, and those that hold its id.
func (tx *Tx) EraseLogs(ctx context.Context, botID, id string) error {
	err := tx.exec(ctx, `DELETE FROM logs WHERE bot_id = $1 AND
		(user_id = $2 OR conversation_id = $2 OR `+tx.position()+`(message, $2) > 0)`, botID, id)
	return wrap(err, "erase log lines")
}

// Aged looks through the next limit rows of a kind, by id after the one named after and before the id until, and returns
// the ids of the bot's. Ids sort by time, see platform.FirstID. last is where to go on; it is "" at the end.
func (tx *Tx) Aged(ctx context.Context, kind, botID, after, until string, limit int) (ids []string, last string, err error) {
	type row struct{ id, bot string }
	page, err := all(ctx, tx, func(rows Rows, r *row) error { return rows.Scan(&r.id, &r.bot) },
		`SELECT id, bot_id FROM `+kind+` WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`, after, until, limited(limit))
	if err != nil {
		return nil, "", wrap(err, "read old "+kind)
	}
	for _, r := range page {
		if r.bot == botID {
			ids = append(ids, r.id)
		}
	}
	if len(page) == limited(limit) {
		last = page[len(page)-1].id
	}
	return ids, last, nil
}

// PruneBotLogs removes the lines about a bot, or that its code printed, from before a time.
func (tx *Tx) PruneBotLogs(ctx context.Context, botID string, before time.Time) error {
	return wrap(tx.exec(ctx, `DELETE FROM logs WHERE (bot_id = $1 OR owner = $1) AND at < $2`, botID, before), "prune a bot's logs")
}

// DeliveryOpen reports whether a delivery exists that is not finished.
func (tx *Tx) DeliveryOpen(ctx context.Context, id string) (bool, error) {
	n, err := one(ctx, tx, func(rows Rows, n *int64) error { return rows.Scan(n) },
		`SELECT COUNT(*) FROM deliveries WHERE id = $1 AND finished_at IS NULL`, id)
	if err != nil {
		return false, wrap(err, "read delivery")
	}
	return *n > 0, nil
}
