package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/vault"
)

// masterKeyEnv holds the master key itself. There is no flag for it, since
// others on the machine can read command lines.
const masterKeyEnv = "BELLHOP_MASTER_KEY"

// masterKey finds the master key: in the environment, by a command, in a file,
// or in the data folder, where the first start makes one.
func masterKey(ctx context.Context, cfg *config.Config) (vault.Master, error) {
	switch text := os.Getenv(masterKeyEnv); {
	case text != "":
		m, err := vault.ParseMaster([]byte(text))
		if err != nil {
			return m, fmt.Errorf("%s: %w", masterKeyEnv, err)
		}
		return m, nil
	case cfg.MasterKeyCommand != "":
		return vault.CommandMaster(ctx, cfg.MasterKeyCommand)
	case cfg.MasterKeyFile != "":
		return vault.ReadMaster(cfg.MasterKeyFile)
	}
	return vault.ReadOrMakeMaster(filepath.Join(cfg.Data, "master.key"))
}

// seal opens the vault and returns the store that seals with it.
func seal(ctx context.Context, cfg *config.Config, db store.Store) (store.Store, *keyring, error) {
	master, err := masterKey(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	var before []vault.Master
	if cfg.MasterKeyBefore != "" {
		old, err := vault.ReadMaster(cfg.MasterKeyBefore)
		if err != nil {
			return nil, nil, err
		}
		before = append(before, old)
	}
	ring, err := vault.Open(ctx, dataKeys{db}, master, before...)
	if err != nil {
		return nil, nil, fmt.Errorf("open the vault: %w", err)
	}
	sealed := store.WithVault(db, ring)
	return sealed, &keyring{ring: ring, store: sealed}, nil
}

// keyring replaces data keys.
type keyring struct {
	ring  *vault.Ring
	store store.Store
}

// resealAtOnce is how many values one transaction seals anew.
const resealAtOnce = 100

// RotateKeys makes a new data key, seals every value with it and forgets the
// keys before. When it is interrupted the next time goes on.
func (k *keyring) RotateKeys(ctx context.Context) (keyID int64, resealed int, err error) {
	if keyID, err = k.ring.Rotate(ctx); err != nil {
		return 0, 0, err
	}
	for {
		n := 0
		err := k.store.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Reseal(ctx, resealAtOnce)
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		if resealed += n; n == 0 {
			return keyID, resealed, k.ring.Forget(ctx, keyID)
		}
	}
}

// dataKeys keeps the vault's keys in the database.
type dataKeys struct{ store store.Store }

var _ vault.Keys = dataKeys{}

// List returns all keys.
func (d dataKeys) List(ctx context.Context) (list []vault.Key, err error) {
	err = d.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.DataKeys(ctx)
		for _, row := range rows {
			list = append(list, vault.Key(row))
		}
		return err
	})
	return list, err
}

// Add keeps a key.
func (d dataKeys) Add(ctx context.Context, key vault.Key) error {
	return d.store.Update(ctx, func(tx *store.Tx) error { return tx.AddDataKey(ctx, store.DataKey(key)) })
}

// Replace changes a key.
func (d dataKeys) Replace(ctx context.Context, key vault.Key) error {
	return d.store.Update(ctx, func(tx *store.Tx) error { return tx.ReplaceDataKey(ctx, store.DataKey(key)) })
}

// Remove forgets keys.
func (d dataKeys) Remove(ctx context.Context, below int64) error {
	return d.store.Update(ctx, func(tx *store.Tx) error { return tx.RemoveDataKeys(ctx, below) })
}
