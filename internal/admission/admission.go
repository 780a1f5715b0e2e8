// Package admission decides how much of the server one stranger may take: how
// fast a body has to arrive, how much of it is kept while it does, and how many
// calls, streams and connections one address has. It knows nothing of who
// callers say they are; that is package api's.
package admission

import (
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// Shares counts what is in use, in all and by key, so that no key takes what
// the others need. It is safe for concurrent use.
type Shares struct {
	what       string // for the refusal, such as "calls of webhooks"
	total, one int64

	mu    sync.Mutex
	used  int64
	byKey map[string]int64
}

// NewShares returns shares of total in all and of one for each key.
func NewShares(what string, total, one int64) *Shares {
	return &Shares{what: what, total: total, one: min(one, total), byKey: map[string]int64{}}
}

// Take takes n for all of the keys, or nothing. The error is a 429 where a key
// has too much, and a 503 where all have; both say when to come back.
func (s *Shares) Take(n int64, keys ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+n > s.total {
		return platform.Unavailable(nil, "too many "+s.what+" at a time; try again", time.Second)
	}
	for _, key := range keys {
		if s.byKey[key]+n > s.one {
			e := platform.Errorf(platform.TypeRateLimited, "too many %s of this caller or at this address at a time; try again", s.what)
			e.RetryAfter = time.Second
			return e
		}
	}
	s.used += n
	for _, key := range keys {
		s.byKey[key] += n
	}
	return nil
}

// Give gives back what Take took.
func (s *Shares) Give(n int64, keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= n
	for _, key := range keys {
		if s.byKey[key] -= n; s.byKey[key] <= 0 {
			delete(s.byKey, key)
		}
	}
}
