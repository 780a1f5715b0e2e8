package store

import "context"

// Setting reads a small fact about the server; ErrNotFound when it was never put.
func (tx *Tx) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := tx.row(ctx, `SELECT value FROM settings WHERE key = $1`, []any{key}, &value)
	return value, wrap(err, "read setting")
}

// LockSetting lets no other transaction that locks the setting go on until the end of this one, whether it was put or not.
func (tx *Tx) LockSetting(ctx context.Context, key string) error {
	return tx.lock(ctx, "setting\x00"+key)
}

// PutSetting writes a small fact about the server.
func (tx *Tx) PutSetting(ctx context.Context, key, value string) error {
	err := tx.exec(ctx, `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return wrap(err, "put setting")
}
