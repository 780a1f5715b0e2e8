package store

import (
	"context"
	"time"
)

const addParticipant = `INSERT INTO participants (conversation_id, user_id, added_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// AddParticipant makes a user take part in a conversation; added is false when it did already.
func (tx *Tx) AddParticipant(ctx context.Context, conversationID, userID string) (added bool, err error) {
	n, err := tx.conn.Exec(ctx, addParticipant, conversationID, userID, tx.now)
	return n > 0, wrap(err, "add participant")
}

const fromParticipants = ` FROM participants p JOIN users r ON r.id = p.user_id`

const selectParticipant = `SELECT ` + userColumns + fromParticipants

// Participant reads a user that takes part in a conversation.
func (tx *Tx) Participant(ctx context.Context, conversationID, userID string) (*User, error) {
	u, err := one(ctx, tx, scanUser, selectParticipant+` WHERE p.conversation_id = $1 AND p.user_id = $2`, conversationID, userID)
	return u, wrap(err, "read participant")
}

// participant is a user with the time at which it came.
type participant struct {
	User
	addedAt time.Time
}

func scanParticipant(rows Rows, p *participant) error {
	return scanUser(trailing{rows, &p.addedAt}, &p.User)
}

// trailing scans one more column after those that are asked for.
type trailing struct {
	Rows
	dest any
}

// Scan scans the columns and the last one.
func (t trailing) Scan(dest ...any) error { return t.Rows.Scan(append(dest, t.dest)...) }

// Participants lists the users that take part in a conversation, in the order in which they came.
func (tx *Tx) Participants(ctx context.Context, conversationID string, p Page) ([]User, string, error) {
	f := new(filter)
	f.and("p.conversation_id = ?", conversationID)
	list, next, err := listPage(ctx, tx, scanParticipant, userColumns+`, p.added_at`, "participants p CROSS JOIN users r", f, sorting[participant]{
		join: "r.id = p.user_id", window: "participants p",
		by: "p.added_at", id: "p.user_id", asc: true, key: func(p *participant) (int64, string) { return p.addedAt.UnixMilli(), p.ID },
	}, p)
	users := make([]User, len(list))
	for i := range list {
		users[i] = list[i].User
	}
	return users, next, wrap(err, "list participants")
}

// RemoveParticipant ends a user's part in a conversation; ErrNotFound when it had none.
func (tx *Tx) RemoveParticipant(ctx context.Context, conversationID, userID string) error {
	err := tx.change(ctx, `DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2`, conversationID, userID)
	return wrap(err, "remove participant")
}
