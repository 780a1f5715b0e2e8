package platform

import (
	"context"
)

// The operations on workspaces, of which a server has one, and on its one member.
var (
	OpListWorkspaces          = op[ListWorkspacesInput, ListWorkspacesOutput](Operation{Name: "listWorkspaces", Method: "GET", Path: "/v1/admin/workspaces", Scope: ScopeAccount, Idempotent: true})
	OpGetWorkspace            = op[GetWorkspaceInput, GetWorkspaceOutput](Operation{Name: "getWorkspace", Method: "GET", Path: "/v1/admin/workspaces/{id}", Scope: ScopeAccount, Idempotent: true})
	OpGetPublicWorkspace      = op[GetWorkspaceInput, GetWorkspaceOutput](Operation{Name: "getPublicWorkspace", Method: "GET", Path: "/v1/admin/workspaces/{id}/public", Scope: ScopeAccount, Idempotent: true})
	OpUpdateWorkspace         = op[UpdateWorkspaceInput, GetWorkspaceOutput](Operation{Name: "updateWorkspace", Method: "PUT", Path: "/v1/admin/workspaces/{id}", Scope: ScopeAccount, Idempotent: true})
	OpCheckHandleAvailability = op[CheckHandleAvailabilityInput, CheckHandleAvailabilityOutput](Operation{Name: "checkHandleAvailability", Method: "PUT", Path: "/v1/admin/workspaces/handle-availability", Scope: ScopeAccount, Idempotent: true})
	OpListWorkspaceMembers    = op[ListWorkspaceMembersInput, ListWorkspaceMembersOutput](Operation{Name: "listWorkspaceMembers", Method: "GET", Path: "/v1/admin/workspace-members", Scope: ScopeAccount, Idempotent: true})
	OpGetWorkspaceMember      = op[GetWorkspaceMemberInput, GetWorkspaceMemberOutput](Operation{Name: "getWorkspaceMember", Method: "GET", Path: "/v1/admin/workspace-members/me", Scope: ScopeAccount, Idempotent: true})
)

// Workspace is what owns bots and what is published. Its members after
// UpdatedAt up to BotCount are those of the official API; a server bills nobody.
type Workspace struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Handle         string `json:"handle,omitempty"`
	OwnerID        string `json:"ownerId"`
	CreatedAt      Time   `json:"createdAt"`
	UpdatedAt      Time   `json:"updatedAt"`
	BotCount       int64  `json:"botCount"`
	About          string `json:"about,omitempty"`
	ProfilePicture string `json:"profilePicture,omitempty"`
	ContactEmail   string `json:"contactEmail,omitempty"`
	Website        string `json:"website,omitempty"`

	BillingVersion string  `json:"billingVersion"`
	Plan           string  `json:"plan"`
	Blocked        bool    `json:"blocked"`
	SpendingLimit  float64 `json:"spendingLimit"`
	ActiveTrialID  *string `json:"activeTrialId"`
}

// WorkspaceMember is a person in a workspace.
type WorkspaceMember struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	CreatedAt   Time   `json:"createdAt"`
	Role        string `json:"role"`
	DisplayName string `json:"displayName,omitempty"`
}

// ListWorkspacesInput is the input of ListWorkspaces.
type ListWorkspacesInput struct {
	NextToken string `query:"nextToken" json:"-"`
	Handle    string `query:"handle" json:"-"`
}

// ListWorkspacesOutput is the output of ListWorkspaces.
type ListWorkspacesOutput struct {
	Workspaces []Workspace `json:"workspaces"`
	Meta       Meta        `json:"meta"`
}

// ListWorkspaces lists the workspaces.
func (c *Client) ListWorkspaces(ctx context.Context, in *ListWorkspacesInput) (*ListWorkspacesOutput, error) {
	return Do(ctx, c, OpListWorkspaces, in)
}

// GetWorkspaceInput is the input of GetWorkspace.
type GetWorkspaceInput struct {
	ID string `path:"id" json:"-"`
}

// GetWorkspaceOutput is the output of GetWorkspace.
type GetWorkspaceOutput struct {
	Workspace
}

// GetWorkspace reads a workspace.
func (c *Client) GetWorkspace(ctx context.Context, in *GetWorkspaceInput) (*GetWorkspaceOutput, error) {
	return Do(ctx, c, OpGetWorkspace, in)
}

// GetPublicWorkspace is GetWorkspace for others.
func (c *Client) GetPublicWorkspace(ctx context.Context, in *GetWorkspaceInput) (*GetWorkspaceOutput, error) {
	return Do(ctx, c, OpGetPublicWorkspace, in)
}

// UpdateWorkspaceInput is the input of UpdateWorkspace.
type UpdateWorkspaceInput struct {
	ID             string        `path:"id" json:"-"`
	Name           Field[string] `json:"name,omitzero"`
	Handle         Field[string] `json:"handle,omitzero"`
	About          Field[string] `json:"about,omitzero"`
	ProfilePicture Field[string] `json:"profilePicture,omitzero"`
	ContactEmail   Field[string] `json:"contactEmail,omitzero"`
	Website        Field[string] `json:"website,omitzero"`
}

// UpdateWorkspace changes how a workspace is called.
func (c *Client) UpdateWorkspace(ctx context.Context, in *UpdateWorkspaceInput) (*GetWorkspaceOutput, error) {
	return Do(ctx, c, OpUpdateWorkspace, in)
}

// CheckHandleAvailabilityInput is the input of CheckHandleAvailability.
type CheckHandleAvailabilityInput struct {
	Handle string `json:"handle"`
}

// CheckHandleAvailabilityOutput is the output of CheckHandleAvailability.
type CheckHandleAvailabilityOutput struct {
	Available   bool     `json:"available"`
	Suggestions []string `json:"suggestions"`
	UsedBy      string   `json:"usedBy,omitempty"`
}

// CheckHandleAvailability tells whether the workspace can have a handle.
func (c *Client) CheckHandleAvailability(ctx context.Context, in *CheckHandleAvailabilityInput) (*CheckHandleAvailabilityOutput, error) {
	return Do(ctx, c, OpCheckHandleAvailability, in)
}

// ListWorkspaceMembersInput is the input of ListWorkspaceMembers.
type ListWorkspaceMembersInput struct {
	NextToken string `query:"nextToken" json:"-"`
}

// ListWorkspaceMembersOutput is the output of ListWorkspaceMembers.
type ListWorkspaceMembersOutput struct {
	Members []WorkspaceMember `json:"members"`
	Meta    Meta              `json:"meta"`
}

// ListWorkspaceMembers lists the members of the workspace.
func (c *Client) ListWorkspaceMembers(ctx context.Context, in *ListWorkspaceMembersInput) (*ListWorkspaceMembersOutput, error) {
	return Do(ctx, c, OpListWorkspaceMembers, in)
}

// GetWorkspaceMemberInput is the input of GetWorkspaceMember; it has no members.
type GetWorkspaceMemberInput struct{}

// GetWorkspaceMemberOutput is the output of GetWorkspaceMember.
type GetWorkspaceMemberOutput struct {
	WorkspaceMember
}

// GetWorkspaceMember reads the member that calls.
func (c *Client) GetWorkspaceMember(ctx context.Context, in *GetWorkspaceMemberInput) (*GetWorkspaceMemberOutput, error) {
	return Do(ctx, c, OpGetWorkspaceMember, in)
}
