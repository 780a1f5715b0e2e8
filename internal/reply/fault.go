package reply

import (
	"errors"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// When callers are asked to come back.
const (
	retryBusy = time.Second
	retryFull = 30 * time.Second
)

// AsError returns err as what is answered: itself when it is an *platform.Error, 503 with a time to come back when the
// database cannot be used for now, and otherwise an Internal error. The cause stays in the process.
func AsError(err error) *platform.Error {
	if e, ok := errors.AsType[*platform.Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, store.ErrFull):
		return platform.Unavailable(err, "the server's disk is full; free space and try again", retryFull)
	case errors.Is(err, store.ErrClosed):
		return platform.Unavailable(err, "the server is shutting down; try again", retryBusy)
	case errors.Is(err, store.ErrBusy):
		return platform.Unavailable(err, busyText(store.FaultName(err)), retryBusy)
	}
	return platform.AsError(err)
}

// busyText states as much of a fault as helps a caller; the rest is the operator's.
func busyText(fault string) string {
	switch fault {
	case "", store.FaultLocked, store.FaultTimeout, store.FaultConnections:
		return "the server is busy; try again"
	case store.FaultReadOnly:
		return "the server's database is read-only for now; try again"
	case store.FaultCommitUnknown:
		return "the connection to the server's database broke during the commit, which may have succeeded or not; read the result, or try again"
	}
	return "the server's database cannot be used for now; try again"
}
