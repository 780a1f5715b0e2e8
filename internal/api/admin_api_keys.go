package api

import (
	"context"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// newAPIKey makes a token, as createToken does.
func (s *Service) newAPIKey(ctx context.Context, id *Identity, in *platform.CreateTokenInput) (platform.APIKey, error) {
	made, err := s.createToken(ctx, id, in)
	if err != nil {
		return platform.APIKey{}, err
	}
	key := showAPIKey(&made.Token)
	key.Value = made.Value
	return key, nil
}

func showAPIKey(t *platform.Token) platform.APIKey {
	return platform.APIKey{ID: t.ID, CreatedAt: t.CreatedAt, Note: t.Note, LastCharacters: t.LastCharacters}
}

// apiKeys lists the tokens of a kind, all or those of one owner.
func (s *Service) apiKeys(ctx context.Context, id *Identity, kind platform.TokenKind, owner string) ([]platform.APIKey, error) {
	all, err := s.listTokens(ctx, id, &platform.ListTokensInput{})
	if err != nil {
		return nil, err
	}
	keys := []platform.APIKey{}
	for i := range all.Tokens {
		t := &all.Tokens[i]
		if t.Kind == kind && (owner == "" || owner == t.BotID+t.IntegrationID) {
			keys = append(keys, showAPIKey(t))
		}
	}
	return keys, nil
}

// revoke deletes a token of the kind.
func (s *Service) revoke(ctx context.Context, kind platform.TokenKind, tokenID string) error {
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.Tokens(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.ID == tokenID && row.Kind == string(kind) {
				return tx.DeleteToken(ctx, tokenID)
			}
		}
		return platform.Errorf(platform.TypeResourceNotFound, "key %.60q not found", tokenID)
	})
	if err == nil {
		s.tokens.clear()
	}
	return err
}

func (s *Service) listPersonalAccessTokens(ctx context.Context, id *Identity, _ *platform.ListPersonalAccessTokensInput) (*platform.ListPersonalAccessTokensOutput, error) {
	keys, err := s.apiKeys(ctx, id, platform.TokenAccount, "")
	return &platform.ListPersonalAccessTokensOutput{Keys: keys}, err
}

func (s *Service) createPersonalAccessToken(ctx context.Context, id *Identity, in *platform.CreatePersonalAccessTokenInput) (*platform.CreatePersonalAccessTokenOutput, error) {
	key, err := s.newAPIKey(ctx, id, &platform.CreateTokenInput{Kind: platform.TokenAccount, Note: in.Note})
	return &platform.CreatePersonalAccessTokenOutput{PAT: key}, err
}

func (s *Service) deletePersonalAccessToken(ctx context.Context, _ *Identity, in *platform.DeletePersonalAccessTokenInput) (*platform.DeletePersonalAccessTokenOutput, error) {
	return &platform.DeletePersonalAccessTokenOutput{}, s.revoke(ctx, platform.TokenAccount, in.ID)
}

func (s *Service) listBotAPIKeys(ctx context.Context, id *Identity, in *platform.ListBotAPIKeysInput) (*platform.ListBotAPIKeysOutput, error) {
	keys, err := s.apiKeys(ctx, id, platform.TokenBot, in.BotID)
	return &platform.ListBotAPIKeysOutput{Keys: keys}, err
}

func (s *Service) createBotAPIKey(ctx context.Context, id *Identity, in *platform.CreateBotAPIKeyInput) (*platform.CreateBotAPIKeyOutput, error) {
	key, err := s.newAPIKey(ctx, id, &platform.CreateTokenInput{Kind: platform.TokenBot, BotID: in.BotID, Note: in.Note})
	return &platform.CreateBotAPIKeyOutput{APIKey: key}, err
}

func (s *Service) deleteBotAPIKey(ctx context.Context, _ *Identity, in *platform.DeleteBotAPIKeyInput) (*platform.DeleteBotAPIKeyOutput, error) {
	return &platform.DeleteBotAPIKeyOutput{}, s.revoke(ctx, platform.TokenBot, in.ID)
}

func (s *Service) listIntegrationAPIKeys(ctx context.Context, id *Identity, in *platform.ListIntegrationAPIKeysInput) (*platform.ListIntegrationAPIKeysOutput, error) {
	keys, err := s.apiKeys(ctx, id, platform.TokenIntegration, in.IntegrationID)
	return &platform.ListIntegrationAPIKeysOutput{Keys: keys}, err
}

func (s *Service) createIntegrationAPIKey(ctx context.Context, id *Identity, in *platform.CreateIntegrationAPIKeyInput) (*platform.CreateIntegrationAPIKeyOutput, error) {
	key, err := s.newAPIKey(ctx, id, &platform.CreateTokenInput{Kind: platform.TokenIntegration, IntegrationID: in.IntegrationID, Note: in.Note})
	return &platform.CreateIntegrationAPIKeyOutput{APIKey: key}, err
}

func (s *Service) deleteIntegrationAPIKey(ctx context.Context, _ *Identity, in *platform.DeleteIntegrationAPIKeyInput) (*platform.DeleteIntegrationAPIKeyOutput, error) {
	return &platform.DeleteIntegrationAPIKeyOutput{}, s.revoke(ctx, platform.TokenIntegration, in.ID)
}
