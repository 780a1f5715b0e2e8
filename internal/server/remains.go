package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// The parts of a data folder beside the embedded database.
const (
	credentialsFile = "client.json" // written by the command line
	masterKeyFile   = "master.key"
	filesFolder     = "files"
)

// prepareFolder creates the data folder and that of the embedded database, and rejects a data folder that lost its
// database: a new one would start with nothing where there was something, and the contents of files, which no row of it
// names, would be removed.
func prepareFolder(cfg *config.Config) error {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made (%w); choose another with --data", err)
	}
	if cfg.Postgres() {
		return nil
	}
	path := cfg.SQLitePath()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the folder of the database cannot be made (%w); choose another with --database", err)
	}
	state := "missing"
	switch info, err := os.Stat(path); {
	case err == nil && info.Size() > 0:
		return nil
	case err == nil:
		state = "empty (0 bytes)"
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the database cannot be read (%w); it must be a file that this user may read and write", err)
	}
	parts, err := remains(cfg.Data, masterKeyFile, credentialsFile)
	if err != nil {
		return err
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		parts = append(parts, path+"-wal")
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("the database %s is %s, but an earlier server left %s: restore the backup of the database, or name "+
		"the right one with --database; to begin with nothing, choose another folder with --data, or move these parts away",
		path, state, strings.Join(parts, ", "))
}

// checkNew rejects a PostgreSQL database without a data key, which a server creates at its first start, when the data
// folder has what a server with another database left. A master key may be put there before the first start.
func checkNew(ctx context.Context, cfg *config.Config, db store.Store) error {
	if !cfg.Postgres() {
		return nil
	}
	written, err := dataKeys{db}.List(ctx)
	if err != nil || len(written) > 0 {
		return err
	}
	parts, err := remains(cfg.Data, credentialsFile)
	if err != nil || len(parts) == 0 {
		return err
	}
	return fmt.Errorf("the PostgreSQL database is new, but a server with another database left %s: restore the backup of the "+
		"database, or name the right one with --database; to begin with nothing, choose another folder with --data, or move "+
		"these parts away", strings.Join(parts, ", "))
}

// remains returns the paths of those of the named files that are in a data folder, and of its folder of files when that
// has contents.
func remains(data string, names ...string) (parts []string, err error) {
	for _, name := range names {
		path := filepath.Join(data, name)
		if _, err := os.Lstat(path); err == nil {
			parts = append(parts, path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the data folder cannot be read: %w", err)
		}
	}
	path := filepath.Join(data, filesFolder)
	found, err := filepath.Glob(filepath.Join(globbed(path), "[0-9a-f][0-9a-f]", "*"))
	if len(found) > 0 {
		parts = append(parts, path)
	}
	return parts, err
}

// globbed returns a pattern that matches a path only.
func globbed(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// sampledFiles is the number of contents that a start looks for.
const sampledFiles = 100

// checkFiles rejects a data folder without its folder of files when rows name contents, and warns when some of the
// contents that it looks for are missing.
func checkFiles(ctx context.Context, cfg *config.Config, db store.Store, logger *slog.Logger) error {
	var hashes []string
	err := db.View(ctx, func(tx *store.Tx) (err error) {
		hashes, err = tx.FileHashes(ctx, sampledFiles)
		return err
	})
	if err != nil || len(hashes) == 0 {
		return err
	}
	folder := filepath.Join(cfg.Data, filesFolder)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s is missing, but the database names contents of files: restore it from the backup; "+
			"to go on without these contents, make an empty folder of this name", folder)
	}
	missing := 0
	for _, hash := range hashes {
		if _, err := os.Stat(filepath.Join(folder, hash[:2], hash)); errors.Is(err, fs.ErrNotExist) {
			missing++
		}
	}
	if missing > 0 {
		logger.Warn("contents of files are missing; restore the folder from the backup", "folder", folder,
			"missing", missing, "looked_for", len(hashes))
	}
	return nil
}
