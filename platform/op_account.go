package platform

import (
	"context"
	"encoding/json"
)

// The operations on the account, of which a server has one.
var (
	OpGetAccount           = op[GetAccountInput, GetAccountOutput](Operation{Name: "getAccount", Method: "GET", Path: "/v1/admin/account/me", Scope: ScopeAccount, Idempotent: true})
	OpUpdateAccount        = op[UpdateAccountInput, GetAccountOutput](Operation{Name: "updateAccount", Method: "PUT", Path: "/v1/admin/account/me", Scope: ScopeAccount, Idempotent: true})
	OpGetAccountPreference = op[GetAccountPreferenceInput, GetAccountPreferenceOutput](Operation{Name: "getAccountPreference", Method: "GET", Path: "/v1/admin/account/preferences/{key}", Scope: ScopeAccount, Idempotent: true})
	OpSetAccountPreference = op[SetAccountPreferenceInput, SetAccountPreferenceOutput](Operation{Name: "setAccountPreference", Method: "POST", Path: "/v1/admin/account/preferences/{key}", Scope: ScopeAccount})
)

// Account is who administers the server.
type Account struct {
	ID             string `json:"id"`
	Email          string `json:"email"`
	DisplayName    string `json:"displayName,omitempty"`
	EmailVerified  bool   `json:"emailVerified"`
	ProfilePicture string `json:"profilePicture,omitempty"`
	CreatedAt      Time   `json:"createdAt"`
}

// GetAccountInput is the input of GetAccount; it has no members.
type GetAccountInput struct{}

// GetAccountOutput is the output of GetAccount.
type GetAccountOutput struct {
	Account Account `json:"account"`
}

// GetAccount reads the account.
func (c *Client) GetAccount(ctx context.Context, in *GetAccountInput) (*GetAccountOutput, error) {
	return Do(ctx, c, OpGetAccount, in)
}

// UpdateAccountInput is the input of UpdateAccount.
type UpdateAccountInput struct {
	DisplayName    Field[string] `json:"displayName,omitzero"`
	ProfilePicture Field[string] `json:"profilePicture,omitzero"`
}

// UpdateAccount changes how the account is shown.
func (c *Client) UpdateAccount(ctx context.Context, in *UpdateAccountInput) (*GetAccountOutput, error) {
	return Do(ctx, c, OpUpdateAccount, in)
}

// GetAccountPreferenceInput is the input of GetAccountPreference.
type GetAccountPreferenceInput struct {
	Key string `path:"key" json:"-"`
}

// GetAccountPreferenceOutput is the output of GetAccountPreference.
type GetAccountPreferenceOutput struct {
	Value json.RawMessage `json:"value"` // null when there is none
}

// GetAccountPreference reads what was kept under a key.
func (c *Client) GetAccountPreference(ctx context.Context, in *GetAccountPreferenceInput) (*GetAccountPreferenceOutput, error) {
	return Do(ctx, c, OpGetAccountPreference, in)
}

// SetAccountPreferenceInput is the input of SetAccountPreference.
type SetAccountPreferenceInput struct {
	Key   string          `path:"key" json:"-"`
	Value json.RawMessage `json:"value"`
}

// SetAccountPreferenceOutput is the output of SetAccountPreference; it has no members.
type SetAccountPreferenceOutput struct{}

// SetAccountPreference keeps any JSON under a key.
func (c *Client) SetAccountPreference(ctx context.Context, in *SetAccountPreferenceInput) (*SetAccountPreferenceOutput, error) {
	return Do(ctx, c, OpSetAccountPreference, in)
}
