package platform

import (
	"bytes"
	"context"
	"encoding/json"
)

// The operations on integrations.
var (
	OpCreateIntegration    = op[CreateIntegrationInput, CreateIntegrationOutput](Operation{Name: "createIntegration", Method: "POST", Path: "/v1/admin/integrations", Scope: ScopeAccount})
	OpGetIntegration       = op[GetIntegrationInput, GetIntegrationOutput](Operation{Name: "getIntegration", Method: "GET", Path: "/v1/admin/integrations/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetIntegrationByName = op[GetIntegrationByNameInput, GetIntegrationByNameOutput](Operation{Name: "getIntegrationByName", Method: "GET", Path: "/v1/admin/integrations/{name}/{version}", Scope: ScopeAccount, Idempotent: true})
	OpListIntegrations     = op[ListIntegrationsInput, ListIntegrationsOutput](Operation{Name: "listIntegrations", Method: "GET", Path: "/v1/admin/integrations", Scope: ScopeAccount, Idempotent: true})
	OpUpdateIntegration    = op[UpdateIntegrationInput, UpdateIntegrationOutput](Operation{Name: "updateIntegration", Method: "PUT", Path: "/v1/admin/integrations/{id}", Scope: ScopeAccount, Idempotent: true})
	OpDeleteIntegration    = op[DeleteIntegrationInput, DeleteIntegrationOutput](Operation{Name: "deleteIntegration", Method: "DELETE", Path: "/v1/admin/integrations/{id}", Scope: ScopeAccount, Idempotent: true})
)

// CreateIntegrationInput is the input of CreateIntegration.
type CreateIntegrationInput struct {
	// Dev makes an integration in development, which may have the name and
	// version of a published one.
	Dev bool `json:"dev,omitempty"`
	IntegrationUpload
}

// CreateIntegrationOutput is the output of CreateIntegration.
type CreateIntegrationOutput struct {
	Integration Integration `json:"integration"`
}

// CreateIntegration stores an integration version, whose code listens at url.
func (c *Client) CreateIntegration(ctx context.Context, in *CreateIntegrationInput) (*CreateIntegrationOutput, error) {
	return Do(ctx, c, OpCreateIntegration, in)
}

// GetIntegrationInput is the input of GetIntegration.
type GetIntegrationInput struct {
	ID string `path:"id" json:"-"`
}

// GetIntegrationOutput is the output of GetIntegration.
type GetIntegrationOutput struct {
	Integration Integration `json:"integration"`
}

// GetIntegration reads an integration version by id.
func (c *Client) GetIntegration(ctx context.Context, in *GetIntegrationInput) (*GetIntegrationOutput, error) {
	return Do(ctx, c, OpGetIntegration, in)
}

// GetIntegrationByNameInput is the input of GetIntegrationByName.
type GetIntegrationByNameInput struct {
	Name    string `path:"name" json:"-"`
	Version string `path:"version" json:"-"`
}

// GetIntegrationByNameOutput is the output of GetIntegrationByName.
type GetIntegrationByNameOutput struct {
	Integration Integration `json:"integration"`
}

// GetIntegrationByName reads an integration version by name; version may be
// latest.
func (c *Client) GetIntegrationByName(ctx context.Context, in *GetIntegrationByNameInput) (*GetIntegrationByNameOutput, error) {
	return Do(ctx, c, OpGetIntegrationByName, in)
}

// ListIntegrationsInput is the input of ListIntegrations.
type ListIntegrationsInput struct {
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"pageSize" json:"-"`
	Limit     int    `query:"limit" json:"-"` // PageSize as the official API calls it
	Name      string `query:"name" json:"-"`
	Version   string `query:"version" json:"-"` // one, latest, or a range such as ^1
	// Dev lists those in development instead of those that are published.
	Dev *bool `query:"dev" json:"-"`
	// InterfaceID and InterfaceName want those that implement an interface.
	InterfaceID   string `query:"interfaceId" json:"-"`
	InterfaceName string `query:"interfaceName" json:"-"`
	// InstalledByBotID wants those that are installed on a bot.
	InstalledByBotID   string     `query:"installedByBotId" json:"-"`
	VerificationStatus string     `query:"verificationStatus" json:"-"`
	Visibility         Visibility `query:"visibility" json:"-"`
	Search             string     `query:"search" json:"-"` // in names, titles, descriptions, actions and interfaces
	// SortBy is createdAt (the default), updatedAt, name, popularity or
	// installCount; Direction is desc, or asc as names are by default.
	SortBy    string `query:"sortBy" json:"-"`
	Direction string `query:"direction" json:"-"`
}

// ListIntegrationsOutput is the output of ListIntegrations.
type ListIntegrationsOutput struct {
	Integrations []IntegrationSummary `json:"integrations"`
	Meta         Meta                 `json:"meta"`
}

// ListIntegrations lists integration versions.
func (c *Client) ListIntegrations(ctx context.Context, in *ListIntegrationsInput) (*ListIntegrationsOutput, error) {
	return Do(ctx, c, OpListIntegrations, in)
}

// UpdateIntegrationInput is the input of UpdateIntegration.
type UpdateIntegrationInput struct {
	ID string `path:"id" json:"-"`
	IntegrationUpload

	// Patch is the change as the JSON it was read from, where null removes;
	// nil means what IntegrationUpload says.
	Patch json.RawMessage `json:"-"`
}

// UnmarshalJSON reads the change and keeps it as Patch.
func (in *UpdateIntegrationInput) UnmarshalJSON(data []byte) error {
	in.Patch = bytes.Clone(data)
	return json.Unmarshal(data, &in.IntegrationUpload)
}

// UpdateIntegrationOutput is the output of UpdateIntegration.
type UpdateIntegrationOutput struct {
	Integration Integration `json:"integration"`
}

// UpdateIntegration changes an integration version's definition; members that
// are absent stay.
func (c *Client) UpdateIntegration(ctx context.Context, in *UpdateIntegrationInput) (*UpdateIntegrationOutput, error) {
	return Do(ctx, c, OpUpdateIntegration, in)
}

// DeleteIntegrationInput is the input of DeleteIntegration.
type DeleteIntegrationInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteIntegrationOutput is the output of DeleteIntegration; it has no
// members.
type DeleteIntegrationOutput struct{}

// DeleteIntegration deletes an integration version that nobody has installed.
func (c *Client) DeleteIntegration(ctx context.Context, in *DeleteIntegrationInput) (*DeleteIntegrationOutput, error) {
	return Do(ctx, c, OpDeleteIntegration, in)
}
