package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Code is the source of an integration version or a bot, by its id, that runs on this server.
type Code struct {
	Owner  string
	Hash   string // of Source; set by PutCode
	Source string
}

func scanCode(rows Rows, c *Code) error { return rows.Scan(&c.Owner, &c.Hash, &c.Source) }

// Code reads the code of an integration or a bot.
func (tx *Tx) Code(ctx context.Context, owner string) (*Code, error) {
	c, err := one(ctx, tx, scanCode, `SELECT owner, hash, source FROM code WHERE owner = $1`, owner)
	return c, wrap(err, "read code")
}

// PutCode keeps code in place of the owner's code until now, and reports whether it is another one.
func (tx *Tx) PutCode(ctx context.Context, c Code) (changed bool, err error) {
	sum := sha256.Sum256([]byte(c.Source))
	c.Hash = hex.EncodeToString(sum[:])
	n, err := tx.conn.Exec(ctx, `INSERT INTO code (owner, hash, source, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner) DO UPDATE SET hash = excluded.hash, source = excluded.source, updated_at = excluded.updated_at
		WHERE code.hash <> excluded.hash`, c.Owner, c.Hash, c.Source, tx.now)
	return n > 0, wrap(err, "put code")
}

// DeleteCode forgets the code of an integration or a bot; it does nothing when there is none.
func (tx *Tx) DeleteCode(ctx context.Context, owner string) error {
	return wrap(tx.exec(ctx, `DELETE FROM code WHERE owner = $1`, owner), "delete code")
}

// disown removes what is kept for an integration or a bot by its id, when that goes.
func (tx *Tx) disown(ctx context.Context, owner string) error {
	for _, table := range []string{"code", "secrets", "logs"} {
		if err := tx.exec(ctx, `DELETE FROM `+table+` WHERE owner = $1`, owner); err != nil {
			return fmt.Errorf("delete from %s: %w", table, err)
		}
	}
	return nil
}
