package store

import (
	"context"
	"encoding/json"
	"time"
)

// Table is a table of a bot.
type Table struct {
	ID, BotID, Name      string
	Factor               int64
	Frozen               bool
	KeyColumn            string // "" is none
	Columns              json.RawMessage
	Tags                 Tags
	Compute              bool
	LastRow              int64 // the highest id that a row ever had
	CreatedAt, UpdatedAt time.Time
}

// TableRow is a row of a table. Key is its value in the key column; nil is none.
type TableRow struct {
	ID                   int64 // unique in its table
	Data                 json.RawMessage
	Key                  *string
	CreatedAt, UpdatedAt time.Time
}

const tableColumns = `id, bot_id, name, factor, frozen, key_column, columns, tags, compute, last_row, created_at, updated_at`

func scanTable(rows Rows, t *Table) error {
	var tags string
	err := rows.Scan(&t.ID, &t.BotID, &t.Name, &t.Factor, &t.Frozen, &t.KeyColumn, &t.Columns, &tags, &t.Compute, &t.LastRow, &t.CreatedAt, &t.UpdatedAt)
	if err != nil {
		return err
	}
	t.Tags, err = decodeTags(tags)
	return err
}

func scanTableRow(rows Rows, r *TableRow) error {
	return rows.Scan(&r.ID, &r.Data, &r.CreatedAt, &r.UpdatedAt)
}

// CreateTable adds a table. ErrConflict when the bot has one of this name.
func (tx *Tx) CreateTable(ctx context.Context, t *Table) error {
	tx.stamp(&t.CreatedAt, &t.UpdatedAt)
	err := tx.exec(ctx, `INSERT INTO tables (`+tableColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		t.ID, t.BotID, t.Name, t.Factor, t.Frozen, t.KeyColumn, t.Columns, encodeTags(t.Tags), t.Compute, t.LastRow, t.CreatedAt, t.UpdatedAt)
	return wrap(err, "create table")
}

const selectTable = `SELECT ` + tableColumns + ` FROM tables WHERE bot_id = $1 AND (id = $2 OR name = $2)`

// Table reads a bot's table by id or name.
func (tx *Tx) Table(ctx context.Context, botID, ref string) (*Table, error) {
	t, err := one(ctx, tx, scanTable, selectTable, botID, ref)
	return t, wrap(err, "read table")
}

// LockTable is Table for one that this transaction is going to change, with its rows: no other changes them until the end.
func (tx *Tx) LockTable(ctx context.Context, botID, ref string) (*Table, error) {
	t, err := one(ctx, tx, scanTable, selectTable+tx.forUpdate(), botID, ref)
	return t, wrap(err, "lock table")
}

// Tables lists a bot's tables by name.
func (tx *Tx) Tables(ctx context.Context, botID string) ([]Table, error) {
	list, err := all(ctx, tx, scanTable, `SELECT `+tableColumns+` FROM tables WHERE bot_id = $1 ORDER BY name`, botID)
	return list, wrap(err, "list tables")
}

// LockTables lets one transaction at a time make tables of a bot.
func (tx *Tx) LockTables(ctx context.Context, botID string) error {
	return tx.lock(ctx, "tables\x00"+botID)
}

// UpdateTable writes every field but ids and CreatedAt; UpdatedAt becomes Now.
func (tx *Tx) UpdateTable(ctx context.Context, t *Table) error {
	t.UpdatedAt = tx.now
	err := tx.change(ctx, `UPDATE tables SET name = $2, factor = $3, frozen = $4, key_column = $5, columns = $6, tags = $7, compute = $8,
		last_row = $9, updated_at = $10 WHERE id = $1`,
		t.ID, t.Name, t.Factor, t.Frozen, t.KeyColumn, t.Columns, encodeTags(t.Tags), t.Compute, t.LastRow, t.UpdatedAt)
	return wrap(err, "update table")
}

// DeleteTable removes a table and its rows.
func (tx *Tx) DeleteTable(ctx context.Context, id string) error {
	err := tx.exec(ctx, `DELETE FROM table_rows WHERE table_id = $1`, id)
	if err == nil {
		err = tx.change(ctx, `DELETE FROM tables WHERE id = $1`, id)
	}
	return wrap(err, "delete table")
}

// CountTableRows counts the rows of a table.
func (tx *Tx) CountTableRows(ctx context.Context, id string) (n int64, err error) {
	err = tx.row(ctx, `SELECT COUNT(*) FROM table_rows WHERE table_id = $1`, []any{id}, &n)
	return n, wrap(err, "count rows")
}

// TableRows lists up to limit rows of a table with ids above after, by id.
func (tx *Tx) TableRows(ctx context.Context, id string, after int64, limit int) ([]TableRow, error) {
	list, err := all(ctx, tx, scanTableRow, `SELECT id, data, created_at, updated_at FROM table_rows WHERE table_id = $1 AND id > $2
		ORDER BY id LIMIT $3`, id, after, limit)
	return list, wrap(err, "list rows")
}

// TableRow reads a row.
func (tx *Tx) TableRow(ctx context.Context, id string, row int64) (*TableRow, error) {
	r, err := one(ctx, tx, scanTableRow, `SELECT id, data, created_at, updated_at FROM table_rows WHERE table_id = $1 AND id = $2`, id, row)
	return r, wrap(err, "read row")
}

// PutTableRow adds a row or writes it anew. ErrConflict when another has its key.
func (tx *Tx) PutTableRow(ctx context.Context, id string, r *TableRow) error {
	r.UpdatedAt = tx.now
	if r.CreatedAt.IsZero() {
		r.CreatedAt = tx.now
	}
	err := tx.exec(ctx, `INSERT INTO table_rows (table_id, id, data, key_value, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (table_id, id) DO UPDATE SET data = excluded.data, key_value = excluded.key_value, updated_at = excluded.updated_at`,
		id, r.ID, r.Data, r.Key, r.CreatedAt, r.UpdatedAt)
	return wrap(err, "put row")
}

// DeleteTableRow removes a row and tells whether there was one.
func (tx *Tx) DeleteTableRow(ctx context.Context, id string, row int64) (bool, error) {
	n, err := tx.conn.Exec(ctx, `DELETE FROM table_rows WHERE table_id = $1 AND id = $2`, id, row)
	return n > 0, wrap(err, "delete row")
}

// ClearTable removes all rows of a table and tells how many there were.
func (tx *Tx) ClearTable(ctx context.Context, id string) (int64, error) {
	n, err := tx.conn.Exec(ctx, `DELETE FROM table_rows WHERE table_id = $1`, id)
	return n, wrap(err, "clear table")
}
