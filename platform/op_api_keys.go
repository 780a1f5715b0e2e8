package platform

import (
	"context"
)

// The operations on keys as the official API has them: each is a token.
var (
	OpListPersonalAccessTokens  = op[ListPersonalAccessTokensInput, ListPersonalAccessTokensOutput](Operation{Name: "listPersonalAccessTokens", Method: "GET", Path: "/v1/admin/account/pats", Scope: ScopeAccount, Idempotent: true})
	OpCreatePersonalAccessToken = op[CreatePersonalAccessTokenInput, CreatePersonalAccessTokenOutput](Operation{Name: "createPersonalAccessToken", Method: "POST", Path: "/v1/admin/account/pats", Scope: ScopeAccount})
	OpDeletePersonalAccessToken = op[DeletePersonalAccessTokenInput, DeletePersonalAccessTokenOutput](Operation{Name: "deletePersonalAccessToken", Method: "DELETE", Path: "/v1/admin/account/pats/{id}", Scope: ScopeAccount, Idempotent: true})
	OpListBotAPIKeys            = op[ListBotAPIKeysInput, ListBotAPIKeysOutput](Operation{Name: "listBotApiKeys", Method: "GET", Path: "/v1/admin/bots/baks", Scope: ScopeAccount, Idempotent: true})
	OpCreateBotAPIKey           = op[CreateBotAPIKeyInput, CreateBotAPIKeyOutput](Operation{Name: "createBotApiKey", Method: "POST", Path: "/v1/admin/bots/baks", Scope: ScopeAccount})
	OpDeleteBotAPIKey           = op[DeleteBotAPIKeyInput, DeleteBotAPIKeyOutput](Operation{Name: "deleteBotApiKey", Method: "DELETE", Path: "/v1/admin/bots/baks/{id}", Scope: ScopeAccount, Idempotent: true})
	OpListIntegrationAPIKeys    = op[ListIntegrationAPIKeysInput, ListIntegrationAPIKeysOutput](Operation{Name: "listIntegrationApiKeys", Method: "GET", Path: "/v1/admin/integrations/iaks", Scope: ScopeAccount, Idempotent: true})
	OpCreateIntegrationAPIKey   = op[CreateIntegrationAPIKeyInput, CreateIntegrationAPIKeyOutput](Operation{Name: "createIntegrationApiKey", Method: "POST", Path: "/v1/admin/integrations/iaks", Scope: ScopeAccount})
	OpDeleteIntegrationAPIKey   = op[DeleteIntegrationAPIKeyInput, DeleteIntegrationAPIKeyOutput](Operation{Name: "deleteIntegrationApiKey", Method: "DELETE", Path: "/v1/admin/integrations/iaks/{id}", Scope: ScopeAccount, Idempotent: true})
)

// APIKey is a token; its Value is set only when it was just made.
type APIKey struct {
	ID             string `json:"id"`
	CreatedAt      Time   `json:"createdAt"`
	Note           string `json:"note"`
	LastCharacters string `json:"lastCharacters"`
	Value          string `json:"value,omitempty"`
}

// ListPersonalAccessTokensInput is the input of ListPersonalAccessTokens; it has no members.
type ListPersonalAccessTokensInput struct{}

// ListPersonalAccessTokensOutput is the output of ListPersonalAccessTokens.
type ListPersonalAccessTokensOutput struct {
	Keys []APIKey `json:"pats"`
}

// ListPersonalAccessTokens lists keys without their values.
func (c *Client) ListPersonalAccessTokens(ctx context.Context, in *ListPersonalAccessTokensInput) (*ListPersonalAccessTokensOutput, error) {
	return Do(ctx, c, OpListPersonalAccessTokens, in)
}

// CreatePersonalAccessTokenInput is the input of CreatePersonalAccessToken.
type CreatePersonalAccessTokenInput struct {
	Note string `json:"note,omitempty"`
}

// CreatePersonalAccessTokenOutput is the output of CreatePersonalAccessToken.
type CreatePersonalAccessTokenOutput struct {
	PAT APIKey `json:"pat"`
}

// CreatePersonalAccessToken makes a key; its value is shown this once.
func (c *Client) CreatePersonalAccessToken(ctx context.Context, in *CreatePersonalAccessTokenInput) (*CreatePersonalAccessTokenOutput, error) {
	return Do(ctx, c, OpCreatePersonalAccessToken, in)
}

