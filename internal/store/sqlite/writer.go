package sqlite

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
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
	taken    atomic.Bool // by the writer, or by its caller, who gives up; whoever is first has it
}

// take reports whether nobody has taken the job before.
func (j *job) take() bool { return j.taken.CompareAndSwap(false, true) }

// failed reports whether what the job wrote must not stay.
func (j *job) failed() bool { return j.err != nil || j.panicked != nil }

// end gives the job back to its caller.
func (j *job) end(err error) {
	if !j.failed() {
		j.err = err
	}
	close(j.done)
}

// Update implements store.Store. ctx ends the wait in the queue; once fn has begun, the commit's outcome is waited for.
func (s *Store) Update(ctx context.Context, fn func(*store.Tx) error) error {
	if store.Nested() {
		return store.ErrNested
	}
	s.calls.RLock()
	defer s.calls.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case s.queue <- j:
	case <-ctx.Done():
		return gaveUp(ctx)
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.take() {
			return gaveUp(ctx)
		}
		<-j.done
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return s.explain(j.err)
}

func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: %w", store.ErrBusy, context.Cause(ctx))
}

// write is the writer: it ends when Close has let every Update out of the queue.
func (s *Store) write() {
	ended := false
	defer func() {
		if ended {
			close(s.done)
		} else {
			go s.write() // a function ended the goroutine under it
		}
	}()
	for {
		select {
		case j := <-s.queue:
			s.commit(s.group(j))
		case c := <-s.chores:
			c.done <- c.do(s.writer)
		case <-s.quit:
			ended = true
			return
		}
	}
}

// group takes what is queued now, without waiting for more.
func (s *Store) group(first *job) []*job {
	group := []*job{first}
	runtime.Gosched() // whoever is about to queue something comes first; nobody is waited for
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

// errEnded is everybody's error in the group when a function calls runtime.Goexit, as a test does that fails in it.
var errEnded = fmt.Errorf("a function in the transaction ended its goroutine: %w", store.ErrBusy)

// commit runs a group and commits it. Each job of it that was not given up is ended: all that did not fail by
// themselves share the commit's outcome.
func (s *Store) commit(group []*job) {
	ctx := context.Background() // one caller's end must not end the others' transaction
	err := errEnded
	defer func() {
		if err != nil && !s.writer.raw.AutocommitEnabled() {
			// A rollback that fails leaves the transaction open; the next BEGIN then fails and rolls back again.
			_ = s.writer.control("ROLLBACK")
		}
		if err != nil {
			err = fmt.Errorf("commit: %w", s.explain(err))
		}
		for _, j := range group {
			if err == nil && j.tx != nil && !j.failed() {
				j.panicked = j.tx.Committed()
			}
			if j.tx != nil || j.take() {
				j.end(err)
			}
		}
	}()
	err = s.transact(ctx, group)
}

// transact runs a group in one transaction; an error is the whole group's.
func (s *Store) transact(ctx context.Context, group []*job) error {
	if err := s.writer.control("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer s.writer.forget()
	careful := false
	for _, j := range group {
		if !j.take() {
			continue
		}
		undone, err := s.run(ctx, j, careful)
		if err != nil {
			return err
		}
		careful = careful || undone
	}
	return s.writer.control("COMMIT")
}

// run runs a job and takes back what it wrote when it fails; the error it returns is the whole group's. A savepoint, which
// copies each page that is changed in it, is mostly for nothing: a job has one only when it is careful, which is when
// something was undone in the group before, so that many failures do not repeat the same work many times.
func (s *Store) run(ctx context.Context, j *job, careful bool) (undone bool, err error) {
	before := len(s.writer.changes)
	if careful {
		if err := s.writer.control("SAVEPOINT job"); err != nil {
			return false, err
		}
	}
	if err := s.call(j); err != nil {
		return false, err
	}
	undone = j.failed() && len(s.writer.changes) > before
	switch {
	case undone && !careful:
		return true, s.writer.undo(ctx, before)
	case undone:
		if err := s.writer.control("ROLLBACK TO job"); err != nil {
			return false, err
		}
	case !careful:
		return false, nil
	}
	return undone, s.writer.control("RELEASE job")
}

// call calls a job's function; the error it returns is the whole group's.
func (s *Store) call(j *job) error {
	j.tx = store.NewTx(s.writer, time.Now(), store.SQLite)
	if j.ctx.Err() != nil { // its caller is about to give it up and was not fast enough
		j.err = gaveUp(j.ctx)
		return nil
	}
	j.call()
	if s.writer.raw.AutocommitEnabled() { // a full disk makes the engine roll all back by itself
		return fmt.Errorf("transaction was rolled back: %w", orBusy(j.err))
	}
	return nil
}

// call runs the job's function and keeps its error or panic.
func (j *job) call() {
	j.err = errEnded
	defer func() {
		if p := recover(); p != nil {
			j.err, j.panicked = nil, p
		}
	}()
	j.err = j.tx.Run(j.fn)
}

func orBusy(err error) error {
	if err == nil {
		return store.ErrBusy
	}
	return err
}
