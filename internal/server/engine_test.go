package server_test

import (
	"os"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
)

var cluster pgtest.Cluster

func TestMain(m *testing.M) {
	code := m.Run()
	cluster.Stop()
	os.Exit(code)
}

// onEngines runs a test over SQLite and over PostgreSQL; engine changes a
// server's configuration to the one.
func onEngines(t *testing.T, test func(t *testing.T, engine func(*config.Config))) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, func(*config.Config) {})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := cluster.URL(t)
		test(t, func(c *config.Config) { c.Database = url })
	})
}
