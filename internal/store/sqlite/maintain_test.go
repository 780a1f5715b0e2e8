package sqlite_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
)

// The file gets smaller when its rows are deleted, and holds nothing of them.
func TestDeletedRowsLeaveNothing(t *testing.T) {
	t.Parallel()
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "b.db")
	s, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	update := func(fn func(*store.Tx, string) error) {
		t.Helper()
		err := s.Update(ctx, func(tx *store.Tx) error {
			for i := range 500 {
				if err := fn(tx, fmt.Sprintf("dlv_%04d", i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	size := func() int64 {
		t.Helper()
		if err := s.Scrub(ctx); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	body := []byte(`"` + strings.Repeat("a secret ", 1000) + `"`)
	update(func(tx *store.Tx, id string) error {
		return tx.Enqueue(ctx, &store.Delivery{ID: id, Lane: id, Target: store.TargetBot, BotID: "b", Body: body})
	})
	full := size()
	update(func(tx *store.Tx, id string) error {
		_, err := tx.EraseDelivery(ctx, id)
		return err
	})
	left, err := s.Reclaim(ctx, 0)
	if err != nil || left < 500 {
		t.Errorf("Reclaim(0) = %d, %v; want the pages of the deleted rows", left, err)
	}
	if left, err = s.Reclaim(ctx, int(left)-100); err != nil || left > 100 {
		t.Errorf("Reclaim = %d, %v; want at most 100 left", left, err)
	}
	if small := size(); small > full/5 {
		t.Errorf("the file has %d bytes, and had %d before its rows were deleted", small, full)
	}
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte("a secret")) {
		t.Errorf("deleted text is in the file (%v)", err)
	}
}
