// Package keylock lets one thing at a time happen under a key, in this
// process: reading a tag and writing it back, refreshing a token.
//
// It does not reach other nodes. What must happen once anywhere goes by a
// unique key of the platform's: integration.Event.DedupeKey, or the tags of a
// get-or-create.
package keylock

import (
	"context"
	"sync"
)

// Set is a set of locks by key; only held ones take memory. The zero value is
// ready. It is safe for concurrent use.
type Set struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	slot   chan struct{}
	wanted int // by those who wait and the one who holds
}

// Hold waits for the key and returns what releases it, to be called once. When
// ctx ends before that, the error is its cause and nothing is held.
func (s *Set) Hold(ctx context.Context, key string) (release func(), err error) {
	l := s.want(key)
	select {
	case l.slot <- struct{}{}:
		return func() { <-l.slot; s.leave(key, l) }, nil
	case <-ctx.Done():
		s.leave(key, l)
		return nil, context.Cause(ctx)
	}
}

func (s *Set) want(key string) *lock {
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
	l.wanted++
	return l
}

func (s *Set) leave(key string, l *lock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.wanted--; l.wanted == 0 {
		delete(s.held, key)
	}
}
