package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// The timing of the lease. Each limit is smaller than the next one by enough that the holder has stopped before another
// server begins.
const (
	beatEvery    = 300 * time.Millisecond
	doubtAfter   = time.Second             // without a beat: the holder begins no attempt
	abandonAfter = 2500 * time.Millisecond // without a beat: running attempts are cancelled
	takeAfter    = 4 * time.Second         // without a change: another server takes the lease
)

// A lease is a row that its holder keeps changing. A server that watches it unchanged for takeAfter, by its own monotonic
// clock, takes it under the next epoch; no clock is compared with another's. The epoch is the fence: every Update ends
// with a check that it is still the current one, in the same transaction (see fence).
const createLeases = `CREATE TABLE IF NOT EXISTS leases (name TEXT COLLATE "C" PRIMARY KEY, epoch BIGINT NOT NULL,
	beat BIGINT NOT NULL, holder TEXT NOT NULL)`

// ownerLease is the name of the lease of the server that may write and deliver.
const ownerLease = "server"

// lease is the lease that this Store holds.
type lease struct {
	config *pgx.ConnConfig
	logger *slog.Logger
	holder string // host, process and mark, for people; mark is unique
	mark   string
	epoch  int64

	mu        sync.Mutex
	confirmed time.Time          // when the last successful beat began
	term      context.Context    // ends when running attempts have to
	endTerm   context.CancelFunc // of term
	doubted   bool
	regained  chan struct{} // closed when doubted ends

	taken   chan struct{} // closed when another server has the lease
	quit    context.CancelFunc
	stopped chan struct{}
}

// errTaken is why a Store whose lease another server has taken writes nothing any more.
var errTaken = errors.New("another bellhop server has taken over the database")

func newLease(config *pgx.ConnConfig, logger *slog.Logger) *lease {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	mark := hex.EncodeToString(b[:])
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return &lease{
		config: config, logger: logger, mark: mark, holder: fmt.Sprintf("host %s, process %d, %s", host, os.Getpid(), mark),
		taken: make(chan struct{}), stopped: make(chan struct{}), regained: make(chan struct{}),
	}
}

// session is the application_name of the connections of a holder's mark.
func session(mark string) string { return "bellhop " + mark }

// row is the lease as it is stored.
type row struct {
	epoch, beat int64
	holder      string
}

// who is the holder for people: its host and process.
func (r row) who() string {
	if i := strings.LastIndex(r.holder, ", "); i >= 0 {
		return r.holder[:i]
	}
	return r.holder
}

