package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// One server has a database, by whatever name a second one opens it.
func TestSecondServerIsRefusedByAnyName(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(t *testing.T, path string) string{
		"symbolic link": func(t *testing.T, path string) string {
			return link(t, os.Symlink, path)
		},
		"symbolic link to the folder": func(t *testing.T, path string) string {
			return filepath.Join(link(t, os.Symlink, filepath.Dir(path)), filepath.Base(path))
		},
		"lock file removed": func(t *testing.T, path string) string {
			onlyWithFileLocks(t)
			if err := os.Remove(path + ".lock"); err != nil {
				t.Fatal(err)
			}
			return path
		},
		"hard link": func(t *testing.T, path string) string {
			onlyWithFileLocks(t)
			return link(t, os.Link, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, path := openStore(t)
			second, err := Open(t.Context(), other(t, path), Config{})
			if err == nil {
				t.Errorf("the second Open is let in: Close = %v", second.Close())
			} else if !strings.Contains(err.Error(), "another bellhop server") {
				t.Errorf("the second Open = %v, want a refusal that names the other server", err)
			}
			if err := put(s, "k", "v"); err != nil {
				t.Errorf("Update of the first = %v", err)
			}
		})
	}
}

func onlyWithFileLocks(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skipf("%s has no locks of open files", runtime.GOOS)
	}
}

func link(t *testing.T, make func(from, to string) error, path string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "other")
	if err := make(path, name); err != nil {
		t.Fatal(err)
	}
	return name
}

// The log is found by the name, so a database with two of them is refused even
// when no server has it.
func TestHardLinksAreRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.db")
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	other := link(t, os.Link, path)
	if _, err := Open(t.Context(), path, Config{}); err == nil || !strings.Contains(err.Error(), "2 names (hard links)") {
		t.Errorf("Open = %v, want a refusal that tells of the hard link", err)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path, Config{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A symbolic link to a database that is still missing makes it where the link
// points.
func TestALinkToAMissingDatabase(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), "real.db")
	name := link(t, os.Symlink, target)
	s, err := Open(t.Context(), name, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(target); err != nil {
		t.Error(err)
	}
}

func TestAMovedFileIsNoticed(t *testing.T) {
	t.Parallel()
	s, path := openStore(t)
	if err := s.Moved(); err != nil {
		t.Errorf("Moved = %v, want nil", err)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := s.Moved(); err == nil {
		t.Error("Moved = nil after the file was moved away")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Moved(); err == nil {
		t.Error("Moved = nil when another file has the name")
	}
}

func TestEngineFaultsAreNamed(t *testing.T) {
	t.Parallel()
	s, path := openStore(t)
	err := s.View(t.Context(), func(tx *store.Tx) error { return tx.PutSetting(t.Context(), "k", "v") })
	if store.FaultName(err) != store.FaultReadOnly || !errors.Is(err, store.ErrBusy) {
		t.Errorf("writing over a connection that reads = %v, want %s", err, store.FaultReadOnly)
	}
	limit(t, s, 1)
	err = put(s, "big", strings.Repeat("x", 1<<20))
	if store.FaultName(err) != store.FaultFull || !errors.Is(err, store.ErrFull) {
		t.Errorf("Update of %s on a full disk = %v, want %s", path, err, store.FaultFull)
	}
	limit(t, s, 1<<30)
}
