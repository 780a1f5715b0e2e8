package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// conn is a store.Conn on one transaction.
type conn struct {
	tx    pgx.Tx
	first error // that failed: what follows in the transaction fails because of it
}

var _ store.Conn = (*conn)(nil)

// failed classifies an error of a statement. When an earlier one has aborted the
// transaction, it returns that one's.
func (c *conn) failed(err error) error {
	if err == nil {
		return nil
	}
	err = classify(err)
	if c.first == nil {
		c.first = err
	}
	if store.FaultName(err) == store.FaultAborted {
		return c.first
	}
	return err
}

// Exec implements store.Conn.
func (c *conn) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := c.tx.Exec(ctx, sql, encode(args)...)
	return tag.RowsAffected(), c.failed(err)
}

// Query implements store.Conn.
func (c *conn) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	r, err := c.tx.Query(ctx, sql, encode(args)...)
	if err != nil {
		return nil, c.failed(err)
	}
	return &rows{r, c}, nil
}

// text is s as a column can hold it: without zero bytes, in valid UTF-8. One
// odd character of somebody's name must not fail a transaction for ever.
func text(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// encode turns arguments into what the columns hold: times are milliseconds,
// JSON is text.
func encode(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case time.Time:
			out[i] = v.UnixMilli()
		case *time.Time:
			if v != nil {
				out[i] = v.UnixMilli()
			}
		case json.RawMessage:
			if v != nil {
				out[i] = text(string(v))
			}
		case *string:
			if v != nil {
				out[i] = text(*v)
			}
		case string:
			out[i] = text(v)
		case int:
			out[i] = int64(v)
		default:
			out[i] = arg
		}
	}
	return out
}

// rows is a store.Rows.
type rows struct {
	pgx.Rows
	conn *conn
}

// Close implements store.Rows.
func (r *rows) Close() error {
	r.Rows.Close()
	return r.conn.failed(r.Rows.Err())
}

// Err implements store.Rows.
func (r *rows) Err() error { return r.conn.failed(r.Rows.Err()) }

// Scan implements store.Rows; NULL becomes zero.
func (r *rows) Scan(dest ...any) error {
	values, err := r.Rows.Values()
	if err != nil {
		return r.conn.failed(err)
	}
	if len(values) != len(dest) {
		return fmt.Errorf("scan: %d columns into %d places", len(values), len(dest))
	}
	for i, v := range values {
		if err := decode(v, dest[i]); err != nil {
			return fmt.Errorf("scan column %d: %w", i+1, err)
		}
	}
	return nil
}

func decode(v, dest any) error {
	text, isText := v.(string)
	n, isNumber := integer(v)
	ok := v == nil
	switch d := dest.(type) {
	case *string:
		*d, ok = text, ok || isText
	case **string:
		*d = nil
		if isText {
			*d, ok = &text, true
		}
	case *int64:
		*d, ok = n, ok || isNumber
	case *bool:
		b, isBool := v.(bool)
		*d, ok = b, ok || isBool
	case *[]byte:
		b, isBytes := v.([]byte)
		if isText {
			b = []byte(text)
		}
		*d, ok = b, ok || isBytes || isText
	case *json.RawMessage:
		*d = nil
		if isText {
			*d, ok = json.RawMessage(text), true
		}
	case *time.Time:
		*d = time.Time{}
		if isNumber {
			*d, ok = time.UnixMilli(n).UTC(), true
		}
	case **time.Time:
		*d = nil
		if isNumber {
			t := time.UnixMilli(n).UTC()
			*d, ok = &t, true
		}
	}
	if !ok {
		return fmt.Errorf("%T does not go into %T", v, dest)
	}
	return nil
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int32:
		return int64(n), true
	}
	return 0, false
}
