package platform

import "context"

// The operations on what belongs to a workspace, and on what is sold elsewhere.
var (
	OpListPublicWorkspaces   = op[ListPublicWorkspacesInput, ListWorkspacesOutput](Operation{Name: "listPublicWorkspaces", Method: "GET", Path: "/v1/admin/workspaces/public", Scope: ScopeAccount, Idempotent: true})
	OpGetWorkspacePreference = op[GetAccountPreferenceInput, GetAccountPreferenceOutput](Operation{Name: "getWorkspacePreference", Method: "GET", Path: "/v1/admin/workspaces/preferences/{key}", Scope: ScopeAccount, Idempotent: true})
	OpSetWorkspacePreference = op[SetAccountPreferenceInput, SetAccountPreferenceOutput](Operation{Name: "setWorkspacePreference", Method: "POST", Path: "/v1/admin/workspaces/preferences/{key}", Scope: ScopeAccount, Idempotent: true})
	OpListWorkspaceInvoices  = op[GetWorkspaceInput, ListWorkspaceInvoicesOutput](Operation{Name: "listWorkspaceInvoices", Method: "GET", Path: "/v1/admin/workspaces/{id}/billing/invoices", Scope: ScopeAccount, Idempotent: true})
	OpListWorkspaceQuotas    = op[GetWorkspaceInput, ListWorkspaceQuotasOutput](Operation{Name: "listWorkspaceQuotas", Method: "GET", Path: "/v1/admin/workspaces/{id}/quotas", Scope: ScopeAccount, Idempotent: true})
)

// ListPublicWorkspacesInput is the input of ListPublicWorkspaces; what is left
// out asks for everything.
type ListPublicWorkspacesInput struct {
	NextToken    string   `query:"nextToken" json:"-"`
	WorkspaceIDs []string `query:"workspaceIds" json:"-"`
	Search       string   `query:"search" json:"-"` // in the name and the handle
}

// ListPublicWorkspaces lists workspaces for others.
func (c *Client) ListPublicWorkspaces(ctx context.Context, in *ListPublicWorkspacesInput) (*ListWorkspacesOutput, error) {
	return Do(ctx, c, OpListPublicWorkspaces, in)
}

// GetWorkspacePreference reads what was kept under a key for the workspace.
func (c *Client) GetWorkspacePreference(ctx context.Context, in *GetAccountPreferenceInput) (*GetAccountPreferenceOutput, error) {
	return Do(ctx, c, OpGetWorkspacePreference, in)
}

// SetWorkspacePreference keeps any JSON under a key for the workspace.
func (c *Client) SetWorkspacePreference(ctx context.Context, in *SetAccountPreferenceInput) (*SetAccountPreferenceOutput, error) {
	return Do(ctx, c, OpSetWorkspacePreference, in)
}

// ListWorkspaceInvoicesOutput is the output of ListWorkspaceInvoices.
type ListWorkspaceInvoicesOutput struct {
	Invoices []struct{} `json:"invoices"`
}

// ListWorkspaceInvoices lists the bills of a workspace, which has none.
func (c *Client) ListWorkspaceInvoices(ctx context.Context, in *GetWorkspaceInput) (*ListWorkspaceInvoicesOutput, error) {
	return Do(ctx, c, OpListWorkspaceInvoices, in)
}

// ListWorkspaceQuotasOutput is the output of ListWorkspaceQuotas.
type ListWorkspaceQuotasOutput struct {
	Quotas []struct{} `json:"quotas"`
}

// ListWorkspaceQuotas lists the quotas of a workspace, which has none.
func (c *Client) ListWorkspaceQuotas(ctx context.Context, in *GetWorkspaceInput) (*ListWorkspaceQuotasOutput, error) {
	return Do(ctx, c, OpListWorkspaceQuotas, in)
}
