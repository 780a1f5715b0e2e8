package runtime

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// register calls register and writes how it went. The error is the store's.
func (r *Runtime) register(ctx context.Context, id string) error {
	in, err := r.cfg.Catalog.Installation(ctx, id)
	if err != nil {
		return err
	}
	failed := r.life(context.WithValue(ctx, registeringKey{}, id), in, wire.OpRegister)
	logger := r.cfg.Logger.With("bot_id", in.BotID, "installation_id", id, "alias", in.Alias)
	// What register did may have changed the row: read it again.
	err = r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.Installation(ctx, id)
		if err != nil {
			return err
		}
		first := row.StatusReason == ""
		row.Status, row.StatusReason = store.StatusRegistered, ""
		if failed != nil {
			if first {
				if err := tx.RecordFailure(ctx, store.FailedInstallation, id); err != nil {
					return err
				}
			}
			row.Status, row.StatusReason = store.StatusRegistrationFailed, clean(failed.Error())
			if _, ok := errors.AsType[*final](failed); !ok {
				row.Status = store.StatusRegistrationPending
			}
		}
		row.RegisterAt = after(tx.Now(), row.RegisterEvery)
		return tx.PutInstallation(ctx, row)
	})
	r.cfg.Catalog.InvalidateBot(in.BotID)
	r.relisten()
	if failed != nil {
		logger.Warn("register failed", "error", failed)
		r.wake()
	} else {
		logger.Info("registered")
	}
	return err
}

type registeringKey struct{}

func (r *Runtime) wake() {
	select {
	case r.kick <- struct{}{}:
	default: // it is awake
	}
}

// Run tries again to register installations whose register failed for a
// reason that may pass, less and less often, registers those that asked for it
// when they are due, and lets code listen that wants to, until ctx is done.
func (r *Runtime) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { r.runListeners(ctx) })
	defer wg.Wait()
	const first, most = 2 * time.Second, 5 * time.Minute
	wait := first
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.kick:
			timer.Reset(wait)
		case <-timer.C:
			switch n, err := r.registerDue(ctx); {
			case err != nil && ctx.Err() == nil:
				r.cfg.Logger.Error("registrations not retried", "error", err)
				timer.Reset(most)
			case n == 0:
				wait = first
				timer.Reset(most) // for those that are due again
			default:
				wait = min(wait*2, most)
				timer.Reset(wait)
			}
		}
	}
}

// registerDue registers what is pending or due again and returns how much is
// still pending.
func (r *Runtime) registerDue(ctx context.Context) (left int, err error) {
	const most = 500
	var due []store.Installation
	err = r.cfg.Store.View(ctx, func(tx *store.Tx) error {
		due, err = tx.InstallationsToRegister(ctx, tx.Now(), most)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, row := range due {
		if err := r.registerAgain(ctx, &row); err != nil && !errors.Is(err, store.ErrNotFound) {
			return left, err
		}
		if in, err := r.cfg.Catalog.Installation(ctx, row.ID); err == nil && in.Status == store.StatusRegistrationPending {
			left++
		}
	}
	return left, nil
}

// registerAgain registers an installation unless it changed since it was
// listed: then somebody else registered it while this waited for the lock.
func (r *Runtime) registerAgain(ctx context.Context, listed *store.Installation) error {
	unlock, err := r.lock(ctx, listed.BotID)
	if err != nil {
		return err
	}
	defer unlock()
	var row *store.Installation
	err = r.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Installation(ctx, listed.ID)
		return err
	})
	if err != nil {
		return err
	}
	if row.Status != listed.Status || !row.UpdatedAt.Equal(listed.UpdatedAt) {
		return nil
	}
	if err := r.register(ctx, row.ID); err != nil || row.Status == store.StatusRegistered {
		return err
	}
	if in, err := r.cfg.Catalog.Installation(ctx, row.ID); err != nil || in.Status != store.StatusRegistered {
		return err
	}
	return r.mended(ctx, row.ID)
}

