// Package store keeps Bellhop's rows: bots, installations, users, conversations, messages, events, states,
// tokens and the deliveries they cause.
//
// A Store opens transactions; a Tx has one method for each thing that can be done with a row. The SQL is here,
// once, in the text that SQLite and PostgreSQL both run; a driver (packages sqlite and postgres) brings only a
// Conn. Rows that cause something to be told to somebody are written in the same Update as their delivery.
//
// Nothing outside the drivers sees a database handle, and a Tx must not outlive its function.
package store

import (
	"context"
	"errors"
	"time"
)

// Store is a database. It is safe for concurrent use. The functions that it runs must not call View or Update, nor wait
// for somebody who does.
type Store interface {
	// View runs fn on one consistent snapshot. Methods that write fail in it.
	View(ctx context.Context, fn func(*Tx) error) error
	// Update runs fn in a transaction and returns nil only when its changes are durable. fn is run at most once, and
	// not at all when ctx ends first. An error or a panic of fn leaves nothing behind; the error is returned as it is
	// and the panic goes on in the caller.
	Update(ctx context.Context, fn func(*Tx) error) error
	// Close waits for what is under way and releases the database.
	Close() error
}

// Errors that callers steer by; drivers wrap the engine's own error with them.
var (
	// ErrNotFound: no such row, or it is not the bot's.
	ErrNotFound = errors.New("not found")
	// ErrConflict: a row with this key exists already, or the row is not in a state that allows the change.
	ErrConflict = errors.New("conflict")
	// ErrDuplicate: what was to be added once is there already.
	ErrDuplicate = errors.New("duplicate")
	// ErrBusy: nothing was written; the same call may succeed later.
	ErrBusy = errors.New("store is busy")
	// ErrFull: nothing was written; the disk is full.
	ErrFull = errors.New("storage is full")
	// ErrNested: View or Update was called by the function of a transaction.
	ErrNested = errors.New("nested transaction")
	// ErrCursor: Page.After was not made by the store.
	ErrCursor = errors.New("invalid page cursor")
	// ErrClosed: the Store is closed.
	ErrClosed = errors.New("store is closed")
)

// Conn is what a driver gives to a Tx. Parameters are $1, $2, …; arguments may be nil, string, *string, int,
// int64, bool, []byte, json.RawMessage, time.Time and *time.Time (kept as Unix milliseconds). What they point to must not
// change before the transaction has ended.
type Conn interface {
	// Exec returns the number of rows changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	// Query's Rows must be closed before the next call on the Conn.
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
}

// Rows is a result being read. Scan takes pointers to the types that Conn takes as arguments; NULL becomes zero.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Dialect names the engine, for the few statements that must differ.
type Dialect int

// The engines.
const (
	SQLite Dialect = iota + 1
	Postgres
)

// Page says which part of a list is wanted.
type Page struct {
	// Limit is the largest number of rows; 0 means 20, more than 1000 means 1000.
	Limit int
	// After is the cursor that the list before this one returned, or "" for the first page.
	After string
}

// Millis is the time as the store keeps it: UTC, whole milliseconds.
func Millis(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }
