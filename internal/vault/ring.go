package vault

import (
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
)

// ErrOtherMaster says that data keys are sealed under another master key.
var ErrOtherMaster = errors.New("this is not the master key that the database was written with")

// Key is a data key as it is kept: sealed under the master key.
type Key struct {
	ID     int64 // counts from 1; the highest seals
	Sealed string
}

// Keys keeps the data keys.
type Keys interface {
	// List returns all keys, by their ids.
	List(ctx context.Context) ([]Key, error)
	// Add keeps a key with a new id. It does nothing when the id is taken.
	Add(ctx context.Context, key Key) error
	// Replace changes how a key is sealed.
	Replace(ctx context.Context, key Key) error
	// Remove forgets the keys with ids below id.
	Remove(ctx context.Context, below int64) error
}

// Ring seals and opens values. It is safe for concurrent use.
type Ring struct {
	keys   Keys
	wrap   cipher.AEAD
	before []cipher.AEAD // of master keys that data keys may still be under

	mu    sync.RWMutex
	known map[int64]cipher.AEAD
	last  int64
}

// Open reads the data keys, and makes the first. Data keys that are sealed
// under one of the master keys of before are sealed anew under master. It fails
// when a key opens under none of them.
func Open(ctx context.Context, keys Keys, master Master, before ...Master) (*Ring, error) {
	r := &Ring{keys: keys, known: map[int64]cipher.AEAD{}}
	var err error
	if r.wrap, err = wrapper(master); err != nil {
		return nil, err
	}
	for _, m := range before {
		old, err := wrapper(m)
		if err != nil {
			return nil, err
		}
		r.before = append(r.before, old)
	}
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	if r.last == 0 {
		if _, err := r.add(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// wrapper returns what seals data keys under a master key.
func wrapper(m Master) (cipher.AEAD, error) {
	if len(m.key) != keySize {
		return nil, errors.New("there is no master key")
	}
	key, err := hkdf.Key(sha256.New, m.key, nil, "bellhop data keys", keySize)
	if err != nil {
		return nil, err
	}
	return newAEAD(key)
}

const keyPlace = "key"

// load reads the keys that are not known yet.
func (r *Ring) load(ctx context.Context) error {
	list, err := r.keys.List(ctx)
	if err != nil {
		return fmt.Errorf("read the data keys: %w", err)
	}
	for _, key := range list {
		plain, again, err := r.unwrap(key)
		if err != nil {
			return err
		}
		aead, err := newAEAD(plain)
		if err != nil {
			return fmt.Errorf("data key %d: %w", key.ID, err)
		}
		if again {
			key.Sealed = seal(r.wrap, key.ID, keyPlace, plain)
			if err := r.keys.Replace(ctx, key); err != nil {
				return fmt.Errorf("seal data key %d under the new master key: %w", key.ID, err)
			}
		}
		r.mu.Lock()
		r.known[key.ID] = aead
		r.last = max(r.last, key.ID)
		r.mu.Unlock()
	}
	return nil
}

// unwrap opens a data key, and tells whether it is under an older master key.
func (r *Ring) unwrap(key Key) (plain []byte, again bool, err error) {
	id, body, ok := keyID(key.Sealed)
	if !ok || id != key.ID {
		return nil, false, fmt.Errorf("data key %d is damaged", key.ID)
	}
	if plain, err := open(r.wrap, id, keyPlace, body); err == nil {
		return plain, false, nil
	}
	for _, old := range r.before {
		if plain, err := open(old, id, keyPlace, body); err == nil {
			return plain, true, nil
		}
	}
	return nil, false, fmt.Errorf("data key %d does not open: %w", key.ID, ErrOtherMaster)
}

// add makes the next data key.
func (r *Ring) add(ctx context.Context) (int64, error) {
	r.mu.RLock()
	id := r.last + 1
	r.mu.RUnlock()
	plain := make([]byte, keySize)
	rand.Read(plain) // never fails
	if err := r.keys.Add(ctx, Key{ID: id, Sealed: seal(r.wrap, id, keyPlace, plain)}); err != nil {
		return 0, fmt.Errorf("keep a data key: %w", err)
	}
	// Another node may have been first; then its key is the one.
	return id, r.load(ctx)
}

// Rotate makes a new data key, with which values are sealed from now on, and
// returns its id. Values sealed before are opened as ever, until Forget.
func (r *Ring) Rotate(ctx context.Context) (int64, error) {
	if err := r.load(ctx); err != nil {
		return 0, err
	}
	return r.add(ctx)
}

// Forget removes the data keys with ids below id; what is still sealed with
// them cannot be opened any more. One process at a time may have the ring.
func (r *Ring) Forget(ctx context.Context, id int64) error {
	if err := r.keys.Remove(ctx, id); err != nil {
		return fmt.Errorf("forget data keys: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for known := range r.known {
		if known < id {
			delete(r.known, known)
		}
	}
	return nil
}

// Seal seals a value for a place, such as "installation/inst_…/configuration".
// The same value gives another text each time.
func (r *Ring) Seal(place string, plain []byte) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return seal(r.known[r.last], r.last, place, plain)
}

// Open opens a value that was sealed for the place. ErrRefused when it was not,
// or its key is not known.
func (r *Ring) Open(place, value string) ([]byte, error) {
	id, body, ok := keyID(value)
	if !ok {
		return nil, ErrRefused
	}
	r.mu.RLock()
	aead := r.known[id]
	r.mu.RUnlock()
	if aead == nil {
		return nil, ErrRefused
	}
	return open(aead, id, place, body)
}

// Prefix begins every value that is sealed with the newest data key, and no
// other.
func (r *Ring) Prefix() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return keyPrefix(r.last)
}
