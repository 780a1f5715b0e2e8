package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	engine "zombiezen.com/go/sqlite"
)

// conn is a store.Conn on one connection; not safe for concurrent use.
type conn struct {
	raw          *engine.Conn
	fresh, stale map[string]*stmt
	changes      []change // of the open transaction, in order; the writer's only
}

var _ store.Conn = (*conn)(nil)

func (c *conn) prepare(sql string, args []any) (*stmt, error) {
	s, err := c.statement(sql)
	if err != nil {
		return nil, err
	}
	if err := s.Reset(); err != nil {
		return nil, classify(err)
	}
	for i, n := range s.args {
		if n < 0 || n >= len(args) {
			return nil, fmt.Errorf("no argument for $%d", n+1)
		}
		if err := bind(s.Stmt, i+1, args[n]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func bind(s *engine.Stmt, i int, arg any) error {
	switch v := arg.(type) {
	case nil:
		s.BindNull(i)
	case string:
		s.BindText(i, v)
	case *string:
		if v == nil {
			s.BindNull(i)
		} else {
			s.BindText(i, *v)
		}
	case int:
		s.BindInt64(i, int64(v))
	case int64:
		s.BindInt64(i, v)
	case bool:
		s.BindBool(i, v)
	case []byte:
		s.BindBytes(i, v)
	case json.RawMessage:
		if v == nil {
			s.BindNull(i)
		} else {
			s.BindText(i, string(v))
		}
	case time.Time:
		s.BindInt64(i, v.UnixMilli())
	case *time.Time:
		if v == nil {
			s.BindNull(i)
		} else {
			s.BindInt64(i, v.UnixMilli())
		}
	default:
		return fmt.Errorf("argument $%d has type %T", i, arg)
	}
	return nil
}

// Exec implements store.Conn.
func (c *conn) Exec(_ context.Context, sql string, args ...any) (int64, error) {
	s, err := c.prepare(sql, args)
	if err != nil {
		return 0, err
	}
	for {
		more, err := s.Step()
		if err != nil {
			return 0, classify(err)
		}
		if !more {
			c.wrote(s, sql, args)
			return int64(c.raw.Changes()), nil
		}
	}
}

// control runs a statement that begins or ends a transaction or a savepoint.
func (c *conn) control(sql string) error {
	s, err := c.prepare(sql, nil)
	if err != nil {
		return err
	}
	_, err = s.Step()
	return classify(err)
}

// Query implements store.Conn.
func (c *conn) Query(_ context.Context, sql string, args ...any) (store.Rows, error) {
	s, err := c.prepare(sql, args)
	if err != nil {
		return nil, err
	}
	return &rows{c: c, s: s, sql: sql, args: args}, nil
}

type rows struct {
	c      *conn
	s      *stmt
	sql    string
	args   []any
	err    error
	done   bool
	closed bool
}

func (r *rows) Next() bool {
	if r.done {
		return false
	}
	more, err := r.s.Step()
	if err != nil {
		r.err = classify(err)
	}
	r.done = !more || err != nil
	return !r.done
}

func (r *rows) Err() error { return r.err }

// Close runs the statement to its end: an INSERT … RETURNING that is reset early would be undone.
func (r *rows) Close() error {
	for r.Next() {
	}
	if err := r.s.Reset(); r.err == nil && err != nil {
		r.err = classify(err)
	}
	if r.err == nil && !r.closed {
		r.closed = true
		r.c.wrote(r.s, r.sql, r.args)
	}
	return r.err
}

func (r *rows) Scan(dest ...any) error {
	for i, d := range dest {
		null := r.s.ColumnIsNull(i)
		switch d := d.(type) {
		case *string:
			*d = r.s.ColumnText(i)
		case **string:
			*d = nil
			if !null {
				v := r.s.ColumnText(i)
				*d = &v
			}
		case *int64:
			*d = r.s.ColumnInt64(i)
		case *bool:
			*d = r.s.ColumnInt64(i) != 0
		case *[]byte:
			*d = r.bytes(i, null)
		case *json.RawMessage:
			*d = r.bytes(i, null)
		case *time.Time:
			*d = time.Time{}
			if !null {
				*d = time.UnixMilli(r.s.ColumnInt64(i)).UTC()
			}
		case **time.Time:
			*d = nil
			if !null {
				v := time.UnixMilli(r.s.ColumnInt64(i)).UTC()
				*d = &v
			}
		default:
			return fmt.Errorf("scan column %d into %T", i, d)
		}
	}
	return nil
}

func (r *rows) bytes(i int, null bool) []byte {
	if null {
		return nil
	}
	b := make([]byte, r.s.ColumnLen(i))
	r.s.ColumnBytes(i, b)
	return b
}

// faults names the engine's primary result codes that are faults of the database, not of a statement.
var faults = map[engine.ResultCode]string{
	engine.ResultBusy:     store.FaultLocked,
	engine.ResultLocked:   store.FaultLocked,
	engine.ResultFull:     store.FaultFull,
	engine.ResultIOErr:    store.FaultDisk,
	engine.ResultCantOpen: store.FaultUnreachable,
	engine.ResultReadOnly: store.FaultReadOnly,
	engine.ResultPerm:     store.FaultRefused,
	engine.ResultAuth:     store.FaultRefused,
	engine.ResultNoMem:    store.FaultMemory,
	engine.ResultCorrupt:  store.FaultDamaged,
	engine.ResultNotADB:   store.FaultDamaged,
}

// classify wraps an engine's error with the store's: what callers decide by, and the fault by its name.
func classify(err error) error {
	if err == nil {
		return nil
	}
	code := engine.ErrCode(err)
	if code == engine.ResultConstraintUnique || code == engine.ResultConstraintPrimaryKey {
		return fmt.Errorf("%w: %w", store.ErrConflict, err)
	}
	if name := faults[code.ToPrimary()]; name != "" {
		return &store.Fault{Name: name, Err: err}
	}
	return err
}
