package chatkit

import (
	"context"
	"sync"
)

// Locks is a set of locks by key, for code that reads and writes back: a tag, a
// token. Only held locks use memory. The zero value is ready to use, and safe
// for concurrent use.
//
// A lock does not reach other nodes. What must happen once on all of them needs
// a unique key of the platform: integration.Event.DedupeKey, or the tags that
// identify an Inbound message.
type Locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	slot  chan struct{}
	users int // that hold the lock or wait for it
}

// Hold waits for the lock of the key and returns the function that releases it,
// to be called once. If ctx ends first, nothing is held and the error is the
// cause of ctx.
func (s *Locks) Hold(ctx context.Context, key string) (release func(), err error) {
	l := s.join(key)
	select {
	case l.slot <- struct{}{}:
		return func() { <-l.slot; s.leave(key, l) }, nil
	case <-ctx.Done():
		s.leave(key, l)
		return nil, context.Cause(ctx)
	}
}

func (s *Locks) join(key string) *lock {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.held[key]
	if l == nil {
		if s.held == nil {
			s.held = map[string]*lock{}
		}
		l = &lock{slot: make(chan struct{}, 1)}
		s.held[key] = l
	}
	l.users++
	return l
}

func (s *Locks) leave(key string, l *lock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(s.held, key)
	}
}
