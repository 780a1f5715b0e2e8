package server

import (
	"context"
	"log/slog"
	"path/filepath"
	"strconv"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// CommitLog makes durable grouped commits of one small row each, and nothing
// else: what bellhop bench holds a server's figures against.
type CommitLog struct{ store store.Store }

// OpenCommitLog opens a commit log in a folder of its own, with the same
// engine and settings as a server's embedded database, or in a PostgreSQL
// database when one is named.
func OpenCommitLog(ctx context.Context, dir, database string) (CommitLog, error) {
	cfg := config.Default()
	cfg.Data, cfg.Database = dir, database
	if database == "" {
		cfg.Database = filepath.Join(dir, "floor.db")
	}
	db, err := openStore(ctx, &cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return CommitLog{}, err
	}
	return CommitLog{db}, nil
}

// Append commits one row and returns when it is on disk.
func (l CommitLog) Append(ctx context.Context, n int64) error {
	return l.store.Update(ctx, func(tx *store.Tx) error {
		return tx.PutSetting(ctx, "row"+strconv.FormatInt(n, 10), "x")
	})
}

// Close closes the log.
func (l CommitLog) Close() error { return l.store.Close() }
