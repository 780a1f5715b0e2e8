package server_test

import (
	"encoding/binary"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// used is the data folder of a server that has stopped, with a bot and a file; crashed is a copy of it while the server
// ran, as the end of the process leaves it: the last transactions are in the log only.
func used(t *testing.T) (stopped, crashed string) {
	t.Helper()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	id, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	f.upload(f.srv.Client().With(platform.Caller{BotID: id}), platform.UpsertFileInput{Key: "k"}, "content")
	stopped, crashed = f.options.Config.Data, filepath.Join(t.TempDir(), "data")
	copyFolder(t, stopped, crashed)
	f.stop()
	write(t, filepath.Join(stopped, "client.json"), `{"url":"http://127.0.0.1:1","token":"t"}`)
	write(t, filepath.Join(crashed, "client.json"), `{"url":"http://127.0.0.1:1","token":"t"}`)
	return stopped, crashed
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(to, "master.key"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(change(raw)))
}

func remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.RemoveAll(filepath.Clean(path)); err != nil {
			t.Fatal(err)
		}
	}
}

// opened starts and closes a server over a data folder and returns its log.
func opened(t *testing.T, data string, change func(*config.Config)) (string, error) {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", data
	if change != nil {
		change(&cfg)
	}
	log := &logbook{}
	srv, err := server.Open(t.Context(), server.Options{
		Config: cfg, Bots: map[string]bot.Bot{probe.Name: probe.Bot(false)}, Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err == nil {
		err = srv.Close()
	}
	return log.String(), err
}

// frame is where the n-th frame of a write-ahead log begins.
func frame(wal []byte, n int) int { return 32 + (n-1)*(24+int(binary.BigEndian.Uint32(wal[8:]))) }

// A data folder that misses a part, or has a damaged one, does not open: the error states what is wrong and what to do.
func TestDamagedDataFoldersAreRefused(t *testing.T) {
	t.Parallel()
	stopped, crashed := used(t)
	db, wal, shm := "bellhop.db", "bellhop.db-wal", "bellhop.db-shm"
	backup := []string{"restore the backup", "--data"}
	for _, tt := range []struct {
		name    string
		crashed bool
		damage  func(t *testing.T, in func(string) string)
		want    []string
	}{
		{"database is gone", false, func(t *testing.T, in func(string) string) { remove(t, in(db)) },
			append(backup, "is missing", "master.key", "client.json", "/files")},
		{"only files are left", false, func(t *testing.T, in func(string) string) {
			remove(t, in(db), in("master.key"), in("client.json"))
		}, append(backup, "/files")},
		{"only the master key is left", false, func(t *testing.T, in func(string) string) {
			remove(t, in(db), in("files"), in("client.json"))
		}, append(backup, "master.key")},
		{"only the credentials are left", false, func(t *testing.T, in func(string) string) {
			remove(t, in(db), in("files"), in("master.key"))
		}, append(backup, "client.json")},
		{"only the log is left", true, func(t *testing.T, in func(string) string) {
			remove(t, in(db), in("files"), in("master.key"), in("client.json"))
		}, append(backup, wal)},
		{"database is empty", false, func(t *testing.T, in func(string) string) { write(t, in(db), "") },
			append(backup, "is empty (0 bytes)")},
		{"database is cut off", false, func(t *testing.T, in func(string) string) {
			edit(t, in(db), func(b []byte) []byte { return b[:len(b)/2] })
		}, []string{"database_damaged", "restore the backup"}},
		{"database is a few bytes", false, func(t *testing.T, in func(string) string) {
			edit(t, in(db), func(b []byte) []byte { return b[:50] })
		}, []string{"database_damaged", "restore the backup"}},
		{"database is another file", false, func(t *testing.T, in func(string) string) {
			write(t, in(db), strings.Repeat("no database ", 1000))
		}, []string{"database_damaged", "restore the backup"}},
		{"database is a folder", false, func(t *testing.T, in func(string) string) {
			remove(t, in(db), in(db+".lock"))
			if err := os.Mkdir(in(db), 0o700); err != nil {
				t.Fatal(err)
			}
		}, []string{"must be a file"}},
		{"database is of a newer version", false, func(t *testing.T, in func(string) string) {
			c, err := sqlite.OpenConn(in(db), sqlite.OpenReadWrite)
			if err != nil {
				t.Fatal(err)
			}
			if err := sqlitex.ExecuteTransient(c, "PRAGMA user_version = 100000", nil); err != nil {
				t.Error(err)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}, []string{"newer bellhop", "100000", "restore the backup from before the upgrade"}},
		{"log is missing, its index is not", true, func(t *testing.T, in func(string) string) { remove(t, in(wal)) },
			[]string{wal + " is missing", "remove"}},
		{"header of the log is damaged", true, func(t *testing.T, in func(string) string) {
			edit(t, in(wal), func(b []byte) []byte { b[17] ^= 1; return b })
		}, []string{"database_damaged", wal + " is damaged"}},
		{"first frame of the log is damaged", true, func(t *testing.T, in func(string) string) {
			remove(t, in(shm))
			edit(t, in(wal), func(b []byte) []byte { b[100] ^= 1; return b })
		}, []string{"database_damaged", wal + " is damaged", "after its frame 0"}},
		{"log is cut off", true, func(t *testing.T, in func(string) string) {
			edit(t, in(wal), func(b []byte) []byte { return b[:frame(b, 3)] })
		}, []string{"database_damaged", wal + " is damaged"}},
		{"log is empty", true, func(t *testing.T, in func(string) string) { write(t, in(wal), "") },
			[]string{"database_damaged", wal + " is damaged"}},
		{"master key is gone", false, func(t *testing.T, in func(string) string) { remove(t, in("master.key")) },
			[]string{"master.key", "put its copy there", "--master-key-file"}},
		{"master key is another", false, func(t *testing.T, in func(string) string) {
			write(t, in("master.key"), strings.Repeat("ab", 32))
		}, []string{"not the master key", "master.key", "--master-key-before"}},
		{"master key is cut off", false, func(t *testing.T, in func(string) string) {
			edit(t, in("master.key"), func(b []byte) []byte { return b[:20] })
		}, []string{"master.key", "put back the copy"}},
		{"master key is empty", false, func(t *testing.T, in func(string) string) { write(t, in("master.key"), "") },
			[]string{"master.key", "put back the copy"}},
		{"folder of files is gone", false, func(t *testing.T, in func(string) string) { remove(t, in("files")) },
			[]string{"/files is missing", "restore it from the backup", "make an empty folder"}},
		{"folder of files is a file", false, func(t *testing.T, in func(string) string) {
			remove(t, in("files"))
			write(t, in("files"), "")
		}, []string{"/files", "not a directory"}},
		{"data folder is a file", false, func(t *testing.T, in func(string) string) {
			remove(t, in("."))
			write(t, filepath.Clean(in(".")), "")
		}, []string{"not a directory", "choose another with --data"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, from := filepath.Join(t.TempDir(), "data"), stopped
			if tt.crashed {
				from = crashed
			}
			copyFolder(t, from, data)
			tt.damage(t, func(name string) string { return data + "/" + name })
			for range 2 { // the first start changes nothing that lets the next one pass
				_, err := opened(t, data, nil)
				if err == nil {
					t.Fatal("the server starts")
				}
				for _, want := range tt.want {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the error has no %q: %v", want, err)
					}
				}
			}
		})
	}
}
