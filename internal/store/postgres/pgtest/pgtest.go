// Package pgtest starts a throw-away PostgreSQL server for tests: one for a
// test binary, with a fresh database for each test that asks.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// Cluster is a server that is started when the first test asks. Its zero value
// is ready; Stop it in TestMain.
type Cluster struct {
	once   sync.Once
	dir    string
	err    error
	number atomic.Int64
	pgctl  string
}

// URL returns the address of a new, empty database. The test is skipped where
// PostgreSQL is not installed.
func (c *Cluster) URL(t testing.TB) string {
	t.Helper()
	initdb, pgctl := requiretest.Tool(t, "initdb"), requiretest.Tool(t, "pg_ctl")
	c.once.Do(func() { c.err = c.start(initdb, pgctl) })
	if c.err != nil {
		t.Fatalf("start PostgreSQL: %v", c.err)
	}
	name := "test" + strconv.FormatInt(c.number.Add(1), 10)
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	return c.url(name)
}

// Restart stops the server at once, without a shut-down, and starts it again.
func (c *Cluster) Restart(t testing.TB) {
	t.Helper()
	c.Halt(t)
	c.Start(t)
}

// Halt ends the server at once, as a crash does; Start starts it again. What
// was committed stays.
func (c *Cluster) Halt(t testing.TB) {
	t.Helper()
	c.control(t, "-m", "immediate", "-w", "stop")
}

// Start starts the server after Halt.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	c.control(t, "-l", filepath.Join(c.dir, "log"), "-o", c.options(), "-w", "start")
}

func (c *Cluster) control(t testing.TB, args ...string) {
	t.Helper()
	credential, err := unprivileged(c.dir)
	if err == nil {
		cmd := exec.Command(c.pgctl, append([]string{"-D", filepath.Join(c.dir, "data")}, args...)...)
		cmd.Dir = c.dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
		err = cmd.Run() // its output would be held open by the server
	}
	if err != nil {
		t.Fatalf("pg_ctl %v: %v", args, err)
	}
}

func (c *Cluster) options() string {
	return fmt.Sprintf("-k %s -c listen_addresses='' -c max_connections=200", c.dir)
}

func (c *Cluster) url(database string) string {
	return fmt.Sprintf("postgres://postgres@/%s?host=%s", database, c.dir)
}

func (c *Cluster) start(initdb, pgctl string) (err error) {
	// A short path: a socket's has at most 107 characters.
	if c.dir, err = os.MkdirTemp("/tmp", "bhpg"); err != nil {
		return err
	}
	c.pgctl = pgctl
	credential, err := unprivileged(c.dir)
	if err != nil {
		return err
	}
	run := func(name string, args ...string) error {
		cmd := exec.Command(name, args...)
		cmd.Dir = c.dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, out)
		}
		return nil
	}
	data := filepath.Join(c.dir, "data")
	if err := run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"); err != nil {
		return err
	}
	return run(pgctl, "-D", data, "-l", filepath.Join(c.dir, "log"), "-o", c.options(), "-w", "start")
}

// unprivileged gives the folder to somebody who may run PostgreSQL, which
// refuses to be root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	name := "postgres"
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

// Stop ends the server, if it was started, and removes its files.
func (c *Cluster) Stop() {
	if c.dir == "" {
		return
	}
	cmd := exec.Command(c.pgctl, "-D", filepath.Join(c.dir, "data"), "-m", "immediate", "-w", "stop")
	if credential, err := unprivileged(c.dir); err == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	}
	_ = cmd.Run()           // a server that is gone already is stopped
	_ = os.RemoveAll(c.dir) // temporary
}
