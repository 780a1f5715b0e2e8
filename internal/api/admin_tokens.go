package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// tokenPrefixes begin the values of tokens, as the official clients know them.
var tokenPrefixes = map[platform.TokenKind]string{
	platform.TokenAccount: "bp_pat_", platform.TokenBot: "bp_bak_", platform.TokenIntegration: "bp_iak_",
}

// HashToken is how a token's value is stored and looked up.
func HashToken(value string) []byte {
	sum := sha256.Sum256([]byte(value))
	return sum[:]
}

// NewToken makes a token's value and row; the id and the time are the
// caller's to set.
func NewToken(kind platform.TokenKind) (value string, row store.Token) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails (crypto/rand)
	value = tokenPrefixes[kind] + base64.RawURLEncoding.EncodeToString(secret[:])
	return value, store.Token{Kind: string(kind), Last4: value[len(value)-4:], Hash: HashToken(value)}
}

func (s *Service) createToken(ctx context.Context, id *Identity, in *platform.CreateTokenInput) (*platform.CreateTokenOutput, error) {
	if tokenPrefixes[in.Kind] == "" {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "kind: must be account, bot or integration, not %.40q", in.Kind)
	}
	if (in.Kind == platform.TokenBot) != (in.BotID != "") {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "botId: it is needed for a bot token, and only there")
	}
	if (in.Kind == platform.TokenIntegration) != (in.IntegrationID != "") {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "integrationId: it is needed for an integration token, and only there")
	}
	value, row := NewToken(in.Kind)
	row.WorkspaceID, row.BotID, row.IntegrationID, row.Note = id.WorkspaceID, in.BotID, in.IntegrationID, in.Note
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		if in.BotID != "" {
			if _, err := tx.Bot(ctx, in.BotID); err != nil {
				return missingReference(err, "botId", in.BotID)
			}
		}
		if in.IntegrationID != "" {
			if _, err := tx.Integration(ctx, in.IntegrationID); err != nil {
				return missingReference(err, "integrationId", in.IntegrationID)
			}
		}
		row.ID, row.CreatedAt = s.ids.New(platform.PrefixToken, tx.Now()), tx.Now()
		return tx.CreateToken(ctx, row)
	})
	if err != nil {
		return nil, err
	}
	return &platform.CreateTokenOutput{Token: showToken(&row), Value: value}, nil
}

func missingReference(err error, field, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeReferenceNotFound, "%s: %.60q not found", field, id)
	}
	return err
}

func showToken(row *store.Token) platform.Token {
	return platform.Token{
		ID: row.ID, CreatedAt: platform.At(row.CreatedAt), Kind: platform.TokenKind(row.Kind),
		BotID: row.BotID, IntegrationID: row.IntegrationID, Note: row.Note, LastCharacters: row.Last4,
	}
}

func (s *Service) listTokens(ctx context.Context, _ *Identity, _ *platform.ListTokensInput) (*platform.ListTokensOutput, error) {
	out := &platform.ListTokensOutput{Tokens: []platform.Token{}}
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Tokens(ctx)
		for i := range rows {
			out.Tokens = append(out.Tokens, showToken(&rows[i]))
		}
		return err
	})
	return out, err
}

func (s *Service) deleteToken(ctx context.Context, _ *Identity, in *platform.DeleteTokenInput) (*platform.DeleteTokenOutput, error) {
	err := s.Store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteToken(ctx, in.ID) })
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "token %.60q not found", in.ID)
	} else if err != nil {
		return nil, err
	}
	s.tokens.clear()
	return &platform.DeleteTokenOutput{}, nil
}

func (s *Service) getServer(ctx context.Context, _ *Identity, _ *platform.GetServerInput) (*platform.GetServerOutput, error) {
	out := &platform.GetServerOutput{Version: s.Version, URL: s.PublicURL, Store: s.StoreKind, Integrations: []string{}}
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		for page := (store.Page{Limit: 200}); ; {
			rows, next, err := tx.Integrations(ctx, "", page)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if row.Builtin {
					out.Integrations = append(out.Integrations, row.Name+"@"+row.Version)
				}
			}
			if next == "" {
				return nil
			}
			page.After = next
		}
	})
	return out, err
}