// acquire takes the lease over a connection: at once when it is free, after takeAfter when its holder does not change it,
// and never from a holder that does: then the error names it, after wait.
func (l *lease) acquire(ctx context.Context, c *pgx.Conn, wait time.Duration) error {
	if err := createTable(ctx, c); err != nil {
		return err
	}
	began := time.Now()
	var last row
	since := began
	for {
		now, err := l.read(ctx, c)
		if err != nil {
			return err
		}
		if now != last {
			last, since = now, time.Now()
		}
		if now.holder == "" || time.Since(since) >= takeAfter {
			if took, err := l.take(ctx, c, now); took || err != nil {
				return err
			}
			continue
		}
		if time.Since(began) >= wait {
			return later{fmt.Errorf("another bellhop server (%s) uses the database %q; stop it first", now.who(), c.Config().Database)}
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// createTable creates the leases. Of two servers that do so at once one gets an error of a unique index of the catalog.
func createTable(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, createLeases)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "23505" || e.Code == "42P07") {
		_, err = c.Exec(ctx, createLeases)
	}
	if err == nil {
		_, err = c.Exec(ctx, `INSERT INTO leases (name, epoch, beat, holder) VALUES ($1, 0, 0, '') ON CONFLICT DO NOTHING`, ownerLease)
	}
	return classify(err)
}

func (l *lease) read(ctx context.Context, c *pgx.Conn) (r row, err error) {
	err = c.QueryRow(ctx, `SELECT epoch, beat, holder FROM leases WHERE name = $1`, ownerLease).Scan(&r.epoch, &r.beat, &r.holder)
	return r, classify(err)
}

// take takes the lease if it is still as it was seen, and ends what the holder before has under way.
func (l *lease) take(ctx context.Context, c *pgx.Conn, seen row) (bool, error) {
	began := time.Now()
	tag, err := c.Exec(ctx, `UPDATE leases SET epoch = epoch + 1, beat = 0, holder = $4 WHERE name = $1 AND epoch = $2 AND beat = $3`,
		ownerLease, seen.epoch, seen.beat, l.holder)
	if err != nil || tag.RowsAffected() == 0 {
		return false, classify(err)
	}
	l.epoch, l.confirmed = seen.epoch+1, began
	l.term, l.endTerm = context.WithCancel(context.Background())
	if seen.holder == "" {
		return true, nil
	}
	l.logger.Warn("database taken over", "from", seen.who(), "epoch", l.epoch)
	return true, evict(ctx, c, seen.holder[strings.LastIndexByte(seen.holder, ' ')+1:])
}

// evictWithin bounds the wait for transactions of the holder before; idleWithin ends those whose client does not go on.
const (
	evictWithin = 30 * time.Second
	idleWithin  = 15 * time.Second
)

// evict ends the connections of a holder that lost the lease and waits until none of its transactions is open: one that
// passed its check before the lease was taken is committed then, and seen by all that is read from now on.
func evict(ctx context.Context, c *pgx.Conn, mark string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, evictWithin, errors.New("transactions of the server before do not end"))
	defer cancel()
	_, err := c.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`, session(mark))
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code != "42501" { // another role's: they end by idleWithin
		return classify(err)
	}
	for {
		var open int
		err := c.QueryRow(ctx, `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
			WHERE a.datname = current_database() AND a.application_name = $1 AND l.locktype = 'transactionid' AND l.granted`,
			session(mark)).Scan(&open)
		if err != nil || open == 0 {
			return classify(err)
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return context.Cause(ctx)
		}
	}
}

// fence is the statement, prepared on each connection, that fails unless the epoch is the current one.
func (l *lease) fence() string {
	return fmt.Sprintf("PREPARE fence AS SELECT 1 / count(*) FROM leases WHERE name = '%s' AND epoch = %d", ownerLease, l.epoch)
}

// commitFenced commits after the check, in one round trip. The check comes last: it sees every takeover that was committed
// before it, and evict waits for every transaction that passed it before a takeover.
const commitFenced = "EXECUTE fence; COMMIT"

// keep renews the lease until ctx is done or another server has it. conn is the first connection; it is closed.
func (l *lease) keep(ctx context.Context, conn *pgx.Conn) {
	defer close(l.stopped)
	defer func() { closeConn(conn) }()
	watch := time.NewTicker(beatEvery)
	defer watch.Stop()
	for {
		var err error
		if conn, err = l.beat(ctx, conn); errors.Is(err, errTaken) {
			l.logger.Error("ownership of the database lost: deliveries and writes have stopped", "fault", store.FaultOwnership, "error", err)
			l.doubt(err)
			l.endTerm()
			close(l.taken)
			return
		}
		if err != nil && ctx.Err() == nil {
			l.doubt(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-watch.C:
		}
	}
}

// beat changes the row, over a new connection when there is none; it returns the connection to use next.
func (l *lease) beat(ctx context.Context, conn *pgx.Conn) (*pgx.Conn, error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, doubtAfter-beatEvery)
	defer cancel()
	var err error
	if conn == nil {
		if conn, err = pgx.ConnectConfig(ctx, l.config); err != nil {
			return nil, err
		}
	}
	// What is lost when the server crashes is a beat; nobody waits for the disk.
	if _, err = conn.Exec(ctx, "SET synchronous_commit = off"); err == nil {
		var tag pgconn.CommandTag
		tag, err = conn.Exec(ctx, `UPDATE leases SET beat = beat + 1 WHERE name = $1 AND epoch = $2`, ownerLease, l.epoch)
		if err == nil && tag.RowsAffected() == 0 {
			return conn, errTaken
		}
	}
	if err != nil {
		closeConn(conn)
		return nil, err
	}
	l.confirm(began)
	return conn, nil
}

func closeConn(conn *pgx.Conn) {
	if conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx) // it is given up either way
}

func (l *lease) confirm(began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.confirmed = began
	if l.doubted {
		l.doubted = false
		close(l.regained)
		l.regained = make(chan struct{})
		l.logger.Info("ownership of the database confirmed again: deliveries go on")
	}
	if l.term.Err() != nil {
		l.term, l.endTerm = context.WithCancel(context.Background())
	}
}

// doubt notes a beat that failed.
func (l *lease) doubt(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.confirmed) >= abandonAfter {
		l.endTerm()
	}
	if !l.doubted {
		l.doubted = true
		l.logger.Warn("ownership of the database not confirmed: deliveries wait", "fault", store.FaultName(classify(err)), "error", err)
	}
}

// owned reports whether the lease was confirmed a moment ago; wait is closed when it may be again.
func (l *lease) owned() (ok bool, wait <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.doubted && time.Since(l.confirmed) < doubtAfter, l.regained
}

// release frees the lease for the next server.
func (l *lease) release(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `UPDATE leases SET holder = '' WHERE name = $1 AND epoch = $2`, ownerLease, l.epoch)
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
