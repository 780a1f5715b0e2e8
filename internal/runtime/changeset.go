package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// ChangeInstallations changes several installations of a bot together with the bot itself, which apply writes: all or
// nothing. changes has what is to be put under each alias, and nil for an alias that is to go. Whatever can be refused
// is refused before anything is changed: configurations are checked, then the installations that go are unregistered.
// When one of them cannot unregister, or apply fails, those that were unregistered are registered again. A register
// that fails is no error; it is in the installation's status.
func (r *Runtime) ChangeInstallations(ctx context.Context, botID string, changes map[string]*platform.PutInstallationInput, apply func() error) error {
	unlock, err := r.lock(ctx, botID)
	if err != nil {
		return err
	}
	defer unlock()
	b, err := r.cfg.Catalog.Bot(ctx, botID)
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeResourceNotFound, "bot %q not found", botID)
	} else if err != nil {
		return err
	}
	var leaving []*catalog.Installation
	for _, alias := range slices.Sorted(maps.Keys(changes)) {
		in := changes[alias]
		if in == nil {
			if old := b.Installations[alias]; old != nil {
				leaving = append(leaving, old)
			}
			continue
		}
		if _, err := r.plan(ctx, b, in); err != nil {
			return about("integrations."+alias, err)
		}
	}
	gone, err := r.unregisterAll(ctx, leaving)
	if err == nil {
		err = apply()
	}
	if err != nil {
		for _, in := range gone {
			err = errors.Join(err, r.register(context.WithoutCancel(ctx), in.ID))
		}
		return err
	}
	for _, in := range leaving {
		if err := r.drop(ctx, in); err != nil {
			return err
		}
	}
	for _, alias := range slices.Sorted(maps.Keys(changes)) {
		if in := changes[alias]; in != nil {
			if _, err := r.put(ctx, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// unregisterAll unregisters installations and returns those that it did, up to the first that cannot.
func (r *Runtime) unregisterAll(ctx context.Context, leaving []*catalog.Installation) (gone []*catalog.Installation, err error) {
	for _, in := range leaving {
		if in.Status == store.StatusUnregistered {
			continue
		}
		if err := r.unregister(ctx, in, false); err != nil {
			return gone, about("nothing was changed", err)
		}
		gone = append(gone, in)
	}
	return gone, nil
}

// about returns an error whose message says what it is about.
func about(what string, err error) error {
	if e, ok := errors.AsType[*platform.Error](err); ok {
		named := *e
		named.Message = what + ": " + e.Message
		return &named
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Recheck compares the configurations of an integration's installations with its definition, which has changed. One
// that does not match any more waits for another configuration: it is pending, with the reason.
func (r *Runtime) Recheck(ctx context.Context, integrationID string) error {
	var rows []store.Installation
	err := r.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.InstallationsOfIntegration(ctx, integrationID)
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		in, err := r.cfg.Catalog.Installation(ctx, row.ID)
		if err != nil {
			return err
		}
		if in.Status != store.StatusRegistered || configurationError(in) == nil {
			continue
		}
		if err := r.reregister(ctx, in); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (r *Runtime) reregister(ctx context.Context, in *catalog.Installation) error {
	unlock, err := r.lock(ctx, in.BotID)
	if err != nil {
		return err
	}
	defer unlock()
	return r.register(ctx, in.ID)
}

// configurationError returns why an installation's configuration does not match its integration's definition, or nil.
func configurationError(in *catalog.Installation) error {
	_, v, ok := in.Integration.Configuration(in.ConfigurationType)
	if !ok {
		return fmt.Errorf("configurationType: %.60q is not one of %s@%s any more; it has %s", in.ConfigurationType,
			in.Integration.Name, in.Integration.Version, catalog.Names(in.Integration.Def.Configurations))
	}
	if err := v.Validate(in.Configuration); err != nil {
		return fmt.Errorf("%s; change it with `bellhop install put %s --config …`", inField(err, "configuration"), in.Alias)
	}
	return nil
}

// life calls register or unregister. Code is not registered with a configuration that its definition does not allow.
func (r *Runtime) life(ctx context.Context, in *catalog.Installation, operation string) error {
	if operation == wire.OpRegister {
		if err := configurationError(in); err != nil {
			return err
		}
	}
	return r.callLife(ctx, in, operation)
}
