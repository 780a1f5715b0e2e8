package store

import (
	"context"
	"encoding/json"
)

// SetBotSettings replaces the settings of a bot. ErrNotFound when there is none.
func (tx *Tx) SetBotSettings(ctx context.Context, id string, settings json.RawMessage) error {
	err := tx.change(ctx, `UPDATE bots SET settings = $2 WHERE id = $1`, id, settings)
	return wrap(err, "set bot's settings")
}

// SetInstallationSettings replaces the settings of an installation. ErrNotFound when there is none.
func (tx *Tx) SetInstallationSettings(ctx context.Context, id string, settings json.RawMessage) error {
	err := tx.change(ctx, `UPDATE installations SET settings = $2 WHERE id = $1`, id, settings)
	return wrap(err, "set installation's settings")
}

// LockInstallation is Installation for one whose settings this transaction is going to change.
func (tx *Tx) LockInstallation(ctx context.Context, id string) (*Installation, error) {
	i, err := one(ctx, tx, scanInstallation, selectInstallation+` WHERE id = $1`+tx.forUpdate(), id)
	return i, wrap(err, "lock installation")
}