// DeletePersonalAccessTokenInput is the input of DeletePersonalAccessToken.
type DeletePersonalAccessTokenInput struct {
	ID string `path:"id" json:"-"`
}

// DeletePersonalAccessTokenOutput is the output of DeletePersonalAccessToken; it has no members.
type DeletePersonalAccessTokenOutput struct{}

// DeletePersonalAccessToken revokes a key at once.
func (c *Client) DeletePersonalAccessToken(ctx context.Context, in *DeletePersonalAccessTokenInput) (*DeletePersonalAccessTokenOutput, error) {
	return Do(ctx, c, OpDeletePersonalAccessToken, in)
}

// ListBotAPIKeysInput is the input of ListBotAPIKeys.
type ListBotAPIKeysInput struct {
	BotID string `query:"botId" json:"-"`
}

// ListBotAPIKeysOutput is the output of ListBotAPIKeys.
type ListBotAPIKeysOutput struct {
	Keys []APIKey `json:"baks"`
}

// ListBotAPIKeys lists keys without their values.
func (c *Client) ListBotAPIKeys(ctx context.Context, in *ListBotAPIKeysInput) (*ListBotAPIKeysOutput, error) {
	return Do(ctx, c, OpListBotAPIKeys, in)
}

// CreateBotAPIKeyInput is the input of CreateBotAPIKey.
type CreateBotAPIKeyInput struct {
	BotID string `json:"botId"`
	Note  string `json:"note,omitempty"`
}

// CreateBotAPIKeyOutput is the output of CreateBotAPIKey.
type CreateBotAPIKeyOutput struct {
	APIKey
}

// CreateBotAPIKey makes a key; its value is shown this once.
func (c *Client) CreateBotAPIKey(ctx context.Context, in *CreateBotAPIKeyInput) (*CreateBotAPIKeyOutput, error) {
	return Do(ctx, c, OpCreateBotAPIKey, in)
}

// DeleteBotAPIKeyInput is the input of DeleteBotAPIKey.
type DeleteBotAPIKeyInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteBotAPIKeyOutput is the output of DeleteBotAPIKey; it has no members.
type DeleteBotAPIKeyOutput struct{}

// DeleteBotAPIKey revokes a key at once.
func (c *Client) DeleteBotAPIKey(ctx context.Context, in *DeleteBotAPIKeyInput) (*DeleteBotAPIKeyOutput, error) {
	return Do(ctx, c, OpDeleteBotAPIKey, in)
}

// ListIntegrationAPIKeysInput is the input of ListIntegrationAPIKeys.
type ListIntegrationAPIKeysInput struct {
	IntegrationID string `query:"integrationId" json:"-"`
}

// ListIntegrationAPIKeysOutput is the output of ListIntegrationAPIKeys.
type ListIntegrationAPIKeysOutput struct {
	Keys []APIKey `json:"iaks"`
}

// ListIntegrationAPIKeys lists keys without their values.
func (c *Client) ListIntegrationAPIKeys(ctx context.Context, in *ListIntegrationAPIKeysInput) (*ListIntegrationAPIKeysOutput, error) {
	return Do(ctx, c, OpListIntegrationAPIKeys, in)
}

// CreateIntegrationAPIKeyInput is the input of CreateIntegrationAPIKey.
type CreateIntegrationAPIKeyInput struct {
	IntegrationID string `json:"integrationId"`
	Note          string `json:"note,omitempty"`
}

// CreateIntegrationAPIKeyOutput is the output of CreateIntegrationAPIKey.
type CreateIntegrationAPIKeyOutput struct {
	APIKey
}

// CreateIntegrationAPIKey makes a key; its value is shown this once.
func (c *Client) CreateIntegrationAPIKey(ctx context.Context, in *CreateIntegrationAPIKeyInput) (*CreateIntegrationAPIKeyOutput, error) {
	return Do(ctx, c, OpCreateIntegrationAPIKey, in)
}

// DeleteIntegrationAPIKeyInput is the input of DeleteIntegrationAPIKey.
type DeleteIntegrationAPIKeyInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteIntegrationAPIKeyOutput is the output of DeleteIntegrationAPIKey; it has no members.
type DeleteIntegrationAPIKeyOutput struct{}

// DeleteIntegrationAPIKey revokes a key at once.
func (c *Client) DeleteIntegrationAPIKey(ctx context.Context, in *DeleteIntegrationAPIKeyInput) (*DeleteIntegrationAPIKeyOutput, error) {
	return Do(ctx, c, OpDeleteIntegrationAPIKey, in)
}
