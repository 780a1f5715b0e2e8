package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	engine "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// occupied runs fns as one group: behind an Update that holds the writer until
// all of them are queued. It returns their errors.
func occupied(t *testing.T, s *Store, fns ...func(*store.Tx) error) []error {
	t.Helper()
	release := hold(t, s)
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Go(func() { errs[i] = s.Update(context.Background(), fn) })
		for len(s.queue) <= i {
			runtime.Gosched()
		}
	}
	release()
	wg.Wait()
	return errs
}

// hold keeps the writer in an Update until release is called.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, free, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Update(context.Background(), func(*store.Tx) error {
			close(entered)
			<-free
			return nil
		})
	}()
	<-entered
	return func() {
		t.Helper()
		close(free)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func setting(key, value string) func(*store.Tx) error {
	return func(tx *store.Tx) error { return tx.PutSetting(context.Background(), key, value) }
}

func kept(t *testing.T, s *Store, key string) bool {
	t.Helper()
	value := ""
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		value, err = tx.Setting(t.Context(), key)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return value != ""
}

func TestUpdateGivesUpInTheQueue(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	release := hold(t, s)
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := make(chan error)
	go func() {
		gone <- s.Update(ctx, setting("late", "x"))
	}()
	for len(s.queue) == 0 {
		runtime.Gosched()
	}
	fault := errors.New("the caller went away")
	cancel(fault)
	if err := <-gone; !errors.Is(err, store.ErrBusy) || !errors.Is(err, fault) {
		t.Errorf("Update whose context ended = %v, want ErrBusy and the cause", err)
	}
	release()
	if err := put(s, "after", "x"); err != nil { // the queue was worked off
		t.Error(err)
	}
	if kept(t, s, "late") {
		t.Error("the Update that gave up was run later")
	}
}

func TestUpdateThatBeganIsNotGivenUp(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx *store.Tx) error {
		cancel()
		return tx.PutSetting(ctx, "begun", "x")
	})
	if err != nil || !kept(t, s, "begun") {
		t.Errorf("Update whose context ends within its function = %v; want its outcome and its row", err)
	}
}

// TestGivingUpRacesWithTheWriter wants that whoever gives up was not run, and
// that whoever was run is told so.
func TestGivingUpRacesWithTheWriter(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	var wg sync.WaitGroup
	var gaveUp, kept atomic.Int64
	for range 8 {
		wg.Go(func() {
			for range 250 {
				ctx, cancel := context.WithCancel(context.Background())
				go func() {
					for range rand.N(100) { // until the wait, the function or the commit
						runtime.Gosched()
					}
					cancel()
				}()
				ran := false
				err := s.Update(ctx, func(*store.Tx) error {
					ran = true
					for range 20 {
						runtime.Gosched() // so that the end may come meanwhile
					}
					return nil
				})
				if ran != (err == nil) {
					t.Errorf("Update = %v, and its function was run: %v", err, ran)
				}
				if ran {
					kept.Add(1)
				} else {
					gaveUp.Add(1)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	t.Logf("%d gave up, %d were run", gaveUp.Load(), kept.Load())
}

func TestPanicsLeaveTheGroupAlone(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	told := make(chan string, 4)
	var caught [2]any
	release := hold(t, s)
	var wg sync.WaitGroup
	update := func(place int, fn func(*store.Tx) error) {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil && place >= 0 {
					caught[place] = p
				}
			}()
			if err := s.Update(context.Background(), fn); err != nil {
				t.Errorf("Update = %v", err)
			}
		})
	}
	update(0, func(tx *store.Tx) error {
		tx.OnCommit(func() { panic("in a hook") })
		tx.OnCommit(func() { told <- "second hook" })
		return setting("hooked", "x")(tx)
	})
	update(1, func(tx *store.Tx) error { panic("in the function") })
	update(-1, func(tx *store.Tx) error {
		tx.OnCommit(func() { told <- "neighbour" })
		return setting("neighbour", "x")(tx)
	})
	for len(s.queue) < 3 {
		runtime.Gosched()
	}
	release()
	wg.Wait()
	if caught != [2]any{"in a hook", "in the function"} {
		t.Errorf("the callers got the panics %v", caught)
	}
	if len(told) != 2 || !kept(t, s, "hooked") || !kept(t, s, "neighbour") {
		t.Errorf("%d hooks ran, hooked is kept: %v, its neighbour: %v", len(told), kept(t, s, "hooked"), kept(t, s, "neighbour"))
	}
	if err := put(s, "after", "x"); err != nil {
		t.Error(err)
	}
}

func TestAFunctionThatEndsItsGoroutineFailsItsGroup(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	errs := occupied(t, s, setting("before", "x"), func(*store.Tx) error {
		runtime.Goexit()
		return nil
	}, setting("behind", "x"))
	for i, err := range errs {
		if err == nil {
			t.Errorf("Update %d of the group = nil, want an error", i)
		}
	}
	if kept(t, s, "before") || kept(t, s, "behind") {
		t.Error("rows of the group are there")
	}
	if err := put(s, "after", "x"); err != nil {
		t.Error(err)
	}
}

func TestFullDiskFailsTheWholeGroup(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	limit(t, s, 1) // the least it can be is what is in use
	hooks := 0
	small := func(key string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			tx.OnCommit(func() { hooks++ })
			return setting(key, "x")(tx)
		}
	}
	errs := occupied(t, s, small("first"), setting("big", strings.Repeat("x", 1<<20)), small("last"))
	for i, err := range errs {
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("Update %d of the group = %v, want ErrFull", i, err)
		}
	}
	if hooks != 0 || kept(t, s, "first") || kept(t, s, "last") {
		t.Errorf("%d hooks ran; first is kept: %v, last: %v", hooks, kept(t, s, "first"), kept(t, s, "last"))
	}
	limit(t, s, 1<<30)
	if err := put(s, "after", "x"); err != nil {
		t.Errorf("Update when there is room again = %v", err)
	}
}

func TestLockedDatabaseFailsTheWholeGroup(t *testing.T) {
	t.Parallel()
	s, path := openStore(t)
	s.writer.raw.SetBusyTimeout(time.Millisecond)
	other, err := engine.OpenConn(path, engine.OpenReadWrite|engine.OpenWAL)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := sqlitex.ExecuteTransient(other, "BEGIN IMMEDIATE", nil); err != nil {
		t.Fatal(err)
	}
	var group []*job
	for range 3 {
		group = append(group, &job{ctx: t.Context(), done: make(chan struct{}), fn: func(*store.Tx) error {
			t.Error("the function of a group that could not begin was run")
			return nil
		}})
	}
	s.commit(group) // the writer's goroutine is idle
	for i, j := range group {
		<-j.done
		if !errors.Is(j.err, store.ErrBusy) {
			t.Errorf("Update %d of the group = %v, want ErrBusy", i, j.err)
		}
	}
}

func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	err := s.Update(t.Context(), func(*store.Tx) error {
		for i := range 5 * keptStatements {
			for _, sql := range []string{fmt.Sprintf("SELECT %d", i), "SELECT 'often'"} {
				r, err := s.writer.Query(t.Context(), sql)
				if err != nil {
					return err
				}
				if err := r.Close(); err != nil {
					return err
				}
			}
		}
		if n := len(s.writer.fresh) + len(s.writer.stale); n > 2*keptStatements {
			t.Errorf("%d statements are kept, want at most %d", n, 2*keptStatements)
		}
		if s.writer.fresh["SELECT 'often'"] == nil {
			t.Error("the statement that is used all the time is not kept")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
