package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
// or in the data folder, where the first start makes one. It also tells where
// it was found, for people.
func masterKey(ctx context.Context, cfg *config.Config, keys vault.Keys) (m vault.Master, from string, err error) {
	switch text := os.Getenv(masterKeyEnv); {
	case text != "":
		if m, err = vault.ParseMaster([]byte(text)); err != nil {
			err = fmt.Errorf("%s: %w", masterKeyEnv, err)
		}
		return m, masterKeyEnv, err
	case cfg.MasterKeyCommand != "":
		m, err = vault.CommandMaster(ctx, cfg.MasterKeyCommand)
		return m, "--master-key-command", err
	case cfg.MasterKeyFile != "":
		m, err = vault.ReadMaster(cfg.MasterKeyFile)
		return m, cfg.MasterKeyFile, err
	}
	path := filepath.Join(cfg.Data, masterKeyFile)
	if err := mayMakeMaster(ctx, cfg, keys, path); err != nil {
		return m, path, err
	}
	m, err = vault.ReadOrMakeMaster(path)
	return m, path, err
}

// mayMakeMaster refuses to make a new master key beside a database that was
// written with another: it would open nothing, and look like the right one.
func mayMakeMaster(ctx context.Context, cfg *config.Config, keys vault.Keys, path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) || cfg.MasterKeyBefore != "" {
		return nil // what is wrong with the file is told when it is read
	}
	written, err := keys.List(ctx)
	if err != nil || len(written) == 0 {
		return err
	}
	return fmt.Errorf("%w and there is no %s: put its copy there, or give it with --master-key-file or %s", errNoMaster, path, masterKeyEnv)
}

// adviseKey adds to the error of an unusable master key that no new one can replace it, when the database was written with one.
func adviseKey(ctx context.Context, keys vault.Keys, err error) error {
	if written, listErr := keys.List(ctx); listErr != nil || len(written) == 0 || errors.Is(err, errNoMaster) {
		return errors.Join(err, listErr)
	}
	return fmt.Errorf("%w\nthe database was written with a master key: put back the copy of that one; a new one opens nothing", err)
}

// errNoMaster is the error of a database whose master key is missing.
var errNoMaster = errors.New("the database was written with a master key")

// seal opens the vault and returns the store that seals with it.
func seal(ctx context.Context, cfg *config.Config, db store.Store) (store.Store, *keyring, error) {
	keys := dataKeys{db}
	master, from, err := masterKey(ctx, cfg, keys)
	if err != nil {
		return nil, nil, adviseKey(ctx, keys, err)
	}
	var before []vault.Master
	if cfg.MasterKeyBefore != "" {
		old, err := vault.ReadMaster(cfg.MasterKeyBefore)
		if err != nil {
			return nil, nil, err
		}
		before = append(before, old)
	}
	ring, err := vault.Open(ctx, keys, master, before...)
	switch {
	case errors.Is(err, vault.ErrOtherMaster):
		return nil, nil, fmt.Errorf("open the vault with the master key of %s: %w; give that one, or name it with --master-key-before to replace it", from, err)
	case err != nil:
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
