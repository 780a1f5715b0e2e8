//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// lockFile takes the lock beside a database, which says which process has it; closing the file gives it back.
func lockFile(path, database string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the folder of the database cannot be written (%w); choose another with --data or --database", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(inUse(f, database), f.Close())
	} else if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// inUse is the refusal of a database that another process has; f is the file beside it.
func inUse(f *os.File, database string) error {
	pid, _ := io.ReadAll(io.LimitReader(io.NewSectionReader(f, 0, 32), 32)) // for the error's text only
	by := "another bellhop server"
	if len(pid) > 0 {
		by += fmt.Sprintf(" (process %s)", pid)
	}
	return fmt.Errorf("%s uses %s; stop it, or choose another folder with --data", by, database)
}

// links returns how many names a file has.
func links(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink)
	}
	return 1
}
