package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// tokens remembers tokens that were let in, so that a request does not read
// its token from the database. Only a few thousand are kept.
type tokens struct {
	mu         sync.RWMutex
	known      map[string]knownToken // by hash
	generation uint64
}

type knownToken struct {
	row *store.Token
	at  time.Time // when it was read
}

const (
	maxTokens = 4096
	// tokenAge bounds how long a token that another process has revoked is let in.
	tokenAge = 10 * time.Second
)

func (t *tokens) get(hash []byte) (*store.Token, uint64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if known, ok := t.known[string(hash)]; ok && time.Since(known.at) < tokenAge {
		return known.row, t.generation
	}
	return nil, t.generation
}

// put remembers a token unless one was revoked since it was read.
func (t *tokens) put(row *store.Token, at time.Time, generation uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.generation != generation {
		return
	}
	if t.known == nil || len(t.known) >= maxTokens {
		t.known = map[string]knownToken{}
	}
	t.known[string(row.Hash)] = knownToken{row, at}
}

func (t *tokens) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.generation++
	t.known = nil
}

// Authenticate lets a caller in by its token. A caller without a token gets
// nil, which only public operations take.
func (s *Service) Authenticate(ctx context.Context, caller platform.Caller) (*Identity, error) {
	if caller.Token == "" {
		return nil, nil
	}
	token, err := s.token(ctx, caller.Token)
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeUnauthorized, "the token is not known here; it may have been revoked")
	} else if err != nil {
		return nil, reply.AsError(err)
	}
	if caller.WorkspaceID != "" && !s.isWorkspace(caller.WorkspaceID) {
		return nil, platform.Errorf(platform.TypeForbidden, "header x-workspace-id: the token is not one of workspace %.60q; this server has %s, or leave the header out",
			caller.WorkspaceID, s.WorkspaceID)
	}
	id := &Identity{WorkspaceID: token.WorkspaceID, Token: token, AllowBreaking: caller.AllowBreaking, ByIntegration: caller.ByIntegration}
	switch platform.TokenKind(token.Kind) {
	case platform.TokenAccount:
		id.Scope = platform.ScopeAccount
	case platform.TokenBot:
		id.Scope = platform.ScopeBot
		if caller.BotID == "" {
			caller.BotID = token.BotID
		}
		if caller.BotID != token.BotID || caller.IntegrationID != "" {
			return nil, platform.Errorf(platform.TypeForbidden, "the token is a key of another bot; a bot's key speaks for its own bot only")
		}
	case platform.TokenIntegration:
		id.Scope = platform.ScopeIntegration
		if caller.IntegrationID == "" {
			caller.IntegrationID = token.IntegrationID
		}
		if caller.IntegrationID != token.IntegrationID {
			return nil, platform.Errorf(platform.TypeForbidden, "the token is a key of another integration")
		}
	}
	return id, s.locate(ctx, id, caller)
}

// Trust lets code of this process in, which has no token: it is whom it says.
func (s *Service) Trust(ctx context.Context, caller platform.Caller) (*Identity, error) {
	id := &Identity{Scope: platform.ScopeBot, WorkspaceID: s.WorkspaceID, AllowBreaking: caller.AllowBreaking, ByIntegration: caller.ByIntegration}
	if caller.IntegrationID != "" {
		id.Scope = platform.ScopeIntegration
	}
	if caller.BotID == "" {
		id.Scope = platform.ScopeAccount
	}
	return id, s.locate(ctx, id, caller)
}

// locate finds the bot and the installation that a caller names.
func (s *Service) locate(ctx context.Context, id *Identity, caller platform.Caller) error {
	if caller.BotID == "" {
		return nil
	}
	b, err := s.Catalog.Bot(ctx, caller.BotID)
	if errors.Is(err, store.ErrNotFound) {
		if id.Scope != platform.ScopeAccount {
			return platform.Errorf(platform.TypeForbidden, "the token may not speak for bot %.60q", caller.BotID)
		}
		return botNotFound(caller.BotID)
	} else if err != nil {
		return reply.AsError(err)
	}
	id.Bot = b
	if caller.IntegrationID == "" {
		return nil
	}
	in := b.ByIntegration(caller.IntegrationID, caller.IntegrationAlias)
	if in == nil {
		where := ""
		if caller.IntegrationAlias != "" {
			where = fmt.Sprintf(" under the alias %.60q", caller.IntegrationAlias)
		}
		return platform.Errorf(platform.TypeForbidden, "integration %.60q is not installed on bot %s%s", caller.IntegrationID, b.ID, where)
	}
	id.Installation = in
	return nil
}

func (s *Service) token(ctx context.Context, value string) (*store.Token, error) {
	if !strings.HasPrefix(value, "bp_") {
		return nil, store.ErrNotFound
	}
	hash := HashToken(value)
	if token := s.lent.get(hash); token != nil {
		return token, nil
	}
	token, generation := s.tokens.get(hash)
	if token != nil {
		return token, nil
	}
	at := time.Now()
	err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
		token, err = tx.TokenByHash(ctx, hash)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.tokens.put(token, at, generation)
	return token, nil
}
