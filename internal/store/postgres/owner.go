package postgres

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// Await blocks until this Store surely owns the database, which is the state to begin an attempt of a delivery in. It
// returns the cause of ctx's end, or a store.Fault when another server has taken the database over, for good.
func (s *Store) Await(ctx context.Context) error {
	for {
		ok, wait := s.lease.owned()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.lease.taken:
			return &store.Fault{Name: store.FaultOwnership, Err: errTaken}
		case <-wait:
		case <-time.After(beatEvery): // a beat that was late, not failed
		}
	}
}

// Owned reports whether the database is surely this Store's.
func (s *Store) Owned() bool {
	ok, _ := s.lease.owned()
	return ok
}

// Taken is closed when another server has taken the database over. Updates fail from then on.
func (s *Store) Taken() <-chan struct{} { return s.lease.taken }

// Term returns a context that ends when another server may soon take the database over: what must not happen in two
// servers at once ends with it.
func (s *Store) Term() context.Context {
	s.lease.mu.Lock()
	defer s.lease.mu.Unlock()
	return s.lease.term
}
