package runtime

import (
	"context"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Retry returns the settings by which a delivery is retried: those of the
// installation or the bot that it is for. A zero member means the default; an
// alert, which may be about a bot but is for an endpoint, has no others.
func (r *Runtime) Retry(ctx context.Context, d *store.Delivery) platform.Retry {
	switch d.Target {
	case store.TargetAlert:
		return platform.Retry{}
	case store.TargetInstallation:
		if in, err := r.cfg.Catalog.Installation(ctx, d.InstallationID); err == nil {
			return in.Effective.Retry
		}
		return platform.Retry{}
	}
	if b, err := r.cfg.Catalog.Bot(ctx, d.BotID); err == nil {
		return b.Effective.Retry
	}
	return platform.Retry{}
}