// intervals are the names that scheduleRegisterCall takes.
var intervals = map[string]struct{ months, days, hours int }{
	"hourly": {hours: 1}, "daily": {days: 1}, "weekly": {days: 7}, "bi-weekly": {days: 14},
	"monthly": {months: 1}, "bi-monthly": {months: 2}, "quarterly": {months: 3}, "yearly": {months: 12},
}

// after returns when an interval that starts at t ends; nil for none.
func after(t time.Time, every string) *time.Time {
	i, ok := intervals[every]
	if !ok {
		return nil
	}
	at := t.AddDate(0, i.months, i.days).Add(time.Duration(i.hours) * time.Hour)
	return &at
}

// ConfigureIntegration keeps what an installation says about itself. An
// identifier that another installation of the integration holds moves here;
// null clears it. An installation that waited for its identifier is registered
// in the background. A schedule makes register run again and again.
func (r *Runtime) ConfigureIntegration(ctx context.Context, in *catalog.Installation, input *platform.ConfigureIntegrationInput) error {
	every := input.ScheduleRegisterCall
	if _, ok := intervals[every]; every != "" && !ok {
		return platform.Errorf(platform.TypeInvalidPayload, "scheduleRegisterCall: %.40q is not an interval; use one of %s",
			every, strings.Join(slices.Sorted(maps.Keys(intervals)), ", "))
	}
	identifier := input.Identifier.Value
	if n := len([]rune(identifier)); n > 200 {
		return platform.Errorf(platform.TypeInvalidPayload, "identifier: it has %d characters; at most 200 are allowed", n)
	}
	if !input.Identifier.Present && every == "" {
		return nil
	}
	var robbed []string
	var status string
	err := r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.Installation(ctx, in.ID)
		if err != nil {
			return err
		}
		if input.Identifier.Present {
			row.Identifier = identifier
			if robbed, err = takeIdentifier(ctx, tx, row); err != nil {
				return err
			}
		}
		if every != "" && every != row.RegisterEvery {
			row.RegisterEvery, row.RegisterAt = every, after(tx.Now(), every)
		}
		status = row.Status
		return tx.PutInstallation(ctx, row)
	})
	if err != nil {
		return err
	}
	for _, botID := range append(robbed, in.BotID) {
		r.cfg.Catalog.InvalidateBot(botID)
	}
	if identifier != "" && (status == store.StatusRegistrationFailed || status == store.StatusRegistrationPending) {
		return r.pendingAgain(ctx, in.ID)
	}
	return nil
}

// takeIdentifier frees an installation's identifier from all others that hold
// it, of any version of the integration, and returns their bots.
func takeIdentifier(ctx context.Context, tx *store.Tx, row *store.Installation) (bots []string, err error) {
	if row.Identifier == "" {
		return nil, nil
	}
	integration, err := tx.Integration(ctx, row.IntegrationID)
	if err != nil {
		return nil, err
	}
	// Of two that claim it at once, the later one is to find the other.
	if err := tx.LockTags(ctx, "identifier", integration.Name, store.Tags{"identifier": row.Identifier}); err != nil {
		return nil, err
	}
	holders, err := tx.InstallationsByIdentifier(ctx, integration.Name, row.Identifier)
	if err != nil {
		return nil, err
	}
	for _, holder := range holders {
		if holder.ID == row.ID {
			continue
		}
		holder.Identifier = ""
		if err := tx.PutInstallation(ctx, &holder); err != nil {
			return nil, err
		}
		bots = append(bots, holder.BotID)
	}
	return bots, nil
}

// pendingAgain asks for another register, unless one is running: then that one
// sees the change.
func (r *Runtime) pendingAgain(ctx context.Context, id string) error {
	if ctx.Value(registeringKey{}) != nil {
		return nil
	}
	err := r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.Installation(ctx, id)
		if err != nil {
			return err
		}
		row.Status, row.StatusReason = store.StatusRegistrationPending, ""
		return tx.PutInstallation(ctx, row)
	})
	r.wake()
	return err
}
