//go:build !unix && !windows

package sqlite

import (
	"errors"
	"os"
)

// lockFile refuses: this system has no locks to keep a second server out.
func lockFile(string, string) (*os.File, error) {
	return nil, errors.New("the embedded database cannot be locked on this system; use PostgreSQL with --database postgres://…")
}

func inUse(*os.File, string) error { return nil }

func links(os.FileInfo) uint64 { return 1 }
