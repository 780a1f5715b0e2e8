package store

import (
	"context"
	"time"
)

// Token is a credential; only its digest is kept.
type Token struct {
	ID                                string
	Kind                              string // account, bot or integration
	WorkspaceID, BotID, IntegrationID string
	Note, Last4                       string
	Hash                              []byte // SHA-256
	CreatedAt                         time.Time
}

const tokenColumns = `id, kind, workspace_id, bot_id, integration_id, note, last4, hash, created_at`

func scanToken(rows Rows, t *Token) error {
	return rows.Scan(&t.ID, &t.Kind, &t.WorkspaceID, &t.BotID, &t.IntegrationID, &t.Note, &t.Last4, &t.Hash, &t.CreatedAt)
}

// CreateToken adds a token; a zero CreatedAt becomes Now. ErrConflict when the id or the hash is taken.
func (tx *Tx) CreateToken(ctx context.Context, t Token) error {
	if t.CreatedAt.IsZero() {
		t.CreatedAt = tx.now
	}
	err := tx.exec(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID, t.Kind, t.WorkspaceID, t.BotID, t.IntegrationID, t.Note, t.Last4, t.Hash, t.CreatedAt)
	return wrap(err, "create token")
}

// TokenByHash reads the token with this digest.
func (tx *Tx) TokenByHash(ctx context.Context, hash []byte) (*Token, error) {
	t, err := one(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE hash = $1`, hash)
	return t, wrap(err, "read token")
}

// Tokens lists all tokens, oldest first.
func (tx *Tx) Tokens(ctx context.Context) ([]Token, error) {
	list, err := all(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM tokens ORDER BY created_at, id`)
	return list, wrap(err, "list tokens")
}

// DeleteToken removes a token.
func (tx *Tx) DeleteToken(ctx context.Context, id string) error {
	return wrap(tx.change(ctx, `DELETE FROM tokens WHERE id = $1`, id), "delete token")
}
