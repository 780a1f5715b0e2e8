package platform

import (
	"context"
)

// The operations on tokens.
var (
	OpCreateToken = op[CreateTokenInput, CreateTokenOutput](Operation{Name: "createToken", Method: "POST", Path: "/v1/bellhop/tokens", Scope: ScopeAccount, Status: 201})
	OpListTokens  = op[ListTokensInput, ListTokensOutput](Operation{Name: "listTokens", Method: "GET", Path: "/v1/bellhop/tokens", Scope: ScopeAccount, Idempotent: true})
	OpDeleteToken = op[DeleteTokenInput, DeleteTokenOutput](Operation{Name: "deleteToken", Method: "DELETE", Path: "/v1/bellhop/tokens/{id}", Scope: ScopeAccount, Idempotent: true})
)

// CreateTokenInput is the input of CreateToken.
type CreateTokenInput struct {
	Kind          TokenKind `json:"kind"`
	BotID         string    `json:"botId,omitempty"`
	IntegrationID string    `json:"integrationId,omitempty"`
	Note          string    `json:"note,omitempty"`
}

// CreateTokenOutput is the output of CreateToken.
type CreateTokenOutput struct {
	Token Token  `json:"token"`
	Value string `json:"value"`
}

// CreateToken makes a token; its value is shown this once.
func (c *Client) CreateToken(ctx context.Context, in *CreateTokenInput) (*CreateTokenOutput, error) {
	return Do(ctx, c, OpCreateToken, in)
}

// ListTokensInput is the input of ListTokens.
type ListTokensInput struct {
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"pageSize" json:"-"`
}

// ListTokensOutput is the output of ListTokens.
type ListTokensOutput struct {
	Tokens []Token `json:"tokens"`
	Meta   Meta    `json:"meta"`
}

// ListTokens lists tokens, without their values.
func (c *Client) ListTokens(ctx context.Context, in *ListTokensInput) (*ListTokensOutput, error) {
	return Do(ctx, c, OpListTokens, in)
}

// DeleteTokenInput is the input of DeleteToken.
type DeleteTokenInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteTokenOutput is the output of DeleteToken; it has no members.
type DeleteTokenOutput struct{}

// DeleteToken revokes a token at once.
func (c *Client) DeleteToken(ctx context.Context, in *DeleteTokenInput) (*DeleteTokenOutput, error) {
	return Do(ctx, c, OpDeleteToken, in)
}
