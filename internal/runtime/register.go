package runtime

import (
	"context"
	"errors"
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
		row.Status, row.StatusReason = store.StatusRegistered, ""
		if failed != nil {
			row.Status, row.StatusReason = store.StatusRegistrationFailed, clean(failed.Error(), 500)
			if _, ok := errors.AsType[*final](failed); !ok {
				row.Status = store.StatusRegistrationPending
			}
		}
		return tx.PutInstallation(ctx, row)
	})
	r.cfg.Catalog.InvalidateBot(in.BotID)
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
// reason that may pass, less and less often, until ctx is done.
func (r *Runtime) Run(ctx context.Context) error {
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
			switch n, err := r.retryRegister(ctx); {
			case err != nil && ctx.Err() == nil:
				r.cfg.Logger.Error("registrations not retried", "error", err)
				timer.Reset(most)
			case n == 0:
				wait = first
			default:
				wait = min(wait*2, most)
				timer.Reset(wait)
			}
		}
	}
}

// retryRegister registers what is pending and returns how much still is.
func (r *Runtime) retryRegister(ctx context.Context) (left int, err error) {
	var pending []store.Installation
	err = r.cfg.Store.View(ctx, func(tx *store.Tx) error {
		for page := (store.Page{Limit: 500}); ; {
			bots, next, err := tx.Bots(ctx, page)
			if err != nil {
				return err
			}
			for _, b := range bots {
				rows, err := tx.Installations(ctx, b.ID)
				if err != nil {
					return err
				}
				for _, row := range rows {
					if row.Enabled && row.Status == store.StatusRegistrationPending {
						pending = append(pending, row)
					}
				}
			}
			if next == "" {
				return nil
			}
			page.After = next
		}
	})
	if err != nil {
		return 0, err
	}
	for _, row := range pending {
		unlock := r.lock(row.BotID)
		err := r.register(ctx, row.ID)
		unlock()
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return left, err
		}
		if in, err := r.cfg.Catalog.Installation(ctx, row.ID); err == nil && in.Status == store.StatusRegistrationPending {
			left++
		}
	}
	return left, nil
}

// ConfigureIntegration keeps what an installation says about itself. An
// identifier that another installation of the integration holds moves here;
// null clears it. An installation that waited for its identifier is registered
// in the background.
func (r *Runtime) ConfigureIntegration(ctx context.Context, in *catalog.Installation, input *platform.ConfigureIntegrationInput) error {
	if !input.Identifier.Present {
		return nil
	}
	identifier := input.Identifier.Value
	if n := len([]rune(identifier)); n > 200 {
		return platform.Errorf(platform.TypeInvalidPayload, "identifier: it has %d characters; at most 200 are allowed", n)
	}
	var robbed, status string
	err := r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		if identifier != "" {
			holder, err := tx.InstallationByIdentifier(ctx, in.IntegrationID, identifier)
			if err == nil && holder.ID != in.ID {
				robbed, holder.Identifier = holder.BotID, ""
				err = tx.PutInstallation(ctx, holder)
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		row, err := tx.Installation(ctx, in.ID)
		if err != nil {
			return err
		}
		row.Identifier, status = identifier, row.Status
		return tx.PutInstallation(ctx, row)
	})
	if err != nil {
		return err
	}
	if robbed != "" {
		r.cfg.Catalog.InvalidateBot(robbed)
	}
	r.cfg.Catalog.InvalidateBot(in.BotID)
	if status == store.StatusRegistrationFailed && identifier != "" {
		return r.pendingAgain(ctx, in.ID)
	}
	return nil
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
