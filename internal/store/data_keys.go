package store

import "context"

// DataKey is a key of the vault, sealed under a master key that is kept elsewhere.
type DataKey struct {
	ID     int64
	Sealed string
}

func scanDataKey(rows Rows, k *DataKey) error { return rows.Scan(&k.ID, &k.Sealed) }

// DataKeys lists all keys by id.
func (tx *Tx) DataKeys(ctx context.Context) ([]DataKey, error) {
	list, err := all(ctx, tx, scanDataKey, `SELECT id, sealed FROM data_keys ORDER BY id`)
	return list, wrap(err, "list data keys")
}

// AddDataKey adds a key; it does nothing when the id is taken.
func (tx *Tx) AddDataKey(ctx context.Context, k DataKey) error {
	err := tx.exec(ctx, `INSERT INTO data_keys (id, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`, k.ID, k.Sealed, tx.now)
	return wrap(err, "add data key")
}

// ReplaceDataKey changes how a key is sealed.
func (tx *Tx) ReplaceDataKey(ctx context.Context, k DataKey) error {
	return wrap(tx.change(ctx, `UPDATE data_keys SET sealed = $2 WHERE id = $1`, k.ID, k.Sealed), "replace data key")
}

// RemoveDataKeys removes the keys with lower ids.
func (tx *Tx) RemoveDataKeys(ctx context.Context, below int64) error {
	return wrap(tx.exec(ctx, `DELETE FROM data_keys WHERE id < $1`, below), "remove data keys")
}
