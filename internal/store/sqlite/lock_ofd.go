//go:build linux || darwin

package sqlite

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// holdFile takes a lock on the database file itself, which has one owner whatever name it was opened by, and also when the
// file beside it was removed.
//
// The engine locks the same file with POSIX locks, which belong to the process and are dropped when it closes any
// descriptor of the file. This one is a lock of an open file description: it belongs to f alone, conflicts with those of
// other descriptions only, and is on a byte that the engine never locks. f must be closed after the engine's connections.
func holdFile(f *os.File) (held bool, err error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: 1<<62 - 1, Len: 1}
	err = syscall.FcntlFlock(f.Fd(), setOFDLock, &lock)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	return err == nil, err
}

// fullDisk reports whether the file system of a folder has no room.
func fullDisk(dir string) bool {
	var st syscall.Statfs_t
	const least = 64 << 10
	return syscall.Statfs(dir, &st) == nil && int64(st.Bavail)*int64(st.Bsize) < least
}
