package store

import (
	"context"
	"errors"
	"time"
)

// RemovedInstallation is what is known of an installation that was removed.
type RemovedInstallation struct {
	ID, BotID, Alias, Integration string // Integration is the integration's name
	RemovedAt                     time.Time
}

func scanRemoved(rows Rows, r *RemovedInstallation) error {
	return rows.Scan(&r.ID, &r.BotID, &r.Alias, &r.Integration, &r.RemovedAt)
}

const rememberInstallation = `INSERT INTO removed_installations (id, bot_id, alias, integration, removed_at)
	SELECT i.id, i.bot_id, i.alias, g.name, $2 FROM installations i JOIN integrations g ON g.id = i.integration_id WHERE i.id = $1
	ON CONFLICT (bot_id, alias, integration) DO UPDATE SET id = excluded.id, removed_at = excluded.removed_at`

// RemovedInstallation reads what is known of an installation that was removed. ErrNotFound when it exists, never did, or
// was removed before this was recorded.
func (tx *Tx) RemovedInstallation(ctx context.Context, id string) (*RemovedInstallation, error) {
	r, err := one(ctx, tx, scanRemoved, `SELECT id, bot_id, alias, integration, removed_at FROM removed_installations
		WHERE id = $1`, id)
	return r, wrap(err, "read removed installation")
}

// ReviveInstallation returns the id that an integration had when it was installed in a bot under an alias, and forgets that
// it was removed. An installation that is added with this id has the conversations, users, messages and events of the one
// that was removed. The id is "" when there was none.
func (tx *Tx) ReviveInstallation(ctx context.Context, botID, alias, integration string) (id string, err error) {
	err = tx.row(ctx, `DELETE FROM removed_installations WHERE bot_id = $1 AND alias = $2 AND integration = $3 RETURNING id`,
		[]any{botID, alias, integration}, &id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return id, wrap(err, "revive installation")
}
