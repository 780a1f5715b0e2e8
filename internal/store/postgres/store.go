// Package postgres is the store on a PostgreSQL server, over pgx's native
// protocol.
//
// Transactions are READ COMMITTED; where a value is read to be changed, the
// store's SQL locks its row. An advisory lock is held for as long as the Store
// is open: several servers on one database are not supported yet, and two of
// them would deliver everything twice.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/schema"
)

// Config adjusts a Store; zero fields mean the defaults.
type Config struct {
	// MaxConns is how many connections are used, beside the one that holds the
	// lock; default 24.
	MaxConns int
	// LockWait is how long Open waits for another server to let go of the
	// database: one that was killed is noticed only after a moment. Default 5 s.
	LockWait time.Duration
}

// Store implements store.Store.
type Store struct {
	pool   *pgxpool.Pool
	lock   *pgx.Conn
	closed atomic.Bool
}

var _ store.Store = (*Store)(nil)

// Keys of advisory locks; the low half is "bell".
const (
	ownerLock   = 0x1_62656c6c
	migrateLock = 0x2_62656c6c
)

// Open connects to a database ("postgres://user:password@host/name"), brings
// its tables up to date and takes the lock. The errors never hold the
// password.
func Open(ctx context.Context, url string, cfg Config) (*Store, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("open store: the address of the PostgreSQL database cannot be read; it is like postgres://user:password@host/name")
	}
	if cfg.MaxConns <= 0 {
		cfg.MaxConns = 24
	}
	pc.MaxConns = int32(cfg.MaxConns)
	pc.ConnConfig.RuntimeParams["application_name"] = "bellhop"
	lock, err := pgx.ConnectConfig(ctx, pc.ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", unreached(pc.ConnConfig, err))
	}
	s := &Store{lock: lock}
	if cfg.LockWait <= 0 {
		cfg.LockWait = 5 * time.Second
	}
	if err := s.open(ctx, pc, cfg.LockWait); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), lock.Close(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// unreached says why no connection to a server was made, and what helps.
func unreached(cc *pgx.ConnConfig, err error) error {
	at := fmt.Sprintf("the PostgreSQL server at %s", net.JoinHostPort(cc.Host, strconv.Itoa(int(cc.Port))))
	if strings.HasPrefix(cc.Host, "/") {
		at = "the PostgreSQL server on the socket in " + cc.Host
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		remedy := "see that it may be used"
		switch e.Code {
		case "28P01", "28000": // invalid_password, invalid_authorization_specification
			remedy = "check the user and the password in the address, and pg_hba.conf there"
		case "3D000": // invalid_catalog_name
			remedy = "make it with createdb, or name another one in the address"
		case "53300", "57P03": // too_many_connections, cannot_connect_now
			remedy = "start again when it has room"
		}
		return fmt.Errorf("%s refuses the user %q and the database %q; %s: %w", at, cc.User, cc.Database, remedy, e)
	}
	// The address was said, and pgx says everything once with TLS and once without.
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	} else if e, ok := errors.AsType[*net.DNSError](err); ok {
		err = e
	}
	return fmt.Errorf("%s does not answer; see that it runs and that the address is right: %w", at, err)
}

func (s *Store) open(ctx context.Context, pc *pgxpool.Config, wait time.Duration) error {
	if _, err := s.lock.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d", wait.Milliseconds())); err != nil {
		return classify(err)
	}
	_, err := s.lock.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(ownerLock))
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "55P03" { // lock_not_available
		return fmt.Errorf("another bellhop server uses the database %q; stop it first", pc.ConnConfig.Database)
	} else if err != nil {
		return classify(err)
	}
	if _, err := s.lock.Exec(ctx, "SET lock_timeout = 0"); err != nil {
		return classify(err)
	}
	if err := migrate(ctx, s.lock); err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	s.pool = pool
	return err
}

// migrate runs the migrations that were not run yet, each in a transaction.
func migrate(ctx context.Context, c *pgx.Conn) error {
	list, err := schema.All()
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrateLock)); err != nil {
		return classify(err)
	}
	defer func() {
		_, _ = c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrateLock)) // ends with the connection at the latest
	}()
	if _, err := c.Exec(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"); err != nil {
		return classify(err)
	}
	var version int
	if err := c.QueryRow(ctx, "SELECT COALESCE(MAX(version), 0) FROM schema_version").Scan(&version); err != nil {
		return classify(err)
	}
	if version > len(list) {
		return schema.Newer(int64(version), int64(len(list)))
	}
	for i := version; i < len(list); i++ {
		err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, schema.Postgres(list[i]), pgx.QueryExecModeSimpleProtocol); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO schema_version VALUES ($1)", i+1)
			return err
		})
		if err != nil {
			return fmt.Errorf("migration %d: %w", i+1, classify(err))
		}
	}
	return nil
}

// View implements store.Store.
func (s *Store) View(ctx context.Context, fn func(*store.Tx) error) error {
	return s.run(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(*store.Tx) error) error {
	return s.run(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, fn)
}

// rollbackWithin bounds the clean-up after a caller has gone.
const rollbackWithin = 5 * time.Second

func (s *Store) run(ctx context.Context, options pgx.TxOptions, fn func(*store.Tx) error) (err error) {
	if store.Nested() {
		return store.ErrNested
	}
	if s.closed.Load() {
		return store.ErrClosed
	}
	raw, err := s.pool.BeginTx(ctx, options)
	if err != nil {
		return classify(err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
		defer cancel()
		_ = raw.Rollback(clean) // the connection is given up when this fails, and the server rolls back
	}()
	tx := store.NewTx(conn{raw}, time.Now(), store.Postgres)
	if err := tx.Run(fn); err != nil {
		return err
	}
	// The outcome of a commit must be known: it is not cut short.
	if err := raw.Commit(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("commit: %w", classify(err))
	}
	committed = true
	if p := tx.Committed(); p != nil {
		panic(p)
	}
	return nil
}

// Close implements store.Store.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.pool.Close()
	ctx, cancel := context.WithTimeout(context.Background(), rollbackWithin)
	defer cancel()
	_, err := s.lock.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(ownerLock))
	return errors.Join(err, s.lock.Close(ctx))
}

// classify wraps an error with the one that callers steer by.
func classify(err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		// Whatever is no answer of the server is a fault of the connection.
		return fmt.Errorf("%w: %w", store.ErrBusy, err)
	}
	switch e.Code {
	case "23505": // unique_violation
		return fmt.Errorf("%w: %s", store.ErrConflict, e.ConstraintName)
	case "53100": // disk_full
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case "40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03": // serialization, deadlock, lock, connections, shut-downs
		return fmt.Errorf("%w: %w", store.ErrBusy, err)
	}
	return err
}
