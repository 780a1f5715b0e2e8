package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Vault seals what must not be kept in clear: configurations, signing secrets, and the states of installations, which hold
// credentials. A value is bound to its place, so that it opens in its row only.
type Vault interface {
	Seal(place string, plain []byte) string
	Open(place, value string) ([]byte, error)
	// Prefix begins every value that is sealed with the newest key, and no other.
	Prefix() string
}

// SealedPrefix begins every sealed value; a value in clear does not begin with it.
const SealedPrefix = "~"

// WithVault returns a Store that seals with v. Values that were written in clear before are read as they are.
func WithVault(s Store, v Vault) Store { return vaulted{s, v} }

type vaulted struct {
	Store
	vault Vault
}

var _ Store = vaulted{}

// View runs fn with the vault.
func (s vaulted) View(ctx context.Context, fn func(*Tx) error) error {
	return s.Store.View(ctx, func(tx *Tx) error {
		tx.vault = s.vault
		return fn(tx)
	})
}

// Update runs fn with the vault.
func (s vaulted) Update(ctx context.Context, fn func(*Tx) error) error {
	return s.Store.Update(ctx, func(tx *Tx) error {
		tx.vault = s.vault
		return fn(tx)
	})
}

// sealer is a row with sealed columns; reading one opens them.
type sealer interface{ open(tx *Tx) error }

// opened opens the sealed columns of a row that was read.
func opened[T any](tx *Tx, v *T) error {
	if s, ok := any(v).(sealer); ok {
		return s.open(tx)
	}
	return nil
}

// place names where a column of a row is kept.
func place(table, column string, keys ...string) string {
	return fmt.Sprintf("%s.%s %q", table, column, keys)
}

// seal returns a value as it is kept: sealed, or as it is when it is empty or there is no vault.
func (tx *Tx) seal(place, plain string) string {
	if tx.vault == nil || plain == "" {
		return plain
	}
	return tx.vault.Seal(place, []byte(plain))
}

func (tx *Tx) sealJSON(place string, plain json.RawMessage) json.RawMessage {
	if len(plain) == 0 {
		return plain
	}
	return json.RawMessage(tx.seal(place, string(plain)))
}

// unseal opens a value that seal returned.
func (tx *Tx) unseal(place, value string) (string, error) {
	if !strings.HasPrefix(value, SealedPrefix) {
		return value, nil
	}
	if tx.vault == nil {
		return "", errors.New("the database is sealed, and there is no master key")
	}
	plain, err := tx.vault.Open(place, value)
	if err != nil {
		return "", fmt.Errorf("%s: %w", place, err)
	}
	return string(plain), nil
}

func (tx *Tx) unsealJSON(place string, value *json.RawMessage) error {
	if len(*value) == 0 || (*value)[0] != SealedPrefix[0] {
		return nil
	}
	plain, err := tx.unseal(place, string(*value))
	*value = json.RawMessage(plain)
	return err
}

func (b *Bot) open(tx *Tx) (err error) {
	if b.SigningSecret, err = tx.unseal(place("bots", "signing_secret", b.ID), b.SigningSecret); err != nil {
		return err
	}
	return tx.unsealJSON(place("bots", "configuration", b.ID), &b.Configuration)
}

// seal is for a copy that is about to be written.
func (b *Bot) seal(tx *Tx) {
	b.SigningSecret = tx.seal(place("bots", "signing_secret", b.ID), b.SigningSecret)
	b.Configuration = tx.sealJSON(place("bots", "configuration", b.ID), b.Configuration)
}

func (i *Integration) open(tx *Tx) (err error) {
	i.SigningSecret, err = tx.unseal(i.signingPlace(), i.SigningSecret)
	return err
}

// signingPlace does not go by the id, which an integration that is put again gets from the row.
func (i *Integration) signingPlace() string {
	return place("integrations", "signing_secret", i.WorkspaceID, i.Name, i.Version)
}

func (i *Installation) open(tx *Tx) error {
	return tx.unsealJSON(place("installations", "configuration", i.ID), &i.Configuration)
}

// sealedState is the type of the states that are sealed.
const sealedState = "integration"

func (s *State) open(tx *Tx) error { return tx.unsealJSON(s.place(), &s.Payload) }

func (k *StateKey) place() string {
	return place("states", "payload", k.BotID, k.Owner, k.Type, k.SubjectID, k.Name)
}

// sealedColumn is a column with sealed values, of the rows that the condition wants.
type sealedColumn struct {
	table, column string
	keys          []string
	where         string
}

var sealedColumns = []sealedColumn{
	{table: "bots", column: "signing_secret", keys: []string{"id"}},
	{table: "bots", column: "configuration", keys: []string{"id"}},
	{table: "integrations", column: "signing_secret", keys: []string{"workspace_id", "name", "version"}},
	{table: "installations", column: "configuration", keys: []string{"id"}},
	{table: "alerts", column: "secret", keys: []string{"id"}},
	{table: "alerts", column: "old_secret", keys: []string{"id"}},
	{table: "secrets", column: "value", keys: []string{"owner", "name"}},
	{table: "states", column: "payload", keys: []string{"bot_id", "owner", "type", "subject_id", "name"}, where: " AND type = 'integration'"},
}

// Reseal seals up to limit values anew that are not sealed with the vault's newest key, those in clear too, and returns how
// many it did; none when all is done.
func (tx *Tx) Reseal(ctx context.Context, limit int) (int, error) {
	done := 0
	for _, c := range sealedColumns {
		n, err := tx.resealColumn(ctx, c, limit-done)
		if err != nil {
			return 0, fmt.Errorf("seal %s.%s anew: %w", c.table, c.column, err)
		}
		if done += n; done >= limit {
			break
		}
	}
	return done, nil
}

func (tx *Tx) resealColumn(ctx context.Context, c sealedColumn, limit int) (int, error) {
	type row struct {
		keys  []string
		value string
	}
	scan := func(rows Rows, r *row) error {
		r.keys = make([]string, len(c.keys))
		dest := []any{&r.value}
		for i := range r.keys {
			dest = append(dest, &r.keys[i])
		}
		return rows.Scan(dest...)
	}
	list, err := all(ctx, tx, scan, `SELECT `+c.column+`, `+strings.Join(c.keys, ", ")+` FROM `+c.table+`
		WHERE `+c.column+` <> '' AND substr(`+c.column+`, 1, $1) <> $2`+c.where+` LIMIT $3`+tx.forUpdate(),
		len(tx.vault.Prefix()), tx.vault.Prefix(), limit)
	if err != nil {
		return 0, err
	}
	var where []string
	for i, key := range c.keys {
		where = append(where, fmt.Sprintf("%s = $%d", key, i+2))
	}
	update := `UPDATE ` + c.table + ` SET ` + c.column + ` = $1 WHERE ` + strings.Join(where, " AND ")
	for _, r := range list {
		at := place(c.table, c.column, r.keys...)
		plain, err := tx.unseal(at, r.value)
		if err != nil {
			return 0, err
		}
		args := []any{tx.seal(at, plain)}
		for _, key := range r.keys {
			args = append(args, key)
		}
		if err := tx.change(ctx, update, args...); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
