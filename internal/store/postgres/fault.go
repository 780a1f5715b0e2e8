package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// faults names the SQLSTATEs that are faults of the server, not of a statement.
var faults = map[string]string{
	"25006": store.FaultReadOnly, // read_only_sql_transaction: a standby
	"25P02": store.FaultAborted,  // in_failed_sql_transaction
	"25P03": store.FaultTimeout,  // idle_in_transaction_session_timeout
	"28000": store.FaultRefused,  // invalid_authorization_specification
	"28P01": store.FaultRefused,  // invalid_password
	"3D000": store.FaultRefused,  // invalid_catalog_name
	"42501": store.FaultRefused,  // insufficient_privilege
	"40001": store.FaultLocked,   // serialization_failure
	"40P01": store.FaultLocked,   // deadlock_detected
	"55006": store.FaultLocked,   // object_in_use
	"55P03": store.FaultLocked,   // lock_not_available
	"53100": store.FaultFull,
	"53200": store.FaultMemory,
	"53300": store.FaultConnections,
	"57014": store.FaultTimeout, // query_canceled
	"58030": store.FaultDisk,    // io_error
}

// faultClasses names whole classes of SQLSTATEs, by their first two characters.
var faultClasses = map[string]string{
	"08": store.FaultUnreachable, // connection exception
	"53": store.FaultConnections, // insufficient resources
	"57": store.FaultShutdown,    // operator intervention
	"58": store.FaultDisk,        // system error
}

// classify wraps an engine's error with the store's: what callers decide by, and the fault by its name.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*store.Fault](err); ok {
		return err
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && e.Code == "23505": // unique_violation
		return fmt.Errorf("%w: %s", store.ErrConflict, e.ConstraintName)
	case ok && faults[e.Code] != "":
		return &store.Fault{Name: faults[e.Code], Err: err}
	case ok && len(e.Code) == 5 && faultClasses[e.Code[:2]] != "":
		return &store.Fault{Name: faultClasses[e.Code[:2]], Err: err}
	case ok:
		return err
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return &store.Fault{Name: store.FaultAborted, Err: err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	// An error that is not an answer of the server is a fault of the connection.
	return &store.Fault{Name: store.FaultUnreachable, Err: err}
}

// bounded turns the end of the store's own deadline into the fault name; the caller's own end stays the caller's.
func bounded(caller context.Context, err error, name string) error {
	if err == nil || caller.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &store.Fault{Name: name, Err: err}
}
