package platform

import (
	"context"
)

// The operations on users.
var (
	OpCreateUser      = op[CreateUserInput, CreateUserOutput](Operation{Name: "createUser", Method: "POST", Path: "/v1/chat/users", Scope: ScopeRuntime, Status: 201})
	OpGetUser         = op[GetUserInput, GetUserOutput](Operation{Name: "getUser", Method: "GET", Path: "/v1/chat/users/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpListUsers       = op[ListUsersInput, ListUsersOutput](Operation{Name: "listUsers", Method: "GET", Path: "/v1/chat/users", Scope: ScopeRuntime, Idempotent: true})
	OpGetOrCreateUser = op[GetOrCreateUserInput, GetOrCreateUserOutput](Operation{Name: "getOrCreateUser", Method: "POST", Path: "/v1/chat/users/get-or-create", Scope: ScopeRuntime, Idempotent: true})
	OpUpdateUser      = op[UpdateUserInput, UpdateUserOutput](Operation{Name: "updateUser", Method: "PUT", Path: "/v1/chat/users/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpDeleteUser      = op[DeleteUserInput, DeleteUserOutput](Operation{Name: "deleteUser", Method: "DELETE", Path: "/v1/chat/users/{id}", Scope: ScopeRuntime, Idempotent: true})
)

// CreateUserInput is the input of CreateUser.
type CreateUserInput struct {
	Tags            Tags              `json:"tags"`
	Name            string            `json:"name,omitempty"`
	PictureURL      string            `json:"pictureUrl,omitempty"`
	Properties      map[string]string `json:"properties,omitempty"`
	Attributes      map[string]string `json:"attributes,omitempty"`
	IntegrationName string            `json:"integrationName,omitempty"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// CreateUserOutput is the output of CreateUser.
type CreateUserOutput struct {
	User User `json:"user"`
	// Replayed is set when an earlier call with the same idempotency key
	// produced the output.
	Replayed bool `json:"-"`
}

// CreateUser makes a user.
func (c *Client) CreateUser(ctx context.Context, in *CreateUserInput) (*CreateUserOutput, error) {
	return Do(ctx, c, OpCreateUser, in)
}

// GetUserInput is the input of GetUser.
type GetUserInput struct {
	ID string `path:"id" json:"-"`
}

// GetUserOutput is the output of GetUser.
type GetUserOutput struct {
	User User `json:"user"`
}

// GetUser reads a user.
func (c *Client) GetUser(ctx context.Context, in *GetUserInput) (*GetUserOutput, error) {
	return Do(ctx, c, OpGetUser, in)
}

// ListUsersInput is the input of ListUsers.
type ListUsersInput struct {
	NextToken      string `query:"nextToken" json:"-"`
	PageSize       int    `query:"pageSize" json:"-"`
	ConversationID string `query:"conversationId" json:"-"`
	Tags           Tags   `query:"tags" json:"-"`
	AfterDate      *Time  `query:"afterDate" json:"-"`
	BeforeDate     *Time  `query:"beforeDate" json:"-"`
	RangeField     string `query:"rangeField" json:"-"`
	SortField      string `query:"sortField" json:"-"`
	SortDirection  string `query:"sortDirection" json:"-"`
}

// ListUsersOutput is the output of ListUsers.
type ListUsersOutput struct {
	Users []User `json:"users"`
	Meta  Meta   `json:"meta"`
}

// ListUsers lists users, newest first.
func (c *Client) ListUsers(ctx context.Context, in *ListUsersInput) (*ListUsersOutput, error) {
	return Do(ctx, c, OpListUsers, in)
}

// GetOrCreateUserInput is the input of GetOrCreateUser.
type GetOrCreateUserInput struct {
	Tags               Tags              `json:"tags"`
	Name               string            `json:"name,omitempty"`
	PictureURL         string            `json:"pictureUrl,omitempty"`
	Properties         map[string]string `json:"properties,omitempty"`
	Attributes         map[string]string `json:"attributes,omitempty"`
	IntegrationName    string            `json:"integrationName,omitempty"`
	DiscriminateByTags []string          `json:"discriminateByTags,omitempty"`
}

// GetOrCreateUserOutput is the output of GetOrCreateUser.
type GetOrCreateUserOutput struct {
	User User    `json:"user"`
	Meta Created `json:"meta"`
}

// GetOrCreateUser finds a user by tags or makes one; concurrent calls make one.
func (c *Client) GetOrCreateUser(ctx context.Context, in *GetOrCreateUserInput) (*GetOrCreateUserOutput, error) {
	return Do(ctx, c, OpGetOrCreateUser, in)
}

// UpdateUserInput is the input of UpdateUser.
type UpdateUserInput struct {
	ID         string             `path:"id" json:"-"`
	Tags       Tags               `json:"tags,omitempty"`
	Name       Field[string]      `json:"name,omitzero"`
	PictureURL Field[string]      `json:"pictureUrl,omitzero"`
	Properties map[string]*string `json:"properties,omitempty"`
	Attributes map[string]*string `json:"attributes,omitempty"`
}

// UpdateUserOutput is the output of UpdateUser.
type UpdateUserOutput struct {
	User User `json:"user"`
}

// UpdateUser changes a user; tags merge.
func (c *Client) UpdateUser(ctx context.Context, in *UpdateUserInput) (*UpdateUserOutput, error) {
	return Do(ctx, c, OpUpdateUser, in)
}

// DeleteUserInput is the input of DeleteUser.
type DeleteUserInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteUserOutput is the output of DeleteUser; it has no members.
type DeleteUserOutput struct{}

// DeleteUser deletes a user.
func (c *Client) DeleteUser(ctx context.Context, in *DeleteUserInput) (*DeleteUserOutput, error) {
	return Do(ctx, c, OpDeleteUser, in)
}
