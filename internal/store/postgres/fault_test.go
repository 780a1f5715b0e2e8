package postgres_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/postgres"
)

// with adds a setting to a database's address.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t *testing.T, url string, cfg postgres.Config) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// run runs statements beside the store.
func run(t *testing.T, c *pgx.Conn, sql string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func beside(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(t.Context()) })
	return c
}

// A statement that waits longer than statement_timeout is a fault by its name,
// and so is what the transaction does after it.
func TestStatementTimeoutIsNamed(t *testing.T) {
	t.Parallel()
	url := cluster.URL(t)
	s := open(t, with(t, url, "statement_timeout", "200"), postgres.Config{})
	if err := put(t.Context(), s, "k", "v"); err != nil {
		t.Fatal(err)
	}
	c := beside(t, url)
	run(t, c, "BEGIN; SELECT * FROM settings FOR UPDATE")
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		first := tx.PutSetting(t.Context(), "k", "w")
		if store.FaultName(first) != store.FaultTimeout {
			t.Errorf("PutSetting of a locked row = %v, want %s", first, store.FaultTimeout)
		}
		return tx.PutSetting(t.Context(), "other", "w") // as code that goes on
	})
	if !errors.Is(err, store.ErrBusy) || store.FaultName(err) != store.FaultTimeout {
		t.Errorf("Update = %v, want the first fault of the transaction", err)
	}
	run(t, c, "ROLLBACK")
	if err := put(t.Context(), s, "k", "w"); err != nil {
		t.Errorf("Update afterwards = %v", err)
	}
}

func TestAReadOnlyServerIsNamed(t *testing.T) {
	t.Parallel()
	url := cluster.URL(t)
	s := open(t, url, postgres.Config{})
	c := beside(t, url)
	run(t, c, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$")
	cut(t, url) // new connections see it, as those to a standby do
	faults := map[string]bool{}
	eventually(t, "a read-only fault", func() error {
		err := put(t.Context(), s, "k", "v")
		faults[store.FaultName(err)] = true
		if store.FaultName(err) == store.FaultReadOnly {
			return nil
		}
		return err
	})
	c = beside(t, url)
	run(t, c, "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$; COMMIT")
	cut(t, url)
	eventually(t, "Update when it can be written again", func() error { return put(t.Context(), s, "k", "v") })
}

func TestExhaustedConnectionsAreNamed(t *testing.T) {
	t.Parallel()
	s := open(t, cluster.URL(t), postgres.Config{MaxConns: 1, TxTimeout: 300 * time.Millisecond})
	entered, leave := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- s.View(t.Context(), func(tx *store.Tx) error {
			close(entered)
			<-leave
			return nil
		})
	}()
	<-entered
	if err := put(t.Context(), s, "k", "v"); store.FaultName(err) != store.FaultConnections {
		t.Errorf("Update without a free connection = %v, want %s", err, store.FaultConnections)
	}
	close(leave)
	<-ended
	eventually(t, "Update when there is one again", func() error { return put(t.Context(), s, "k", "v") })
}
