// Package sqlite is the embedded store: one file, one writer, many readers.
//
// Updates queue for one goroutine, which runs what has queued up in one transaction and commits it together: one fsync
// for the group. What one of them wrote before it failed is taken back alone. An Update returns when its group's commit is
// on disk. While the file is open, locks on it and beside it keep every other process out, by whatever name.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/schema"
	engine "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Config adjusts a Store; zero fields mean the defaults.
type Config struct {
	// MaxQueued is how many Updates may wait for the writer; default 4096. Beyond it callers wait until their context
	// ends, which is ErrBusy.
	MaxQueued int
	// MaxGroup is how many Updates share a commit; default 256.
	MaxGroup int
}

// Store implements store.Store.
type Store struct {
	cfg     Config
	writer  *conn
	readers chan *conn
	queue   chan *job
	chores  chan chore
	quit    chan struct{}
	done    chan struct{}
	owned   *ownership
	close   sync.Once
	calls   sync.RWMutex // held by readers of the pool; Close takes it
	closed  bool
	err     error
}

var _ store.Store = (*Store)(nil)

// Open opens the database file, makes it and its directory when they are missing, and brings its tables up to date.
func Open(ctx context.Context, path string, cfg Config) (*Store, error) {
	if cfg.MaxQueued <= 0 {
		cfg.MaxQueued = 4096
	}
	if cfg.MaxGroup <= 0 {
		cfg.MaxGroup = 256
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	owned, err := own(path)
	if err != nil {
		return nil, err
	}
	s := &Store{
		cfg: cfg, queue: make(chan *job, cfg.MaxQueued), chores: make(chan chore), quit: make(chan struct{}), done: make(chan struct{}), owned: owned,
	}
	if err := s.open(ctx, owned.path); err != nil {
		err = s.explain(err)
		return nil, errors.Join(fmt.Errorf("open store %s: %w", path, err), s.release())
	}
	go s.write()
	return s, nil
}

func (s *Store) open(ctx context.Context, path string) error {
	info, err := s.owned.file.Stat()
	if err != nil {
		return err
	}
	if err := checkLog(path, info.Size()); err != nil {
		return err
	}
	if info.Size() == 0 {
		if err := format(path); err != nil {
			return err
		}
	}
	if s.writer, err = connect(path, engine.OpenReadWrite|engine.OpenWAL); err != nil {
		return err
	}
	// The log begins anew, so that no rest of one that a crash ended is behind what is written next (see checkLog). When
	// that fails, as on a full disk, the log is as it was.
	_ = sqlitex.ExecuteTransient(s.writer.raw, "PRAGMA wal_checkpoint(TRUNCATE)", nil)
	// What is deleted is overwritten, so that an erased person is in no free page either.
	if err := sqlitex.ExecuteTransient(s.writer.raw, "PRAGMA secure_delete = ON", nil); err != nil {
		return classify(err)
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	n := max(1, runtime.GOMAXPROCS(0)-1) + 1
	s.readers = make(chan *conn, n)
	for range n {
		c, err := connect(path, engine.OpenReadOnly)
		if err != nil {
			return err
		}
		s.readers <- c
	}
	return nil
}

// format makes an empty file a database that can give free pages back, which must be said before anything else is
// written to it.
func format(path string) error {
	raw, err := engine.OpenConn(path, engine.OpenReadWrite)
	if err != nil {
		return classify(err)
	}
	err = sqlitex.ExecuteTransient(raw, "PRAGMA auto_vacuum = INCREMENTAL", nil)
	if err == nil {
		err = sqlitex.ExecuteTransient(raw, "VACUUM", nil)
	}
	return errors.Join(classify(err), raw.Close())
}

func connect(path string, flags engine.OpenFlags) (*conn, error) {
	raw, err := engine.OpenConn(path, flags)
	if err != nil {
		return nil, classify(err)
	}
	raw.SetBusyTimeout(5 * time.Second)
	// A page that is written again and again is copied from the log to the database once for each checkpoint: one in
	// 4,000 pages, 16 MB, is a fraction of the work of the engine's 1,000 and is still read back in a moment.
	for _, pragma := range []string{"synchronous = FULL", "cache_size = -16000", "temp_store = MEMORY", "wal_autocheckpoint = 4000"} {
		if err := sqlitex.ExecuteTransient(raw, "PRAGMA "+pragma, nil); err != nil {
			return nil, errors.Join(classify(err), raw.Close())
		}
	}
	return &conn{raw: raw, fresh: map[string]*stmt{}}, nil
}

// migrate runs the migrations that user_version has not counted yet, each in a transaction.
func migrate(ctx context.Context, c *conn) error {
	var version int64
	r, err := c.Query(ctx, "PRAGMA user_version")
	if err != nil {
		return err
	}
	if r.Next() {
		err = r.Scan(&version)
	}
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	list, err := schema.All()
	if err != nil {
		return err
	}
	if version > int64(len(list)) {
		return schema.Newer(version, int64(len(list)))
	}
	for i := version; i < int64(len(list)); i++ {
		script := fmt.Sprintf("%s\nPRAGMA user_version = %d;", list[i], i+1)
		if err := sqlitex.ExecuteScript(c.raw, script, nil); err != nil { // runs in a savepoint
			return fmt.Errorf("migration %d: %w", i+1, classify(err))
		}
	}
	return nil
}

// View implements store.Store.
func (s *Store) View(ctx context.Context, fn func(*store.Tx) error) (err error) {
	if store.Nested() {
		return store.ErrNested
	}
	s.calls.RLock()
	defer s.calls.RUnlock()
	if s.closed {
		return store.ErrClosed
	}
	var c *conn
	select {
	case c = <-s.readers:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", store.ErrBusy, context.Cause(ctx))
	}
	defer func() { s.readers <- c }()
	c.raw.SetInterrupt(ctx.Done())
	defer c.raw.SetInterrupt(nil)
	if err := c.control("BEGIN"); err != nil {
		return s.explain(err)
	}
	defer func() {
		c.raw.SetInterrupt(nil)
		if end := c.control("ROLLBACK"); err == nil && end != nil {
			err = end
		}
	}()
	err = s.explain(store.NewTx(c, time.Now(), store.SQLite).Run(fn))
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.close.Do(func() {
		s.calls.Lock()
		s.closed = true
		s.calls.Unlock()
		close(s.quit)
		<-s.done
		s.err = s.release()
	})
	return s.err
}

func (s *Store) release() error {
	var errs []error
	for range len(s.readers) {
		errs = append(errs, (<-s.readers).raw.Close())
	}
	if s.writer != nil {
		errs = append(errs, sqlitex.ExecuteTransient(s.writer.raw, "PRAGMA wal_checkpoint(TRUNCATE)", nil), s.writer.raw.Close())
	}
	return errors.Join(append(errs, s.owned.release())...)
}
