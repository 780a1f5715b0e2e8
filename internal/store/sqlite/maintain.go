package sqlite

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/store"
	"zombiezen.com/go/sqlite/sqlitex"
)

// chore is work that the writer's connection does between transactions.
type chore struct {
	do   func(*conn) error
	done chan error
}

// between runs fn on the writer's connection between two groups.
func (s *Store) between(ctx context.Context, fn func(*conn) error) error {
	s.calls.RLock()
	defer s.calls.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	c := chore{do: fn, done: make(chan error, 1)}
	select {
	case s.chores <- c:
		return <-c.done
	case <-ctx.Done():
		return gaveUp(ctx)
	}
}

// Scrub copies the log into the database and empties it, so that what rows held that are deleted is in neither file:
// deleting overwrites their bytes (secure_delete). It is ErrBusy when readers did not end in time.
func (s *Store) Scrub(ctx context.Context) error {
	return s.between(ctx, func(c *conn) error {
		r, err := c.Query(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err != nil {
			return err
		}
		defer r.Close()
		var busy int64
		if r.Next() {
			if err := r.Scan(&busy); err != nil {
				return err
			}
		}
		if err := r.Err(); err != nil {
			return err
		}
		if busy != 0 {
			return fmt.Errorf("%w: the log could not be emptied", store.ErrBusy)
		}
		return nil
	})
}

// Reclaim gives up to pages free pages at the end of the database back to the file system and returns how many free
// pages are left. Databases that were made by a version before this one keep theirs for new rows until they are
// rewritten with VACUUM.
func (s *Store) Reclaim(ctx context.Context, pages int) (left int64, err error) {
	err = s.between(ctx, func(c *conn) error {
		if pages > 0 { // to the engine, 0 is all
			if err := sqlitex.ExecuteTransient(c.raw, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages), nil); err != nil {
				return classify(err)
			}
		}
		r, err := c.Query(ctx, "PRAGMA freelist_count")
		if err != nil {
			return err
		}
		defer r.Close()
		if r.Next() {
			return r.Scan(&left)
		}
		return r.Err()
	})
	return left, err
}
