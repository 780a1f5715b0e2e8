//go:build !unix

package sqlite

import (
	"fmt"
	"os"
)

// lockFile only marks the database as open: this system has no advisory locks in the standard library.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	return f, nil
}
