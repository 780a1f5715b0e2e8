package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bellhop-dev/bellhop/internal/alert"
	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/runtime"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/postgres"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
	"github.com/bellhop-dev/bellhop/internal/verdict"
	"github.com/bellhop-dev/bellhop/platform"
)

// database is an open database and who owns it.
type database struct {
	store.Store
	kind  string // sqlite or postgres
	owner owner
}

func openStore(ctx context.Context, cfg *config.Config, logger *slog.Logger) (*database, error) {
	if cfg.Postgres() {
		db, err := postgres.Open(ctx, cfg.Database, postgres.Config{Logger: logger})
		if err != nil {
			return nil, fmt.Errorf("database: %w", err)
		}
		return &database{db, "postgres", db}, nil
	}
	db, err := sqlite.Open(ctx, cfg.SQLitePath(), sqlite.Config{})
	if err != nil {
		return nil, err
	}
	return &database{db, "sqlite", soleOwner{}}, nil
}

// lateTransport is given to linked code before the operations exist.
type lateTransport struct{ next platform.Transport }

// Do carries the call.
func (t *lateTransport) Do(ctx context.Context, call *platform.Call) error {
	return t.next.Do(ctx, call)
}

// deliverer lets the runtime, and the sender of alerts, make attempts for the
// dispatcher, while the server owns its database.
type deliverer struct {
	runtime *runtime.Runtime
	owner   owner
	alerts  *alert.Sender
}

var _ delivery.Deliverer = deliverer{}

// Deliver makes an attempt.
func (d deliverer) Deliver(ctx context.Context, row *store.Delivery) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(d.owner.Term(), func() { cancel(errTerm) })()
	if row.Target == store.TargetAlert {
		return alertFailure(d.alerts.Send(ctx, row))
	}
	a := d.runtime.Deliver(ctx, row)
	switch {
	case a.Lease > 0:
		return delivery.Leased(a.Lease)
	case a.Err == nil:
		return nil
	}
	return &delivery.Failure{
		Err: a.Err, Final: a.Kind == verdict.Refused, Fault: a.Kind == verdict.Failed, After: a.After, Status: a.Status,
		Unreached: a.Unreached, Ended: a.Ended,
	}
}

// leases lets the dispatcher keep leases for the operations.
type leases struct{ dispatcher *delivery.Dispatcher }

var _ api.Leases = leases{}

// Renew renews a lease.
func (l leases) Renew(ctx context.Context, d *store.Delivery, attempt int, lease time.Duration) (until time.Time, cancelled string, err error) {
	r, err := l.dispatcher.Renew(ctx, d, attempt, lease)
	return r.Until, r.Cancelled, err
}

// EndLease ends an attempt that holds a lease.
func (l leases) EndLease(ctx context.Context, id string, end api.LeaseEnd) (*store.Delivery, error) {
	var outcome error
	if end.Failed {
		outcome = &delivery.Failure{Err: errors.New(end.Reason), Final: end.Final, Fault: end.After == 0, After: end.After}
	}
	return l.dispatcher.EndLease(ctx, id, end.Attempt, outcome)
}

// Cancel ends an attempt.
func (l leases) Cancel(id, why string) { l.dispatcher.Cancel(id, why) }

// pause waits until the server owns its database, and then asks the runtime.
func (d deliverer) pause(ctx context.Context, row *store.Delivery) error {
	if err := d.owner.Await(ctx); err != nil {
		<-ctx.Done() // the server is about to stop
	}
	return d.runtime.Pause(ctx, row)
}

func alertFailure(o alert.Outcome) error {
	if o.Err == nil {
		return nil
	}
	return &delivery.Failure{Err: o.Err, Final: o.Final, After: o.After, Status: o.Status}
}

// schedule is how long and how often a delivery is attempted: as its bot or
// installation says, or else the server's configuration.
func (s *Server) schedule(ctx context.Context, row *store.Delivery) delivery.Schedule {
	r := s.runtime.Retry(ctx, row)
	return delivery.Schedule{
		GiveUpAfter: time.Duration(r.GiveUpAfter), MaxInterval: time.Duration(r.MaxInterval),
		MaxAttempts: cmp.Or(r.MaxAttempts, s.cfg.DeliveryAttempts), FaultAttempts: r.FaultAttempts,
	}
}

// actions lets the runtime call actions for the operations.
type actions struct{ runtime *runtime.Runtime }

var _ api.Actions = actions{}

// CallAction calls an action.
func (a actions) CallAction(ctx context.Context, call api.ActionCall) (*platform.ActionAnswer, error) {
	return a.runtime.CallAction(ctx, runtime.ActionCall(call))
}

// claim gives an installation the identifier that its answer to a webhook
// names.
func (s *Server) claim(ctx context.Context, in *catalog.Installation, identifier string) error {
	return s.runtime.ConfigureIntegration(ctx, in, &platform.ConfigureIntegrationInput{Identifier: platform.Set(identifier)})
}
