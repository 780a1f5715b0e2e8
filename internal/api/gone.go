package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// installationOf is the installation of a conversation; nil when it was
// removed, also when another has its alias now.
func installationOf(bot *catalog.Bot, c *store.Conversation) *catalog.Installation {
	if in := bot.Installations[c.Alias]; in != nil && in.ID == c.InstallationID {
		return in
	}
	return nil
}

// goneError refuses a message into a conversation whose installation was
// removed, and says what to do.
func goneError(ctx context.Context, tx *store.Tx, bot *catalog.Bot, c *store.Conversation) *platform.Error {
	name := "its integration"
	if removed, err := tx.RemovedInstallation(ctx, c.InstallationID); err == nil {
		name = fmt.Sprintf("integration %q", removed.Integration)
	}
	taken := ""
	if in := bot.Installations[c.Alias]; in != nil {
		taken = fmt.Sprintf(", in place of %s@%s", in.Integration.Name, in.Integration.Version)
	}
	return platform.Errorf(platform.TypeRelationConflict,
		"conversation %s belongs to installation %q, which was removed; install %s again under the alias %q%s, and it goes on",
		c.ID, c.Alias, name, c.Alias, taken)
}

// aliasOf is the alias of an installation that a delivery is for or from, and
// whether the installation was removed. The alias is "" when it is not known.
func (s *Service) aliasOf(ctx context.Context, d *store.Delivery) (alias string, removed bool) {
	if in, err := s.Catalog.Installation(ctx, d.InstallationID); err == nil {
		return in.Alias, false
	}
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		old, err := tx.RemovedInstallation(ctx, d.InstallationID)
		if err == nil {
			alias = old.Alias
			return nil
		}
		if !errors.Is(err, store.ErrNotFound) || d.ConversationID == "" {
			return err
		}
		c, err := tx.Conversation(ctx, d.BotID, d.ConversationID)
		if err == nil && c.InstallationID == d.InstallationID {
			alias = c.Alias
		}
		return err
	})
	return alias, err == nil || errors.Is(err, store.ErrNotFound)
}
