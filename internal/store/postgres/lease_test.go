package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/postgres"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
)

// childEnv makes the test binary a server of its own that can be paused.
const childEnv = "BELLHOP_TEST_CHILD"

// child writes a setting, and then holds a transaction open in which it has
// written another, until a line arrives. It reports how that transaction and
// the next one end.
func child(url string) error {
	ctx := context.Background()
	s, err := postgres.Open(ctx, url, postgres.Config{})
	if err != nil {
		return err
	}
	if err := put(ctx, s, "before", "child"); err != nil {
		return err
	}
	in := bufio.NewReader(os.Stdin)
	err = s.Update(ctx, func(tx *store.Tx) error {
		if err := tx.PutSetting(ctx, "open", "child"); err != nil {
			return err
		}
		fmt.Println("ready")
		_, err := in.ReadString('\n')
		return err
	})
	fmt.Println("open:", outcome(err))
	fmt.Println("next:", outcome(put(ctx, s, "next", "child")))
	<-s.Taken()
	fmt.Println("attempt:", outcome(s.Await(ctx)))
	return nil
}

func outcome(err error) string {
	if err == nil {
		return "done"
	}
	if name := store.FaultName(err); name != "" {
		return name
	}
	return err.Error()
}

func put(ctx context.Context, s store.Store, key, value string) error {
	return s.Update(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, key, value) })
}

// get returns "" when the setting was never put.
func get(t *testing.T, s store.Store, key string) (value string) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		value, err = tx.Setting(t.Context(), key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// A server that was paused for so long that another has taken over commits
// nothing when it goes on: neither the transaction that it had open nor a new
// one.
func TestAPausedServerWritesNothingAfterATakeover(t *testing.T) {
	t.Parallel()
	url := cluster.URL(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+url)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the child printed %q, want ready", lines.Text())
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(t.Context(), url, postgres.Config{LockWait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, key := range []string{"open", "next"} { // the child's locks are gone too
		if err := put(t.Context(), s, key, "successor"); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(in, "go on"); err != nil {
		t.Fatal(err)
	}
	ends := map[string]string{}
	for lines.Scan() {
		name, end, _ := strings.Cut(lines.Text(), ": ")
		ends[name] = end
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if ends["open"] == "done" || ends["next"] == "done" || len(ends) != 3 {
		t.Errorf("the paused server's transactions ended %v, want faults", ends)
	}
	if ends["attempt"] != store.FaultOwnership {
		t.Errorf("the paused server may attempt deliveries: %q, want %s", ends["attempt"], store.FaultOwnership)
	}
	if before, open, next := get(t, s, "before"), get(t, s, "open"), get(t, s, "next"); before != "child" || open != "successor" || next != "successor" {
		t.Errorf("the settings are %q, %q, %q, want child, successor, successor", before, open, next)
	}
}

// cut ends every connection to a database.
func cut(t *testing.T, url string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
}

// eventually repeats until a call succeeds.
func eventually(t *testing.T, what string, call func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := call()
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrBusy) {
			t.Fatalf("%s: %v, want a fault of the database or none", what, err)
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: still %v", what, err)
		case <-tick.C:
		}
	}
}

func TestAServerKeepsTheDatabaseWhenItsConnectionsAreCut(t *testing.T) {
	t.Parallel()
	url := cluster.URL(t)
	s, err := postgres.Open(t.Context(), url, postgres.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := put(t.Context(), s, "k", "before"); err != nil {
		t.Fatal(err)
	}
	cut(t, url)
	eventually(t, "Update after the cut", func() error { return put(t.Context(), s, "k", "after") })
	if err := s.Await(t.Context()); err != nil {
		t.Errorf("Await after the cut = %v", err)
	}
	if _, err := postgres.Open(t.Context(), url, postgres.Config{LockWait: time.Millisecond}); err == nil || !strings.Contains(err.Error(), "another bellhop server") {
		t.Errorf("Open of a second server after the cut = %v, want a refusal", err)
	}
}

// While PostgreSQL is away the server knows that it must not begin attempts,
// and every call is a fault that names the cause; afterwards it goes on.
func TestARestartOfPostgreSQLIsSurvived(t *testing.T) {
	t.Parallel()
	var own pgtest.Cluster
	url := own.URL(t)
	defer own.Stop()
	s, err := postgres.Open(t.Context(), url, postgres.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := put(t.Context(), s, "k", "before"); err != nil {
		t.Fatal(err)
	}
	own.Halt(t)
	for range 3 {
		if err := put(t.Context(), s, "k", "away"); !errors.Is(err, store.ErrBusy) || store.FaultName(err) == "" {
			t.Errorf("Update while PostgreSQL is away = %v, want a fault", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	context.AfterFunc(s.Term(), cancel) // no beat for some time
	<-ctx.Done()
	if s.Owned() {
		t.Error("the server believes to own a database that is away")
	}
	own.Start(t)
	if err := s.Await(t.Context()); err != nil {
		t.Errorf("Await after the restart = %v", err)
	}
	if s.Term().Err() != nil {
		t.Error("attempts may not run after the restart")
	}
	eventually(t, "Update after the restart", func() error { return put(t.Context(), s, "k", "after") })
	if v := get(t, s, "k"); v != "after" {
		t.Errorf("the setting is %q, want after", v)
	}
}
