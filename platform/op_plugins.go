package platform

import (
	"bytes"
	"context"
	"encoding/json"
)

// The operations on plugins.
var (
	OpCreatePlugin    = op[CreatePluginInput, CreatePluginOutput](Operation{Name: "createPlugin", Method: "POST", Path: "/v1/admin/plugins", Scope: ScopeAccount})
	OpGetPlugin       = op[GetPluginInput, GetPluginOutput](Operation{Name: "getPlugin", Method: "GET", Path: "/v1/admin/plugins/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetPluginByName = op[GetPluginByNameInput, GetPluginOutput](Operation{Name: "getPluginByName", Method: "GET", Path: "/v1/admin/plugins/{name}/{version}", Scope: ScopeAccount, Idempotent: true})
	OpListPlugins     = op[ListPluginsInput, ListPluginsOutput](Operation{Name: "listPlugins", Method: "GET", Path: "/v1/admin/plugins", Scope: ScopeAccount, Idempotent: true})
	OpUpdatePlugin    = op[UpdatePluginInput, UpdatePluginOutput](Operation{Name: "updatePlugin", Method: "PUT", Path: "/v1/admin/plugins/{id}", Scope: ScopeAccount, Idempotent: true})
	OpDeletePlugin    = op[DeletePluginInput, DeletePluginOutput](Operation{Name: "deletePlugin", Method: "DELETE", Path: "/v1/admin/plugins/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetPluginCode   = op[GetPluginCodeInput, GetPluginCodeOutput](Operation{Name: "getPluginCode", Method: "GET", Path: "/v1/admin/plugins/{id}/code/{platform}", Scope: ScopeAccount, Idempotent: true})
)

// UpdatePluginInput is the input of UpdatePlugin.
type UpdatePluginInput struct {
	ID string `path:"id" json:"-"`
	PluginDefinition

	Code *PluginCode `json:"code,omitempty"` // absent parts stay

	// Patch is the change as the JSON it was read from, where null removes;
	// nil means what PluginDefinition says.
	Patch json.RawMessage `json:"-"`
}

// UnmarshalJSON reads the change and keeps it as Patch.
func (in *UpdatePluginInput) UnmarshalJSON(data []byte) error {
	type plain UpdatePluginInput
	in.Patch = bytes.Clone(data)
	return json.Unmarshal(data, (*plain)(in))
}

// CreatePluginInput is the input of CreatePlugin.
type CreatePluginInput struct {
	PluginDefinition

	Code PluginCode `json:"code"`
}

// CreatePluginOutput is the output of CreatePlugin.
type CreatePluginOutput struct {
	Plugin Plugin `json:"plugin"`
}

// CreatePlugin publishes a plugin version.
func (c *Client) CreatePlugin(ctx context.Context, in *CreatePluginInput) (*CreatePluginOutput, error) {
	return Do(ctx, c, OpCreatePlugin, in)
}

// GetPluginInput is the input of GetPlugin.
type GetPluginInput struct {
	ID string `path:"id" json:"-"`
}

// GetPluginOutput is the output of GetPlugin.
type GetPluginOutput struct {
	Plugin Plugin `json:"plugin"`
}

// GetPlugin reads a plugin version by id.
func (c *Client) GetPlugin(ctx context.Context, in *GetPluginInput) (*GetPluginOutput, error) {
	return Do(ctx, c, OpGetPlugin, in)
}

// GetPluginByNameInput is the input of GetPluginByName.
type GetPluginByNameInput struct {
	Name    string `path:"name" json:"-"`
	Version string `path:"version" json:"-"`
}

// GetPluginByName reads a plugin version by name; version may be latest or a range.
func (c *Client) GetPluginByName(ctx context.Context, in *GetPluginByNameInput) (*GetPluginOutput, error) {
	return Do(ctx, c, OpGetPluginByName, in)
}

// ListPluginsInput is the input of ListPlugins.
type ListPluginsInput struct {
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"limit" json:"-"`
	Name      string `query:"name" json:"-"`
	Version   string `query:"version" json:"-"`
}

// ListPluginsOutput is the output of ListPlugins.
type ListPluginsOutput struct {
	Plugins []Summary `json:"plugins"`
	Meta    Meta      `json:"meta"`
}

// ListPlugins lists plugin versions.
func (c *Client) ListPlugins(ctx context.Context, in *ListPluginsInput) (*ListPluginsOutput, error) {
	return Do(ctx, c, OpListPlugins, in)
}

// UpdatePluginOutput is the output of UpdatePlugin.
type UpdatePluginOutput struct {
	Plugin Plugin `json:"plugin"`
}

// UpdatePlugin changes a plugin version; members that are absent stay.
func (c *Client) UpdatePlugin(ctx context.Context, in *UpdatePluginInput) (*UpdatePluginOutput, error) {
	return Do(ctx, c, OpUpdatePlugin, in)
}

// DeletePluginInput is the input of DeletePlugin.
type DeletePluginInput struct {
	ID string `path:"id" json:"-"`
}

// DeletePluginOutput is the output of DeletePlugin; it has no members.
type DeletePluginOutput struct{}

// DeletePlugin deletes a plugin version that nobody uses.
func (c *Client) DeletePlugin(ctx context.Context, in *DeletePluginInput) (*DeletePluginOutput, error) {
	return Do(ctx, c, OpDeletePlugin, in)
}

// GetPluginCodeInput is the input of GetPluginCode.
type GetPluginCodeInput struct {
	ID       string `path:"id" json:"-"`
	Platform string `path:"platform" json:"-"`
}

// GetPluginCodeOutput is the output of GetPluginCode.
type GetPluginCodeOutput struct {
	Code string `json:"code"`
}

// GetPluginCode reads the code of a plugin version for node or browser.
func (c *Client) GetPluginCode(ctx context.Context, in *GetPluginCodeInput) (*GetPluginCodeOutput, error) {
	return Do(ctx, c, OpGetPluginCode, in)
}
