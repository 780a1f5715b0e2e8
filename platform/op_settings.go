package platform

import (
	"context"
	"encoding/json"
)

// The operations on settings.
var (
	OpGetBotSettings             = op[GetBotSettingsInput, BotSettingsOutput](Operation{Name: "getBotSettings", Method: "GET", Path: "/v1/bellhop/bots/{id}/settings", Scope: ScopeAccount, Idempotent: true})
	OpUpdateBotSettings          = op[UpdateBotSettingsInput, BotSettingsOutput](Operation{Name: "updateBotSettings", Method: "PATCH", Path: "/v1/bellhop/bots/{id}/settings", Scope: ScopeAccount, Idempotent: true})
	OpGetInstallationSettings    = op[GetInstallationSettingsInput, InstallationSettingsOutput](Operation{Name: "getInstallationSettings", Method: "GET", Path: "/v1/bellhop/bots/{botId}/installations/{alias}/settings", Scope: ScopeAccount, Idempotent: true})
	OpUpdateInstallationSettings = op[UpdateInstallationSettingsInput, InstallationSettingsOutput](Operation{Name: "updateInstallationSettings", Method: "PATCH", Path: "/v1/bellhop/bots/{botId}/installations/{alias}/settings", Scope: ScopeAccount, Idempotent: true})
)

// GetBotSettingsInput is the input of GetBotSettings.
type GetBotSettingsInput struct {
	ID string `path:"id" json:"-"`
}

// BotSettingsOutput is the output of GetBotSettings and UpdateBotSettings.
type BotSettingsOutput struct {
	Settings  BotSettings `json:"settings"`  // those that were set
	Effective BotSettings `json:"effective"` // with the defaults of the others
}

// GetBotSettings reads the settings of a bot.
func (c *Client) GetBotSettings(ctx context.Context, in *GetBotSettingsInput) (*BotSettingsOutput, error) {
	return Do(ctx, c, OpGetBotSettings, in)
}

// UpdateBotSettingsInput is the input of UpdateBotSettings.
type UpdateBotSettingsInput struct {
	ID string `path:"id" json:"-"`
	// Settings is a change of BotSettings: a member replaces the stored one, null
	// resets it to its default, an absent one stays (RFC 7396).
	Settings json.RawMessage `json:"settings"`
}

// UpdateBotSettings changes the settings of a bot. They apply to attempts that
// begin afterwards.
func (c *Client) UpdateBotSettings(ctx context.Context, in *UpdateBotSettingsInput) (*BotSettingsOutput, error) {
	return Do(ctx, c, OpUpdateBotSettings, in)
}

// GetInstallationSettingsInput is the input of GetInstallationSettings.
type GetInstallationSettingsInput struct {
	BotID string `path:"botId" json:"-"`
	Alias string `path:"alias" json:"-"`
}

// InstallationSettingsOutput is the output of GetInstallationSettings and
// UpdateInstallationSettings.
type InstallationSettingsOutput struct {
	Settings  InstallationSettings `json:"settings"`  // those that were set
	Effective InstallationSettings `json:"effective"` // with the defaults of the others
}

// GetInstallationSettings reads the settings of an installation.
func (c *Client) GetInstallationSettings(ctx context.Context, in *GetInstallationSettingsInput) (*InstallationSettingsOutput, error) {
	return Do(ctx, c, OpGetInstallationSettings, in)
}

// UpdateInstallationSettingsInput is the input of UpdateInstallationSettings.
type UpdateInstallationSettingsInput struct {
	BotID string `path:"botId" json:"-"`
	Alias string `path:"alias" json:"-"`
	// Settings is a change of InstallationSettings, as that of
	// UpdateBotSettingsInput.
	Settings json.RawMessage `json:"settings"`
}

// UpdateInstallationSettings changes the settings of an installation. They
// apply to attempts that begin afterwards.
func (c *Client) UpdateInstallationSettings(ctx context.Context, in *UpdateInstallationSettingsInput) (*InstallationSettingsOutput, error) {
	return Do(ctx, c, OpUpdateInstallationSettings, in)
}
