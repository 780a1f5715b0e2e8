package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
	"github.com/bellhop-dev/bellhop/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "b.db"), sqlite.Config{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
