package api

import (
	"sync"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// lent holds the tokens of code that runs on this server. They are in memory
// only, so that none outlives the server or is found in its database.
type lent struct {
	mu    sync.RWMutex
	known map[string]*store.Token // by hash
}

func (l *lent) get(hash []byte) *store.Token {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.known[string(hash)]
}

// LendToken makes a token for one process that runs the code of a bot or of an
// integration, whichever id is given, and that calls this server only. It is
// good until revoke is called.
func (s *Service) LendToken(workspaceID, botID, integrationID string) (value string, revoke func()) {
	kind := platform.TokenBot
	if integrationID != "" {
		kind = platform.TokenIntegration
	}
	value, row := NewToken(kind)
	row.WorkspaceID, row.BotID, row.IntegrationID = workspaceID, botID, integrationID
	s.lent.mu.Lock()
	defer s.lent.mu.Unlock()
	if s.lent.known == nil {
		s.lent.known = map[string]*store.Token{}
	}
	s.lent.known[string(row.Hash)] = &row
	return value, func() {
		s.lent.mu.Lock()
		defer s.lent.mu.Unlock()
		delete(s.lent.known, string(row.Hash))
	}
}
