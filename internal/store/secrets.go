package store

import "context"

// Secret is a value that code gets to know and nobody else: of an integration or a bot, by its id.
type Secret struct{ Owner, Name, Value string }

func scanSecret(rows Rows, s *Secret) error { return rows.Scan(&s.Owner, &s.Name, &s.Value) }

func (s *Secret) place() string { return place("secrets", "value", s.Owner, s.Name) }

func (s *Secret) open(tx *Tx) (err error) {
	s.Value, err = tx.unseal(s.place(), s.Value)
	return err
}

// Secrets lists the secrets of an integration or a bot by name.
func (tx *Tx) Secrets(ctx context.Context, owner string) ([]Secret, error) {
	list, err := all(ctx, tx, scanSecret, `SELECT owner, name, value FROM secrets WHERE owner = $1 ORDER BY name`, owner)
	return list, wrap(err, "list secrets")
}

// PutSecret keeps a secret, in place of one of the same owner and name.
func (tx *Tx) PutSecret(ctx context.Context, s Secret) error {
	err := tx.exec(ctx, `INSERT INTO secrets (owner, name, value, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
		s.Owner, s.Name, tx.seal(s.place(), s.Value), tx.now)
	return wrap(err, "put secret")
}

// DeleteSecret forgets a secret; it does nothing when there is none.
func (tx *Tx) DeleteSecret(ctx context.Context, owner, name string) error {
	return wrap(tx.exec(ctx, `DELETE FROM secrets WHERE owner = $1 AND name = $2`, owner, name), "delete secret")
}

// DeleteSecrets forgets all secrets of an integration or a bot.
func (tx *Tx) DeleteSecrets(ctx context.Context, owner string) error {
	return wrap(tx.exec(ctx, `DELETE FROM secrets WHERE owner = $1`, owner), "delete secrets")
}
