package platform

import (
	"context"
	"encoding/json"
)

// The operations on messages.
var (
	OpCreateMessage             = op[CreateMessageInput, CreateMessageOutput](Operation{Name: "createMessage", Method: "POST", Path: "/v1/chat/messages", Scope: ScopeRuntime, Status: 201})
	OpGetMessage                = op[GetMessageInput, GetMessageOutput](Operation{Name: "getMessage", Method: "GET", Path: "/v1/chat/messages/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpListMessages              = op[ListMessagesInput, ListMessagesOutput](Operation{Name: "listMessages", Method: "GET", Path: "/v1/chat/messages", Scope: ScopeRuntime, Idempotent: true})
	OpGetOrCreateMessage        = op[GetOrCreateMessageInput, GetOrCreateMessageOutput](Operation{Name: "getOrCreateMessage", Method: "POST", Path: "/v1/chat/messages/get-or-create", Scope: ScopeRuntime, Idempotent: true})
	OpUpdateMessage             = op[UpdateMessageInput, UpdateMessageOutput](Operation{Name: "updateMessage", Method: "PUT", Path: "/v1/chat/messages/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpDeleteMessage             = op[DeleteMessageInput, DeleteMessageOutput](Operation{Name: "deleteMessage", Method: "DELETE", Path: "/v1/chat/messages/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpImportMessages            = op[ImportMessagesInput, ImportMessagesOutput](Operation{Name: "importMessages", Method: "POST", Path: "/v1/chat/messages/import-messages", Scope: ScopeRuntime})
	OpInitializeIncomingMessage = op[InitializeIncomingMessageInput, InitializeIncomingMessageOutput](Operation{Name: "initializeIncomingMessage", Method: "POST", Path: "/v1/chat/initialize-incoming-message", Scope: ScopeAccount | ScopeIntegration, Idempotent: true})
)

// CreateMessageInput is the input of CreateMessage.
type CreateMessageInput struct {
	ConversationID string          `json:"conversationId"`
	UserID         string          `json:"userId"`
	Type           string          `json:"type"`
	Payload        json.RawMessage `json:"payload"`
	Tags           Tags            `json:"tags"`
	Schedule       *Schedule       `json:"schedule,omitempty"`
	Origin         string          `json:"origin,omitempty"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// CreateMessageOutput is the output of CreateMessage.
type CreateMessageOutput struct {
	Message Message `json:"message"`
	// Replayed is set when an earlier call with the same idempotency key
	// produced the output.
	Replayed bool `json:"-"`
}

// CreateMessage makes a message and delivers it to the other side.
func (c *Client) CreateMessage(ctx context.Context, in *CreateMessageInput) (*CreateMessageOutput, error) {
	return Do(ctx, c, OpCreateMessage, in)
}

// GetMessageInput is the input of GetMessage.
type GetMessageInput struct {
	ID string `path:"id" json:"-"`
}

// GetMessageOutput is the output of GetMessage.
type GetMessageOutput struct {
	Message Message `json:"message"`
}

// GetMessage reads a message.
func (c *Client) GetMessage(ctx context.Context, in *GetMessageInput) (*GetMessageOutput, error) {
	return Do(ctx, c, OpGetMessage, in)
}

// ListMessagesInput is the input of ListMessages.
type ListMessagesInput struct {
	NextToken      string `query:"nextToken" json:"-"`
	PageSize       int    `query:"pageSize" json:"-"`
	ConversationID string `query:"conversationId" json:"-"`
	Tags           Tags   `query:"tags" json:"-"`
	AfterDate      *Time  `query:"afterDate" json:"-"`
	BeforeDate     *Time  `query:"beforeDate" json:"-"`
}

// ListMessagesOutput is the output of ListMessages.
type ListMessagesOutput struct {
	Messages []Message `json:"messages"`
	Meta     Meta      `json:"meta"`
}

// ListMessages lists messages, newest first.
func (c *Client) ListMessages(ctx context.Context, in *ListMessagesInput) (*ListMessagesOutput, error) {
	return Do(ctx, c, OpListMessages, in)
}

// GetOrCreateMessageInput is the input of GetOrCreateMessage.
type GetOrCreateMessageInput struct {
	ConversationID     string          `json:"conversationId"`
	UserID             string          `json:"userId"`
	Type               string          `json:"type"`
	Payload            json.RawMessage `json:"payload"`
	Tags               Tags            `json:"tags"`
	Schedule           *Schedule       `json:"schedule,omitempty"`
	Origin             string          `json:"origin,omitempty"`
	DiscriminateByTags []string        `json:"discriminateByTags,omitempty"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// GetOrCreateMessageOutput is the output of GetOrCreateMessage.
type GetOrCreateMessageOutput struct {
	Message Message `json:"message"`
	Meta    Created `json:"meta"`
}

// GetOrCreateMessage finds a message by tags or makes and delivers one;
// concurrent calls make one.
func (c *Client) GetOrCreateMessage(ctx context.Context, in *GetOrCreateMessageInput) (*GetOrCreateMessageOutput, error) {
	return Do(ctx, c, OpGetOrCreateMessage, in)
}

// UpdateMessageInput is the input of UpdateMessage.
type UpdateMessageInput struct {
	ID      string          `path:"id" json:"-"`
	Tags    Tags            `json:"tags,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// UpdateMessageOutput is the output of UpdateMessage.
type UpdateMessageOutput struct {
	Message Message `json:"message"`
}

// UpdateMessage changes a message; tags merge.
func (c *Client) UpdateMessage(ctx context.Context, in *UpdateMessageInput) (*UpdateMessageOutput, error) {
	return Do(ctx, c, OpUpdateMessage, in)
}

// DeleteMessageInput is the input of DeleteMessage.
type DeleteMessageInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteMessageOutput is the output of DeleteMessage; it has no members.
type DeleteMessageOutput struct{}

// DeleteMessage deletes a message.
func (c *Client) DeleteMessage(ctx context.Context, in *DeleteMessageInput) (*DeleteMessageOutput, error) {
	return Do(ctx, c, OpDeleteMessage, in)
}

// ImportMessagesInput is the input of ImportMessages.
type ImportMessagesInput struct {
	Messages []ImportedMessage `json:"messages"`
}

// ImportMessagesOutput is the output of ImportMessages.
type ImportMessagesOutput struct {
	Messages []Message `json:"messages"`
}

// ImportMessages records up to 100 old messages; nobody is told.
func (c *Client) ImportMessages(ctx context.Context, in *ImportMessagesInput) (*ImportMessagesOutput, error) {
	return Do(ctx, c, OpImportMessages, in)
}

// InitializeIncomingMessageInput is the input of InitializeIncomingMessage.
type InitializeIncomingMessageInput struct {
	UserID         string                `json:"userId,omitempty"`
	User           *IncomingUser         `json:"user,omitempty"`
	ConversationID string                `json:"conversationId,omitempty"`
	Conversation   *IncomingConversation `json:"conversation,omitempty"`
	Message        *IncomingMessage      `json:"message,omitempty"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// InitializeIncomingMessageOutput is the output of InitializeIncomingMessage.
type InitializeIncomingMessageOutput struct {
	User         User         `json:"user"`
	Conversation Conversation `json:"conversation"`
	Message      *Message     `json:"message,omitempty"`
}

// InitializeIncomingMessage finds or makes a user, a conversation and a message
// in one transaction.
func (c *Client) InitializeIncomingMessage(ctx context.Context, in *InitializeIncomingMessageInput) (*InitializeIncomingMessageOutput, error) {
	return Do(ctx, c, OpInitializeIncomingMessage, in)
}
