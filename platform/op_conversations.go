package platform

import (
	"context"
)

// The operations on conversations.
var (
	OpCreateConversation      = op[CreateConversationInput, CreateConversationOutput](Operation{Name: "createConversation", Method: "POST", Path: "/v1/chat/conversations", Scope: ScopeRuntime, Status: 201})
	OpGetConversation         = op[GetConversationInput, GetConversationOutput](Operation{Name: "getConversation", Method: "GET", Path: "/v1/chat/conversations/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpListConversations       = op[ListConversationsInput, ListConversationsOutput](Operation{Name: "listConversations", Method: "GET", Path: "/v1/chat/conversations", Scope: ScopeRuntime, Idempotent: true})
	OpGetOrCreateConversation = op[GetOrCreateConversationInput, GetOrCreateConversationOutput](Operation{Name: "getOrCreateConversation", Method: "POST", Path: "/v1/chat/conversations/get-or-create", Scope: ScopeRuntime, Idempotent: true})
	OpUpdateConversation      = op[UpdateConversationInput, UpdateConversationOutput](Operation{Name: "updateConversation", Method: "PUT", Path: "/v1/chat/conversations/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpDeleteConversation      = op[DeleteConversationInput, DeleteConversationOutput](Operation{Name: "deleteConversation", Method: "DELETE", Path: "/v1/chat/conversations/{id}", Scope: ScopeRuntime, Idempotent: true})
)

// CreateConversationInput is the input of CreateConversation.
type CreateConversationInput struct {
	Channel         string            `json:"channel"`
	Tags            Tags              `json:"tags"`
	Properties      map[string]string `json:"properties,omitempty"`
	IntegrationName string            `json:"integrationName,omitempty"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// CreateConversationOutput is the output of CreateConversation.
type CreateConversationOutput struct {
	Conversation Conversation `json:"conversation"`
	// Replayed is set when an earlier call with the same idempotency key
	// produced the output.
	Replayed bool `json:"-"`
}

// CreateConversation makes a conversation.
func (c *Client) CreateConversation(ctx context.Context, in *CreateConversationInput) (*CreateConversationOutput, error) {
	return Do(ctx, c, OpCreateConversation, in)
}

// GetConversationInput is the input of GetConversation.
type GetConversationInput struct {
	ID string `path:"id" json:"-"`
}

// GetConversationOutput is the output of GetConversation.
type GetConversationOutput struct {
	Conversation Conversation `json:"conversation"`
}

// GetConversation reads a conversation.
func (c *Client) GetConversation(ctx context.Context, in *GetConversationInput) (*GetConversationOutput, error) {
	return Do(ctx, c, OpGetConversation, in)
}

// ListConversationsInput is the input of ListConversations.
type ListConversationsInput struct {
	NextToken       string   `query:"nextToken" json:"-"`
	PageSize        int      `query:"pageSize" json:"-"`
	Tags            Tags     `query:"tags" json:"-"`
	ParticipantIDs  []string `query:"participantIds" json:"-"`
	IntegrationName string   `query:"integrationName" json:"-"`
	Channel         string   `query:"channel" json:"-"`
	AfterDate       *Time    `query:"afterDate" json:"-"`
	BeforeDate      *Time    `query:"beforeDate" json:"-"`
	MinMessageCount *int64   `query:"minMessageCount" json:"-"`
	MaxMessageCount *int64   `query:"maxMessageCount" json:"-"`
	SortField       string   `query:"sortField" json:"-"`
	SortDirection   string   `query:"sortDirection" json:"-"`
}

// ListConversationsOutput is the output of ListConversations.
type ListConversationsOutput struct {
	Conversations []Conversation `json:"conversations"`
	Meta          Meta           `json:"meta"`
}

// ListConversations lists conversations, newest first.
func (c *Client) ListConversations(ctx context.Context, in *ListConversationsInput) (*ListConversationsOutput, error) {
	return Do(ctx, c, OpListConversations, in)
}

// GetOrCreateConversationInput is the input of GetOrCreateConversation.
type GetOrCreateConversationInput struct {
	Channel            string            `json:"channel"`
	Tags               Tags              `json:"tags"`
	Properties         map[string]string `json:"properties,omitempty"`
	IntegrationName    string            `json:"integrationName,omitempty"`
	DiscriminateByTags []string          `json:"discriminateByTags,omitempty"`
}

// GetOrCreateConversationOutput is the output of GetOrCreateConversation.
type GetOrCreateConversationOutput struct {
	Conversation Conversation `json:"conversation"`
	Meta         Created      `json:"meta"`
}

// GetOrCreateConversation finds a conversation by tags or makes one; concurrent
// calls make one.
func (c *Client) GetOrCreateConversation(ctx context.Context, in *GetOrCreateConversationInput) (*GetOrCreateConversationOutput, error) {
	return Do(ctx, c, OpGetOrCreateConversation, in)
}

// UpdateConversationInput is the input of UpdateConversation.
type UpdateConversationInput struct {
	ID         string             `path:"id" json:"-"`
	Tags       Tags               `json:"tags,omitempty"`
	Properties map[string]*string `json:"properties,omitempty"`
}

// UpdateConversationOutput is the output of UpdateConversation.
type UpdateConversationOutput struct {
	Conversation Conversation `json:"conversation"`
}

// UpdateConversation changes a conversation; tags merge.
func (c *Client) UpdateConversation(ctx context.Context, in *UpdateConversationInput) (*UpdateConversationOutput, error) {
	return Do(ctx, c, OpUpdateConversation, in)
}

// DeleteConversationInput is the input of DeleteConversation.
type DeleteConversationInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteConversationOutput is the output of DeleteConversation; it has no
// members.
type DeleteConversationOutput struct{}

// DeleteConversation deletes a conversation and its messages.
func (c *Client) DeleteConversation(ctx context.Context, in *DeleteConversationInput) (*DeleteConversationOutput, error) {
	return Do(ctx, c, OpDeleteConversation, in)
}
