package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	engine "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func openStore(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.db")
	s, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, path
}

func put(s *Store, key, value string) error {
	ctx := context.Background()
	return s.Update(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, key, value) })
}

// limit bounds the size of the database as a full disk does.
func limit(t *testing.T, s *Store, pages int) {
	t.Helper()
	if err := sqlitex.ExecuteTransient(s.writer.raw, fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil); err != nil {
		t.Fatal(err)
	}
}

func TestFullDiskIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	if err := put(s, "before", "x"); err != nil {
		t.Fatal(err)
	}
	limit(t, s, 1) // the least it can be is what is in use
	if err := put(s, "big", strings.Repeat("x", 1<<20)); !errors.Is(err, store.ErrFull) {
		t.Errorf("Update on a full disk = %v, want ErrFull", err)
	}
	limit(t, s, 1<<30)
	if err := put(s, "after", "x"); err != nil {
		t.Errorf("Update when there is room again = %v", err)
	}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		if v, err := tx.Setting(t.Context(), "big"); v != "" || err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the refused row is there: %d bytes, %v", len(v), err)
		}
		_, err := tx.Setting(t.Context(), "before")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLockedDatabaseIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	s, path := openStore(t)
	s.writer.raw.SetBusyTimeout(10 * time.Millisecond)
	other, err := engine.OpenConn(path, engine.OpenReadWrite|engine.OpenWAL)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := sqlitex.ExecuteTransient(other, "BEGIN IMMEDIATE", nil); err != nil {
		t.Fatal(err)
	}
	if err := put(s, "k", "v"); !errors.Is(err, store.ErrBusy) {
		t.Errorf("Update of a locked database = %v, want ErrBusy", err)
	}
	if err := sqlitex.ExecuteTransient(other, "ROLLBACK", nil); err != nil {
		t.Fatal(err)
	}
	if err := put(s, "k", "v"); err != nil {
		t.Errorf("Update when it is free again = %v", err)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	_, path := openStore(t)
	if _, err := Open(t.Context(), path, Config{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the second Open = %v, want a refusal that names the file", err)
	}
}
