package platform

import (
	"context"
	"encoding/json"
)

// The operations on installations.
var (
	OpListInstallations  = op[ListInstallationsInput, ListInstallationsOutput](Operation{Name: "listInstallations", Method: "GET", Path: "/v1/bellhop/bots/{botId}/installations", Scope: ScopeAccount, Idempotent: true})
	OpGetInstallation    = op[GetInstallationInput, GetInstallationOutput](Operation{Name: "getInstallation", Method: "GET", Path: "/v1/bellhop/bots/{botId}/installations/{alias}", Scope: ScopeAccount, Idempotent: true})
	OpPutInstallation    = op[PutInstallationInput, PutInstallationOutput](Operation{Name: "putInstallation", Method: "PUT", Path: "/v1/bellhop/bots/{botId}/installations/{alias}", Scope: ScopeAccount, Idempotent: true})
	OpDeleteInstallation = op[DeleteInstallationInput, DeleteInstallationOutput](Operation{Name: "deleteInstallation", Method: "DELETE", Path: "/v1/bellhop/bots/{botId}/installations/{alias}", Scope: ScopeAccount, Idempotent: true})
)

// ListInstallationsInput is the input of ListInstallations.
type ListInstallationsInput struct {
	BotID string `path:"botId" json:"-"`
}

// ListInstallationsOutput is the output of ListInstallations.
type ListInstallationsOutput struct {
	Installations []Installation `json:"installations"`
	Meta          Meta           `json:"meta"`
}

// ListInstallations lists what is installed on a bot.
func (c *Client) ListInstallations(ctx context.Context, in *ListInstallationsInput) (*ListInstallationsOutput, error) {
	return Do(ctx, c, OpListInstallations, in)
}

// GetInstallationInput is the input of GetInstallation.
type GetInstallationInput struct {
	BotID string `path:"botId" json:"-"`
	Alias string `path:"alias" json:"-"`
}

// GetInstallationOutput is the output of GetInstallation.
type GetInstallationOutput struct {
	Installation Installation `json:"installation"`
}

// GetInstallation reads an installation; secret fields of its configuration are
// masked.
func (c *Client) GetInstallation(ctx context.Context, in *GetInstallationInput) (*GetInstallationOutput, error) {
	return Do(ctx, c, OpGetInstallation, in)
}

// PutInstallationInput is the input of PutInstallation.
type PutInstallationInput struct {
	BotID             string          `path:"botId" json:"-"`
	Alias             string          `path:"alias" json:"-"`
	Integration       string          `json:"integration,omitempty"`
	Configuration     json.RawMessage `json:"configuration,omitempty"`
	ConfigurationType Field[string]   `json:"configurationType,omitzero"`
	Enabled           *bool           `json:"enabled,omitempty"`
	OnDeadLetter      string          `json:"onDeadLetter,omitempty"`
	// DisabledChannels are those to which nothing is to be sent: what bots say
	// there is kept and told to nobody. nil leaves them as they are.
	DisabledChannels []string `json:"disabledChannels,omitzero"`
}

// PutInstallationOutput is the output of PutInstallation.
type PutInstallationOutput struct {
	Installation Installation `json:"installation"`
}

// PutInstallation installs, configures, upgrades, enables or disables an
// integration on a bot, and registers it.
func (c *Client) PutInstallation(ctx context.Context, in *PutInstallationInput) (*PutInstallationOutput, error) {
	return Do(ctx, c, OpPutInstallation, in)
}

// DeleteInstallationInput is the input of DeleteInstallation.
type DeleteInstallationInput struct {
	BotID string `path:"botId" json:"-"`
	Alias string `path:"alias" json:"-"`
	Force bool   `query:"force" json:"-"`
}

// DeleteInstallationOutput is the output of DeleteInstallation; it has no
// members.
type DeleteInstallationOutput struct{}

// DeleteInstallation unregisters and removes an integration from a bot.
func (c *Client) DeleteInstallation(ctx context.Context, in *DeleteInstallationInput) (*DeleteInstallationOutput, error) {
	return Do(ctx, c, OpDeleteInstallation, in)
}
