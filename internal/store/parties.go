package store

import (
	"context"
	"strings"
)

type parties struct {
	conversation Conversation
	user         User
}

var selectParties = `SELECT ` + strings.ReplaceAll(conversationColumns, "r.", "c.") + `, ` + userColumns + `
	FROM conversations c JOIN users r ON r.bot_id = c.bot_id WHERE c.id = $1 AND c.bot_id = $2 AND r.id = $3`

// Parties reads a bot's conversation and one of its users, who need not take part in it, at once: a message that is
// written needs both. ErrNotFound when there is not the one or not the other.
func (tx *Tx) Parties(ctx context.Context, botID, conversationID, userID string) (*Conversation, *User, error) {
	p, err := one(ctx, tx, scanParties, selectParties, conversationID, botID, userID)
	if err != nil {
		return nil, nil, wrap(err, "read conversation and user")
	}
	return &p.conversation, &p.user, nil
}

func scanParties(rows Rows, p *parties) error {
	return scanConversation(beforeUser{rows, &p.user}, &p.conversation)
}

// beforeUser scans a user behind the columns that are asked for.
type beforeUser struct {
	Rows
	user *User
}

// Scan scans the columns and the user.
func (b beforeUser) Scan(dest ...any) error { return scanUser(leading{b.Rows, dest}, b.user) }

// leading scans columns before those that are asked for.
type leading struct {
	Rows
	dest []any
}

// Scan scans the first columns and those that are asked for.
func (l leading) Scan(dest ...any) error { return l.Rows.Scan(append(l.dest, dest...)...) }
