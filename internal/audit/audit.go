// Package audit records who changed what: a change that is made under a context with an entry gets a row of its own in
// the same transaction, so that there is no change without one. Entries name what was changed and which members were
// given, never values.
package audit

import (
	"context"
	"sync/atomic"

	"github.com/bellhop-dev/bellhop/internal/store"
)

type (
	entryKey   struct{}
	addressKey struct{}
)

// pending is an entry that waits for the first transaction that changes something.
type pending struct {
	entry   store.AuditEntry
	written atomic.Bool
}

// With returns a context whose first successful Update of a Store records the entry. Its ID and At are set then.
func With(ctx context.Context, e store.AuditEntry) context.Context {
	return context.WithValue(ctx, entryKey{}, &pending{entry: e})
}

// WithAddress returns a context that says from where a call comes.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// Address returns from where a call comes; "" is this process.
func Address(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}

// Store is a store.Store whose Update records the entry of its context.
type Store struct {
	store.Store
	// NewID returns a new id for an entry.
	NewID func(tx *store.Tx) string
}

var _ store.Store = Store{}

// Update runs fn in a transaction and records the context's entry in it, once per context.
func (s Store) Update(ctx context.Context, fn func(*store.Tx) error) error {
	p, _ := ctx.Value(entryKey{}).(*pending)
	if p == nil || p.written.Load() {
		return s.Store.Update(ctx, fn)
	}
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		e := p.entry
		e.ID, e.At = s.NewID(tx), tx.Now()
		tx.OnCommit(func() { p.written.Store(true) })
		return tx.AddAudit(ctx, &e)
	})
}
