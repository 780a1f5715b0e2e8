package platform

import (
	"bytes"
	"context"
	"encoding/json"
)

// The operations on interfaces.
var (
	OpCreateInterface    = op[CreateInterfaceInput, CreateInterfaceOutput](Operation{Name: "createInterface", Method: "POST", Path: "/v1/admin/interfaces", Scope: ScopeAccount})
	OpGetInterface       = op[GetInterfaceInput, GetInterfaceOutput](Operation{Name: "getInterface", Method: "GET", Path: "/v1/admin/interfaces/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetInterfaceByName = op[GetInterfaceByNameInput, GetInterfaceOutput](Operation{Name: "getInterfaceByName", Method: "GET", Path: "/v1/admin/interfaces/{name}/{version}", Scope: ScopeAccount, Idempotent: true})
	OpListInterfaces     = op[ListInterfacesInput, ListInterfacesOutput](Operation{Name: "listInterfaces", Method: "GET", Path: "/v1/admin/interfaces", Scope: ScopeAccount, Idempotent: true})
	OpUpdateInterface    = op[UpdateInterfaceInput, UpdateInterfaceOutput](Operation{Name: "updateInterface", Method: "PUT", Path: "/v1/admin/interfaces/{id}", Scope: ScopeAccount, Idempotent: true})
	OpDeleteInterface    = op[DeleteInterfaceInput, DeleteInterfaceOutput](Operation{Name: "deleteInterface", Method: "DELETE", Path: "/v1/admin/interfaces/{id}", Scope: ScopeAccount, Idempotent: true})
)

// UpdateInterfaceInput is the input of UpdateInterface.
type UpdateInterfaceInput struct {
	ID string `path:"id" json:"-"`
	InterfaceDefinition

	// Patch is the change as the JSON it was read from, where null removes;
	// nil means what InterfaceDefinition says.
	Patch json.RawMessage `json:"-"`
}

// UnmarshalJSON reads the change and keeps it as Patch.
func (in *UpdateInterfaceInput) UnmarshalJSON(data []byte) error {
	type plain UpdateInterfaceInput
	in.Patch = bytes.Clone(data)
	return json.Unmarshal(data, (*plain)(in))
}

// CreateInterfaceInput is the input of CreateInterface.
type CreateInterfaceInput struct {
	InterfaceDefinition
}

// CreateInterfaceOutput is the output of CreateInterface.
type CreateInterfaceOutput struct {
	Interface Interface `json:"interface"`
}

// CreateInterface publishes an interface version.
func (c *Client) CreateInterface(ctx context.Context, in *CreateInterfaceInput) (*CreateInterfaceOutput, error) {
	return Do(ctx, c, OpCreateInterface, in)
}

// GetInterfaceInput is the input of GetInterface.
type GetInterfaceInput struct {
	ID string `path:"id" json:"-"`
}

// GetInterfaceOutput is the output of GetInterface.
type GetInterfaceOutput struct {
	Interface Interface `json:"interface"`
}

// GetInterface reads an interface version by id.
func (c *Client) GetInterface(ctx context.Context, in *GetInterfaceInput) (*GetInterfaceOutput, error) {
	return Do(ctx, c, OpGetInterface, in)
}

// GetInterfaceByNameInput is the input of GetInterfaceByName.
type GetInterfaceByNameInput struct {
	Name    string `path:"name" json:"-"`
	Version string `path:"version" json:"-"`
}

// GetInterfaceByName reads an interface version by name; version may be latest or a range.
func (c *Client) GetInterfaceByName(ctx context.Context, in *GetInterfaceByNameInput) (*GetInterfaceOutput, error) {
	return Do(ctx, c, OpGetInterfaceByName, in)
}

// ListInterfacesInput is the input of ListInterfaces.
type ListInterfacesInput struct {
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"limit" json:"-"`
	Name      string `query:"name" json:"-"`
	Version   string `query:"version" json:"-"`
}

// ListInterfacesOutput is the output of ListInterfaces.
type ListInterfacesOutput struct {
	Interfaces []Summary `json:"interfaces"`
	Meta       Meta      `json:"meta"`
}

// ListInterfaces lists interface versions.
func (c *Client) ListInterfaces(ctx context.Context, in *ListInterfacesInput) (*ListInterfacesOutput, error) {
	return Do(ctx, c, OpListInterfaces, in)
}

// UpdateInterfaceOutput is the output of UpdateInterface.
type UpdateInterfaceOutput struct {
	Interface Interface `json:"interface"`
}

// UpdateInterface changes an interface version; members that are absent stay.
func (c *Client) UpdateInterface(ctx context.Context, in *UpdateInterfaceInput) (*UpdateInterfaceOutput, error) {
	return Do(ctx, c, OpUpdateInterface, in)
}

// DeleteInterfaceInput is the input of DeleteInterface.
type DeleteInterfaceInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteInterfaceOutput is the output of DeleteInterface; it has no members.
type DeleteInterfaceOutput struct{}

// DeleteInterface deletes an interface version that nobody uses.
func (c *Client) DeleteInterface(ctx context.Context, in *DeleteInterfaceInput) (*DeleteInterfaceOutput, error) {
	return Do(ctx, c, OpDeleteInterface, in)
}
