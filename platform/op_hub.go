package platform

import (
	"context"
)

// The operations of the hub: what is published on this server for everybody.
var (
	OpListPublicIntegrations   = op[ListIntegrationsInput, ListIntegrationsOutput](Operation{Name: "listPublicIntegrations", Method: "GET", Path: "/v1/admin/hub/integrations", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicIntegrationByID = op[GetIntegrationInput, GetPublicIntegrationOutput](Operation{Name: "getPublicIntegrationById", Method: "GET", Path: "/v1/admin/hub/integrations/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicIntegration     = op[GetIntegrationByNameInput, GetPublicIntegrationOutput](Operation{Name: "getPublicIntegration", Method: "GET", Path: "/v1/admin/hub/integrations/{name}/{version}", Scope: ScopeAccount, Idempotent: true})
	OpListPublicInterfaces     = op[ListInterfacesInput, ListInterfacesOutput](Operation{Name: "listPublicInterfaces", Method: "GET", Path: "/v1/admin/hub/interfaces", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicInterfaceByID   = op[GetInterfaceInput, GetInterfaceOutput](Operation{Name: "getPublicInterfaceById", Method: "GET", Path: "/v1/admin/hub/interfaces/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicInterface       = op[GetInterfaceByNameInput, GetInterfaceOutput](Operation{Name: "getPublicInterface", Method: "GET", Path: "/v1/admin/hub/interfaces/{name}/{version}", Scope: ScopeAccount, Idempotent: true})
	OpListPublicPlugins        = op[ListPluginsInput, ListPluginsOutput](Operation{Name: "listPublicPlugins", Method: "GET", Path: "/v1/admin/hub/plugins", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicPluginByID      = op[GetPluginInput, GetPluginOutput](Operation{Name: "getPublicPluginById", Method: "GET", Path: "/v1/admin/hub/plugins/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicPlugin          = op[GetPluginByNameInput, GetPluginOutput](Operation{Name: "getPublicPlugin", Method: "GET", Path: "/v1/admin/hub/plugins/{name}/{version}", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicPluginCode      = op[GetPluginCodeInput, GetPluginCodeOutput](Operation{Name: "getPublicPluginCode", Method: "GET", Path: "/v1/admin/hub/plugins/{id}/code/{platform}", Scope: ScopeAccount, Idempotent: true})
)

// ListPublicIntegrations lists integration versions that are public.
func (c *Client) ListPublicIntegrations(ctx context.Context, in *ListIntegrationsInput) (*ListIntegrationsOutput, error) {
	return Do(ctx, c, OpListPublicIntegrations, in)
}

// GetPublicIntegrationByID reads an integration version that is not private.
func (c *Client) GetPublicIntegrationByID(ctx context.Context, in *GetIntegrationInput) (*GetPublicIntegrationOutput, error) {
	return Do(ctx, c, OpGetPublicIntegrationByID, in)
}

// GetPublicIntegrationOutput is the output of GetPublicIntegration.
type GetPublicIntegrationOutput struct {
	Integration PublicIntegration `json:"integration"`
}

// GetPublicIntegration is GetIntegrationByName for what is not private.
func (c *Client) GetPublicIntegration(ctx context.Context, in *GetIntegrationByNameInput) (*GetPublicIntegrationOutput, error) {
	return Do(ctx, c, OpGetPublicIntegration, in)
}

// ListPublicInterfaces lists interface versions that are public.
func (c *Client) ListPublicInterfaces(ctx context.Context, in *ListInterfacesInput) (*ListInterfacesOutput, error) {
	return Do(ctx, c, OpListPublicInterfaces, in)
}

// GetPublicInterfaceByID reads an interface version that is public.
func (c *Client) GetPublicInterfaceByID(ctx context.Context, in *GetInterfaceInput) (*GetInterfaceOutput, error) {
	return Do(ctx, c, OpGetPublicInterfaceByID, in)
}

// GetPublicInterface is GetInterfaceByName for what is public.
func (c *Client) GetPublicInterface(ctx context.Context, in *GetInterfaceByNameInput) (*GetInterfaceOutput, error) {
	return Do(ctx, c, OpGetPublicInterface, in)
}

// ListPublicPlugins lists plugin versions that are public.
func (c *Client) ListPublicPlugins(ctx context.Context, in *ListPluginsInput) (*ListPluginsOutput, error) {
	return Do(ctx, c, OpListPublicPlugins, in)
}

// GetPublicPluginByID reads a plugin version that is not private.
func (c *Client) GetPublicPluginByID(ctx context.Context, in *GetPluginInput) (*GetPluginOutput, error) {
	return Do(ctx, c, OpGetPublicPluginByID, in)
}

// GetPublicPlugin is GetPluginByName for what is not private.
func (c *Client) GetPublicPlugin(ctx context.Context, in *GetPluginByNameInput) (*GetPluginOutput, error) {
	return Do(ctx, c, OpGetPublicPlugin, in)
}

// GetPublicPluginCode is GetPluginCode for what is not private.
func (c *Client) GetPublicPluginCode(ctx context.Context, in *GetPluginCodeInput) (*GetPluginCodeOutput, error) {
	return Do(ctx, c, OpGetPublicPluginCode, in)
}
