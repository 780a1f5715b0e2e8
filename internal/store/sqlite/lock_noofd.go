//go:build !linux && !darwin

package sqlite

import "os"

// holdFile does nothing: only the file beside the database is locked, under its resolved name.
func holdFile(*os.File) (bool, error) { return true, nil }

func fullDisk(string) bool { return false }
