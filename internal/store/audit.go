package store

import (
	"context"
	"time"
)

// AuditEntry says who changed what, when and from where.
type AuditEntry struct {
	ID        string // sorts by time
	At        time.Time
	TokenID   string // "" for code of the server itself
	Actor     string // the token's note, for people
	Address   string // of the caller; "" for the server itself
	Operation string
	BotID     string // "" when it concerns no bot
	Subject   string // what was changed, as in the path of the call
	Fields    string // names of the members that were given, separated by spaces
}

const auditColumns = `id, at, token_id, actor, address, operation, bot_id, subject, fields`

func scanAudit(rows Rows, e *AuditEntry) error {
	return rows.Scan(&e.ID, &e.At, &e.TokenID, &e.Actor, &e.Address, &e.Operation, &e.BotID, &e.Subject, &e.Fields)
}

// AddAudit adds an entry.
func (tx *Tx) AddAudit(ctx context.Context, e *AuditEntry) error {
	err := tx.exec(ctx, `INSERT INTO audit (`+auditColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, e.At, e.TokenID, e.Actor, e.Address, e.Operation, e.BotID, e.Subject, e.Fields)
	return wrap(err, "record change")
}

// Audit lists entries, newest first; botID "" lists those of all bots and of the server.
func (tx *Tx) Audit(ctx context.Context, botID string, p Page) ([]AuditEntry, string, error) {
	f := new(filter)
	f.is("bot_id", botID)
	list, next, err := listPage(ctx, tx, scanAudit, auditColumns, "audit", f, sorting[AuditEntry]{
		id: "id", key: func(e *AuditEntry) (int64, string) { return 0, e.ID },
	}, p)
	return list, next, wrap(err, "list changes")
}

// PruneAudit removes up to limit entries from before a time and returns how many.
func (tx *Tx) PruneAudit(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.conn.Exec(ctx, `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 ORDER BY id LIMIT $2)`,
		before, limited(limit))
	return n, wrap(err, "prune audit")
}
