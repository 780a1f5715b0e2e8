// Package postgres is the store on a PostgreSQL server, over pgx's native
// protocol.
//
// Transactions are READ COMMITTED; where a value is read to be changed, the
// store's SQL locks its row. One server at a time owns the database, by a lease
// in a row (see lease): each Update checks the lease's epoch in its own
// transaction, so that a server that was paused or cut off writes nothing after
// another has taken over.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	// MaxConns is how many connections are used, in addition to the one that
	// renews the lease; default 24.
	MaxConns int
	// LockWait is how long Open waits for another server to release the
	// database. One that was killed is noticed after 4 s. Default 5 s.
	LockWait time.Duration
	// TxTimeout bounds a transaction, with the wait for a connection; default 30 s.
	TxTimeout time.Duration
	// Logger gets changes of the ownership; nil discards.
	Logger *slog.Logger
}

// Store implements store.Store.
type Store struct {
	pool   *pgxpool.Pool
	lease  *lease
	within time.Duration
	closed atomic.Bool
}

var _ store.Store = (*Store)(nil)

// Open connects to a database ("postgres://user:password@host/name"), brings
// its tables up to date and takes the lease. The errors never hold the
// password; those that may pass by themselves match store.ErrBusy.
func Open(ctx context.Context, url string, cfg Config) (*Store, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("open store: the address of the PostgreSQL database cannot be read; it is like postgres://user:password@host/name")
	}
	if cfg.MaxConns <= 0 {
		cfg.MaxConns = 24
	}
	pc.MaxConns = int32(cfg.MaxConns)
	if cfg.LockWait <= 0 {
		cfg.LockWait = 5 * time.Second
	}
	if cfg.TxTimeout <= 0 {
		cfg.TxTimeout = 30 * time.Second
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if pc.ConnConfig.ConnectTimeout == 0 {
		pc.ConnConfig.ConnectTimeout = connectWithin
	}
	s := &Store{lease: newLease(pc.ConnConfig, cfg.Logger), within: cfg.TxTimeout}
	params := pc.ConnConfig.RuntimeParams
	params["application_name"] = session(s.lease.mark)
	if params["idle_in_transaction_session_timeout"] == "" {
		params["idle_in_transaction_session_timeout"] = strconv.FormatInt(idleWithin.Milliseconds(), 10)
	}
	conn, err := pgx.ConnectConfig(ctx, pc.ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", later{unreached(pc.ConnConfig, err)})
	}
	if err := s.open(ctx, pc, conn, cfg.LockWait); err != nil {
		closeConn(conn)
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

// connectWithin bounds a connection's start, unless the address has connect_timeout.
const connectWithin = 5 * time.Second

// later is the error of an Open that may succeed later: it matches store.ErrBusy.
type later struct{ error }

// Is matches store.ErrBusy.
func (later) Is(target error) bool { return target == store.ErrBusy }

// Unwrap returns the error itself.
func (l later) Unwrap() error { return l.error }

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

func (s *Store) open(ctx context.Context, pc *pgxpool.Config, conn *pgx.Conn, wait time.Duration) error {
	if err := s.lease.acquire(ctx, conn, wait); err != nil {
		return err
	}
	// A migration may take longer than the lease lasts without a beat: it has a connection of its own.
	keeping, quit := context.WithCancel(context.Background())
	s.lease.quit = quit
	go s.lease.keep(keeping, nil)
	if err := migrate(ctx, conn, s.lease.fence()); err != nil {
		return errors.Join(err, s.end(conn))
	}
	pc.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, s.lease.fence())
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return errors.Join(err, s.end(conn))
	}
	s.pool = pool
	closeConn(conn)
	return nil
}

// end stops renewing the lease and releases it over a connection.
func (s *Store) end(conn *pgx.Conn) error {
	s.lease.quit()
	<-s.lease.stopped
	ctx, cancel := context.WithTimeout(context.Background(), rollbackWithin)
	defer cancel()
	s.lease.endTerm()
	return s.lease.release(ctx, conn)
}

// migrate runs the migrations that were not run yet, each in a transaction that
// ends with the fence.
func migrate(ctx context.Context, c *pgx.Conn, fence string) error {
	list, err := schema.All()
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, fence); err != nil {
		return classify(err)
	}
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
		err := pgx.BeginTxFunc(ctx, c, pgx.TxOptions{CommitQuery: commitFenced}, func(tx pgx.Tx) error {
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
	return s.run(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted, CommitQuery: commitFenced}, fn)
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
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, s.within)
	defer cancel()
	raw, err := s.pool.BeginTx(ctx, options)
	if err != nil {
		name := store.FaultUnreachable
		if stat := s.pool.Stat(); stat.AcquiredConns() == stat.MaxConns() {
			name = store.FaultConnections
		}
		return bounded(caller, classify(err), name)
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
	c := &conn{tx: raw}
	tx := store.NewTx(c, time.Now(), store.Postgres)
	if err := tx.Run(fn); err != nil {
		return bounded(caller, err, store.FaultTimeout)
	}
	if err := s.commit(ctx, raw, c); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	if p := tx.Committed(); p != nil {
		panic(p)
	}
	return nil
}

// commit commits. The outcome must be known: the caller's end does not cut it
// short.
func (s *Store) commit(ctx context.Context, raw pgx.Tx, c *conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.within)
	defer cancel()
	err := raw.Commit(ctx)
	e, answered := errors.AsType[*pgconn.PgError](err)
	switch {
	case err == nil:
		return nil
	case answered && e.Code == "22012": // division_by_zero, of the fence
		return &store.Fault{Name: store.FaultOwnership, Err: errTaken}
	case !answered && !errors.Is(err, pgx.ErrTxCommitRollback):
		return &store.Fault{Name: store.FaultCommitUnknown, Err: err}
	}
	return c.failed(err)
}

// Close implements store.Store.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.pool.Close()
	s.lease.quit()
	<-s.lease.stopped
	select {
	case <-s.lease.taken:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), rollbackWithin)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.lease.config)
	if err != nil {
		s.lease.endTerm()
		return classify(err) // the next server waits until the lease is surely not renewed
	}
	defer closeConn(conn)
	return s.end(conn)
}
