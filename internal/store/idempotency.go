package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// IdempotencyKey records which call of a bot (InstallationID is "") or of an installation used a key, and what the call
// made: a row, or the output of an action.
type IdempotencyKey struct {
	BotID, InstallationID, Key string
	Operation                  string
	Hash                       []byte // of the operation and its payload
	RowID                      string
	Runner                     string // the process that carries out the action; "" once the call is done
	Output                     json.RawMessage
	CreatedAt                  time.Time
}

const keyColumns = `bot_id, installation_id, key, operation, hash, row_id, runner, output, created_at`

func scanKey(rows Rows, k *IdempotencyKey) error {
	return rows.Scan(&k.BotID, &k.InstallationID, &k.Key, &k.Operation, &k.Hash, &k.RowID, &k.Runner, &k.Output, &k.CreatedAt)
}

// ClaimKey records a key, with CreatedAt Now, and returns nil; or it returns the record that exists. A concurrent claim of
// the same key waits until this transaction ends.
func (tx *Tx) ClaimKey(ctx context.Context, k *IdempotencyKey) (prior *IdempotencyKey, err error) {
	k.CreatedAt = tx.now
	n, err := tx.conn.Exec(ctx, `INSERT INTO idempotency_keys (`+keyColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (bot_id, installation_id, key) DO NOTHING`,
		k.BotID, k.InstallationID, k.Key, k.Operation, k.Hash, k.RowID, k.Runner, k.Output, k.CreatedAt)
	if err != nil {
		return nil, wrap(err, "claim idempotency key")
	}
	if n > 0 {
		return nil, nil
	}
	prior, err = tx.KeyRecord(ctx, k.BotID, k.InstallationID, k.Key)
	if errors.Is(err, ErrNotFound) { // released or pruned since
		return nil, wrap(ErrBusy, "claim idempotency key")
	}
	return prior, err
}

const ofKey = ` WHERE bot_id = $1 AND installation_id = $2 AND key = $3`

// KeyRecord reads the record of a key.
func (tx *Tx) KeyRecord(ctx context.Context, botID, installationID, key string) (*IdempotencyKey, error) {
	k, err := one(ctx, tx, scanKey, `SELECT `+keyColumns+` FROM idempotency_keys`+ofKey, botID, installationID, key)
	return k, wrap(err, "read idempotency key")
}

// TakeKey makes runner the process that carries out the action of a key, in place of k.Runner, which is gone. ErrNotFound
// when another process took it first.
func (tx *Tx) TakeKey(ctx context.Context, k *IdempotencyKey, runner string) error {
	err := tx.change(ctx, `UPDATE idempotency_keys SET runner = $4`+ofKey+` AND runner = $5`,
		k.BotID, k.InstallationID, k.Key, runner, k.Runner)
	return wrap(err, "take idempotency key")
}

// FinishKey records that the action of a key is done, with k.Output, which may be nil.
func (tx *Tx) FinishKey(ctx context.Context, k *IdempotencyKey) error {
	err := tx.change(ctx, `UPDATE idempotency_keys SET runner = '', output = $4`+ofKey, k.BotID, k.InstallationID, k.Key, k.Output)
	return wrap(err, "finish idempotency key")
}

// ReleaseKey removes the record of a key, so that the call can be made again under it.
func (tx *Tx) ReleaseKey(ctx context.Context, k *IdempotencyKey) error {
	return wrap(tx.exec(ctx, `DELETE FROM idempotency_keys`+ofKey, k.BotID, k.InstallationID, k.Key), "release idempotency key")
}

// PruneKeys removes up to limit records of keys from before a time and returns how many it removed.
func (tx *Tx) PruneKeys(ctx context.Context, before time.Time, limit int) (int64, error) {
	n, err := tx.conn.Exec(ctx, `DELETE FROM idempotency_keys WHERE (bot_id, installation_id, key) IN (SELECT bot_id, installation_id, key
		FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)`, before, limited(limit))
	return n, wrap(err, "prune idempotency keys")
}

// EraseOutputs removes the outputs of a bot's actions that are kept under keys; the keys stay.
func (tx *Tx) EraseOutputs(ctx context.Context, botID string) error {
	err := tx.exec(ctx, `UPDATE idempotency_keys SET output = NULL WHERE bot_id = $1 AND output IS NOT NULL`, botID)
	return wrap(err, "erase outputs of actions")
}
