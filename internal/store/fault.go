package store

import "errors"

// Fault is a failure of the database itself: it was away, full, locked or read-only. Nothing was written, and the same
// call may succeed later. It matches ErrFull or ErrBusy, and the engine's error.
type Fault struct {
	// Name identifies the cause in logs and checks; one of the Fault constants.
	Name string
	// Err is the engine's error.
	Err error
}

// The names of faults.
const (
	FaultUnreachable   = "database_unreachable"   // no connection, or it broke
	FaultConnections   = "too_many_connections"   // the server, or the pool, has none left
	FaultShutdown      = "database_shutting_down" // stopping, starting or recovering
	FaultTimeout       = "statement_timeout"      // a statement or a transaction took too long
	FaultReadOnly      = "database_read_only"     // a standby, a read-only mount or file
	FaultLocked        = "database_locked"        // another program, a lock time-out or a deadlock
	FaultFull          = "disk_full"
	FaultDisk          = "disk_error"       // reading or writing failed
	FaultDamaged       = "database_damaged" // the file is not as it was written, or is no database
	FaultMemory        = "out_of_memory"
	FaultRefused       = "database_access_refused" // password, user or rights were changed
	FaultOwnership     = "ownership_lost"          // another server has taken the database over
	FaultAborted       = "transaction_aborted"     // an earlier statement failed
	FaultCommitUnknown = "commit_unknown"          // the connection broke while the commit was answered
)

// Error returns the name and the engine's text.
func (f *Fault) Error() string { return f.Name + ": " + f.Err.Error() }

// Unwrap returns the error to match and the engine's.
func (f *Fault) Unwrap() []error {
	if f.Name == FaultFull {
		return []error{ErrFull, f.Err}
	}
	return []error{ErrBusy, f.Err}
}

// FaultName returns the name of the fault that err wraps, or "".
func FaultName(err error) string {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Name
	}
	return ""
}
