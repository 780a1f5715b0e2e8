package server

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// advise adds to the error of a start what to do about its cause.
func advise(cfg *config.Config, err error) error {
	if err == nil {
		return nil
	}
	where := cfg.Data
	if !cfg.Postgres() {
		where = cfg.SQLitePath()
	}
	advice := ""
	switch name := store.FaultName(err); {
	case name == store.FaultDamaged:
		advice = "the database is damaged, or is no database: keep a copy of " + where + " and restore the backup; " +
			"without a backup \"sqlite3 FILE .recover\" saves what can be read"
	case name == store.FaultFull || errors.Is(err, syscall.ENOSPC):
		advice = "the disk of " + where + " is full: free space and start again; nothing is lost"
	case name == store.FaultDisk || errors.Is(err, syscall.EIO):
		advice = "reading or writing " + where + " failed: see the machine's log; if the disk fails, restore the backup to another"
	case name == store.FaultReadOnly && cfg.Postgres():
		advice = "the address leads to a standby: name the primary with --database"
	case name == store.FaultReadOnly || errors.Is(err, syscall.EROFS):
		advice = "the file system of " + where + " is read-only: mount it writable, or choose another folder with --data"
	case errors.Is(err, fs.ErrPermission):
		advice = "give the folder " + cfg.Data + " and all in it to the user that runs the server (chown -R), or choose another with --data"
	default:
		return err
	}
	return fmt.Errorf("%w\n%s", err, advice)
}
