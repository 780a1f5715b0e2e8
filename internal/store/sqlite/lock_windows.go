package sqlite

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock beside a database; closing the file gives it back.
func lockFile(path, database string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the folder of the database cannot be written (%w); choose another with --data or --database", err)
	}
	// The locked byte is behind the process number, which others can then read.
	at := &windows.Overlapped{Offset: 1 << 20}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return nil, errors.Join(inUse(f, database), f.Close())
	} else if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// inUse is the refusal of a database that another process has.
func inUse(_ *os.File, database string) error {
	return fmt.Errorf("another bellhop server uses %s; stop it, or choose another folder with --data", database)
}

// links returns 1: names of a file are not counted here.
func links(os.FileInfo) uint64 { return 1 }
