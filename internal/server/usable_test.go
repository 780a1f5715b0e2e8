package server_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
)

// What can be made again, or what a crash leaves, does not keep a server from starting.
func TestUsableDataFoldersOpen(t *testing.T) {
	t.Parallel()
	stopped, crashed := used(t)
	for _, tt := range []struct {
		name    string
		crashed bool
		change  func(t *testing.T, in func(string) string)
		logged  string
	}{
		{"as it was left", false, func(*testing.T, func(string) string) {}, ""},
		{"after a crash", true, func(*testing.T, func(string) string) {}, ""},
		{"index of the log is gone", true, func(t *testing.T, in func(string) string) { remove(t, in("bellhop.db-shm")) }, ""},
		{"index of the log is damaged", true, func(t *testing.T, in func(string) string) {
			edit(t, in("bellhop.db-shm"), func(b []byte) []byte { return bytes.Repeat([]byte("x"), len(b)) })
		}, ""},
		{"transaction was not committed", true, func(t *testing.T, in func(string) string) {
			edit(t, in("bellhop.db-wal"), func(b []byte) []byte { return append(b, b[32:400]...) })
		}, ""},
		{"credentials are gone", false, func(t *testing.T, in func(string) string) { remove(t, in("client.json")) }, ""},
		{"lock is gone", false, func(t *testing.T, in func(string) string) { remove(t, in("bellhop.db.lock")) }, ""},
		{"contents are gone, which the operator accepts", false, func(t *testing.T, in func(string) string) {
			remove(t, in("files"))
			if err := os.Mkdir(in("files"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "contents of files are missing"},
		{"all is gone", false, func(t *testing.T, in func(string) string) { remove(t, in(".")) }, ""},
		{"a first start was ended early", false, func(t *testing.T, in func(string) string) {
			remove(t, in("."))
			if err := os.MkdirAll(in("files/incoming"), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, in("bellhop.db"), "")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, from := filepath.Join(t.TempDir(), "data"), stopped
			if tt.crashed {
				from = crashed
			}
			copyFolder(t, from, data)
			tt.change(t, func(name string) string { return data + "/" + name })
			for range 2 {
				log, err := opened(t, data, nil)
				if err != nil {
					t.Fatalf("the server does not start: %v", err)
				}
				if !strings.Contains(log, tt.logged) {
					t.Errorf("the log has no %q: %s", tt.logged, log)
				}
			}
		})
	}
}

// A new PostgreSQL database beside what a server with another one left would have the contents of files removed.
func TestNewPostgreSQLDatabaseIsNotUsedWithOldFiles(t *testing.T) {
	t.Parallel()
	stopped, _ := used(t)
	url := cluster.URL(t)
	onPostgres := func(c *config.Config) { c.Database = url }
	for range 2 {
		_, err := opened(t, stopped, onPostgres)
		if err == nil || !strings.Contains(err.Error(), "is new") || !strings.Contains(err.Error(), "/files") {
			t.Fatalf("a new database with an old data folder = %v, want a refusal that names files", err)
		}
	}
	remove(t, filepath.Join(stopped, "files"), filepath.Join(stopped, "client.json"))
	if _, err := opened(t, stopped, onPostgres); err != nil {
		t.Errorf("a new database with a master key: %v", err)
	}
}

// A database that is damaged while the server runs is named in the log and answered with 503.
func TestDamageAtRunTimeIsNamed(t *testing.T) {
	t.Parallel()
	f, log := logged(t, func(*config.Config) {})
	f.install(platform.CreateBotInput{Name: "b", URL: f.url})
	f.stop()
	path := filepath.Join(f.options.Config.Data, "bellhop.db")
	damageTable(t, path, "messages")
	f.start()
	id, _ := f.install(platform.CreateBotInput{Name: "c", URL: f.url})
	status, body := f.call("GET", "/v1/chat/messages", "", map[string]string{"Authorization": "Bearer " + f.token, "X-Bot-Id": id})
	if status != http.StatusServiceUnavailable {
		t.Errorf("an operation on a damaged table = %d %s, want 503", status, body)
	}
	if !strings.Contains(log.String(), `"fault":"database_damaged"`) {
		t.Error("the log does not name the fault")
	}
}

// damageTable overwrites the root pages of a table and of its indexes, which have entries of no kind then.
func damageTable(t *testing.T, path, table string) {
	t.Helper()
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	var roots []int64
	var page int64
	err = sqlitex.Execute(c, "SELECT rootpage FROM sqlite_schema WHERE tbl_name = ?", &sqlitex.ExecOptions{
		Args: []any{table}, ResultFunc: func(s *sqlite.Stmt) error { roots = append(roots, s.ColumnInt64(0)); return nil },
	})
	if err == nil {
		err = sqlitex.Execute(c, "PRAGMA page_size", &sqlitex.ExecOptions{
			ResultFunc: func(s *sqlite.Stmt) error { page = s.ColumnInt64(0); return nil },
		})
	}
	if err != nil || len(roots) == 0 {
		t.Fatalf("roots of %s: %v, %v", table, roots, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, path, func(b []byte) []byte {
		for _, root := range roots {
			copy(b[(root-1)*page:root*page], bytes.Repeat([]byte{0xff}, int(page)))
		}
		return b
	})
}
