package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// job is an Update on its way through the writer.
type job struct {
	ctx      context.Context
	fn       func(*store.Tx) error
	tx       *store.Tx
	err      error
	panicked any
	done     chan struct{}
}

// Update implements store.Store. ctx ends the wait in the queue; once fn has run, the commit's outcome is waited for.
func (s *Store) Update(ctx context.Context, fn func(*store.Tx) error) error {
	if ctx.Value(txKey{s}) != nil {
		return store.ErrNested
	}
	s.calls.RLock()
	defer s.calls.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case s.queue <- j:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", store.ErrBusy, context.Cause(ctx))
	}
	<-j.done
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
}

// write is the writer: it ends when Close has let every Update out of the queue.
func (s *Store) write() {
	defer close(s.done)
	for {
		select {
		case j := <-s.queue:
			s.commit(s.group(j))
		case <-s.quit:
			return
		}
	}
}

// group takes what is queued now, without waiting for more.
func (s *Store) group(first *job) []*job {
	group := []*job{first}
	for len(group) < s.cfg.MaxGroup {
		select {
		case j := <-s.queue:
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

func (s *Store) commit(group []*job) {
	ctx := context.Background() // one caller's end must not end the others' transaction
	_, err := s.writer.Exec(ctx, "BEGIN IMMEDIATE")
	if err == nil {
		for _, j := range group {
			if err = s.run(j); err != nil {
				break
			}
		}
	}
	if err == nil {
		_, err = s.writer.Exec(ctx, "COMMIT")
	}
	if err != nil && !s.writer.raw.AutocommitEnabled() {
		// A rollback that fails leaves the transaction open; the next BEGIN then fails and rolls back again.
		_, _ = s.writer.Exec(ctx, "ROLLBACK")
	}
	for _, j := range group {
		if j.err == nil && j.panicked == nil {
			if err != nil {
				j.err = fmt.Errorf("commit: %w", err)
			} else if j.tx != nil {
				j.tx.Committed()
			}
		}
		close(j.done)
	}
}

// run runs a job in a savepoint; the error it returns is the whole group's.
func (s *Store) run(j *job) error {
	if j.ctx.Err() != nil {
		j.err = fmt.Errorf("%w: %w", store.ErrBusy, context.Cause(j.ctx))
		return nil
	}
	if _, err := s.writer.Exec(j.ctx, "SAVEPOINT job"); err != nil {
		return err
	}
	j.tx = store.NewTx(s.writer, time.Now(), store.SQLite)
	func() {
		defer func() {
			if p := recover(); p != nil {
				j.panicked = p
			}
		}()
		j.err = j.fn(j.tx)
	}()
	if s.writer.raw.AutocommitEnabled() { // a full disk makes the engine roll all back by itself
		return fmt.Errorf("transaction was rolled back: %w", orBusy(j.err))
	}
	if j.err != nil || j.panicked != nil {
		if _, err := s.writer.Exec(j.ctx, "ROLLBACK TO job"); err != nil {
			return err
		}
	}
	_, err := s.writer.Exec(j.ctx, "RELEASE job")
	return err
}

func orBusy(err error) error {
	if err == nil {
		return store.ErrBusy
	}
	return err
}
