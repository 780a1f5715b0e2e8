package sqlite

import (
	"context"
	"strings"
)

// change is a statement that was carried out and may have changed rows.
type change struct {
	sql  string
	args []any
}

// reads reports whether a statement surely changes nothing.
func reads(sql string) bool { return strings.HasPrefix(strings.TrimSpace(sql), "SELECT") }

// wrote notes a statement, so that it can be repeated.
func (c *conn) wrote(s *stmt, sql string, args []any) {
	if !s.reads {
		c.changes = append(c.changes, change{sql, args})
	}
}

// forget ends the list of changes, and lets go of their arguments.
func (c *conn) forget() {
	clear(c.changes)
	c.changes = c.changes[:0]
}

// undo takes back all changes of the open transaction but the first n: it begins anew and repeats those. Nobody else can
// write between, so each does what it did before.
func (c *conn) undo(ctx context.Context, n int) error {
	keep := c.changes[:n]
	c.changes = nil
	for _, sql := range []string{"ROLLBACK", "BEGIN IMMEDIATE"} {
		if err := c.control(sql); err != nil {
			return err
		}
	}
	for _, ch := range keep {
		if _, err := c.Exec(ctx, ch.sql, ch.args...); err != nil {
			return err
		}
	}
	return nil
}
