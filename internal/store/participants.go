package store

import "context"

const addParticipant = `INSERT INTO participants (conversation_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// AddParticipant makes a user take part in a conversation; added is false when it did already.
func (tx *Tx) AddParticipant(ctx context.Context, conversationID, userID string) (added bool, err error) {
	n, err := tx.conn.Exec(ctx, addParticipant, conversationID, userID)
	return n > 0, wrap(err, "add participant")
}

const selectParticipant = `SELECT ` + userColumns + ` FROM participants p JOIN users r ON r.id = p.user_id`

// Participant reads a user that takes part in a conversation.
func (tx *Tx) Participant(ctx context.Context, conversationID, userID string) (*User, error) {
	u, err := one(ctx, tx, scanUser, selectParticipant+` WHERE p.conversation_id = $1 AND p.user_id = $2`, conversationID, userID)
	return u, wrap(err, "read participant")
}

// Participants lists the users that take part in a conversation, by id.
func (tx *Tx) Participants(ctx context.Context, conversationID string, p Page) ([]User, string, error) {
	f := new(filter)
	f.and("p.conversation_id = ?", conversationID)
	list, next, err := listPage(ctx, tx, scanUser, selectParticipant, f, sorting[User]{
		id: "p.user_id", asc: true, key: func(u *User) (int64, string) { return 0, u.ID },
	}, p)
	return list, next, wrap(err, "list participants")
}

// RemoveParticipant ends a user's part in a conversation; ErrNotFound when it had none.
func (tx *Tx) RemoveParticipant(ctx context.Context, conversationID, userID string) error {
	err := tx.change(ctx, `DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2`, conversationID, userID)
	return wrap(err, "remove participant")
}
