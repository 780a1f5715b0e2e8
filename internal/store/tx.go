package store

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Tx is a transaction. It is not safe for concurrent use and ends with the function it was given to.
type Tx struct {
	conn    Conn
	now     time.Time
	dialect Dialect
	hooks   []func()
	vault   Vault

	discarded []Delivery // see Discarded
}

// NewTx is for drivers: a transaction on conn at the time now.
func NewTx(conn Conn, now time.Time, dialect Dialect) *Tx {
	return &Tx{conn: conn, now: Millis(now), dialect: dialect}
}

// Now is the transaction's one time, UTC, in whole milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// OnCommit has fn run after the transaction is durable, in commit order on SQLite; it must not block. It is not run
// when the transaction fails. A panic of fn goes on in the caller of Update after all functions were run; the
// transaction stays.
func (tx *Tx) OnCommit(fn func()) { tx.hooks = append(tx.hooks, fn) }

// Committed is for drivers: it runs what OnCommit was given and returns the value of the first panic, or nil.
func (tx *Tx) Committed() (panicked any) {
	for _, fn := range tx.hooks {
		if p := recovered(fn); panicked == nil {
			panicked = p
		}
	}
	tx.hooks = nil
	return panicked
}

func recovered(fn func()) (panicked any) {
	defer func() { panicked = recover() }()
	fn()
	return nil
}

// forUpdate locks the rows that a SELECT reads; SQLite has one writer and needs nothing.
func (tx *Tx) forUpdate() string {
	if tx.dialect == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// exec runs a statement.
func (tx *Tx) exec(ctx context.Context, sql string, args ...any) error {
	_, err := tx.conn.Exec(ctx, sql, args...)
	return err
}

// change runs a statement that must change a row, else ErrNotFound.
func (tx *Tx) change(ctx context.Context, sql string, args ...any) error {
	n, err := tx.conn.Exec(ctx, sql, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// row scans the first row of a query into dest, else ErrNotFound.
func (tx *Tx) row(ctx context.Context, sql string, args []any, dest ...any) error {
	rows, err := tx.conn.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// one reads a query's first row, else ErrNotFound.
func one[T any](ctx context.Context, tx *Tx, scan func(Rows, *T) error, sql string, args ...any) (*T, error) {
	rows, err := tx.conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, err
		}
		return nil, ErrNotFound
	}
	v := new(T)
	if err := scan(rows, v); err != nil {
		return nil, err
	}
	if err := opened(tx, v); err != nil {
		return nil, err
	}
	return v, rows.Close()
}

// all reads a query's rows.
func all[T any](ctx context.Context, tx *Tx, scan func(Rows, *T) error, sql string, args ...any) ([]T, error) {
	rows, err := tx.conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		if err := opened(tx, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return list, rows.Close()
}

func scanString(rows Rows, s *string) error { return rows.Scan(s) }

// wrap says what was being done; nil stays nil.
func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// stamp fills the times of a new row that the caller left zero.
func (tx *Tx) stamp(created, updated *time.Time) {
	if created.IsZero() {
		*created = tx.now
	}
	if updated.IsZero() {
		*updated = *created
	}
}

// encodeTags is canonical: equal tags are equal texts.
func encodeTags(tags Tags) string {
	if len(tags) == 0 {
		return "{}"
	}
	b, err := json.Marshal(tags, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil { // a map of strings always encodes
		panic(err)
	}
	return string(b)
}

func decodeTags(text string) (Tags, error) {
	if text == "{}" || text == "" {
		return Tags{}, nil
	}
	var tags Tags
	if err := json.Unmarshal([]byte(text), &tags); err != nil {
		return nil, fmt.Errorf("decode tags: %w", err)
	}
	return tags, nil
}
