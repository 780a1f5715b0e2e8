package platform

import (
	"context"
)

// The operations on participants.
var (
	OpListParticipants  = op[ListParticipantsInput, ListParticipantsOutput](Operation{Name: "listParticipants", Method: "GET", Path: "/v1/chat/conversations/{id}/participants", Scope: ScopeRuntime, Idempotent: true})
	OpAddParticipant    = op[AddParticipantInput, AddParticipantOutput](Operation{Name: "addParticipant", Method: "POST", Path: "/v1/chat/conversations/{id}/participants", Scope: ScopeRuntime, Idempotent: true})
	OpGetParticipant    = op[GetParticipantInput, GetParticipantOutput](Operation{Name: "getParticipant", Method: "GET", Path: "/v1/chat/conversations/{id}/participants/{userId}", Scope: ScopeRuntime, Idempotent: true})
	OpRemoveParticipant = op[RemoveParticipantInput, RemoveParticipantOutput](Operation{Name: "removeParticipant", Method: "DELETE", Path: "/v1/chat/conversations/{id}/participants/{userId}", Scope: ScopeRuntime, Idempotent: true})
)

// ListParticipantsInput is the input of ListParticipants.
type ListParticipantsInput struct {
	ID        string `path:"id" json:"-"`
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"pageSize" json:"-"`
}

// ListParticipantsOutput is the output of ListParticipants.
type ListParticipantsOutput struct {
	Participants []User `json:"participants"`
	Meta         Meta   `json:"meta"`
}

// ListParticipants lists who takes part in a conversation.
func (c *Client) ListParticipants(ctx context.Context, in *ListParticipantsInput) (*ListParticipantsOutput, error) {
	return Do(ctx, c, OpListParticipants, in)
}

// AddParticipantInput is the input of AddParticipant.
type AddParticipantInput struct {
	ID     string `path:"id" json:"-"`
	UserID string `json:"userId"`
}

// AddParticipantOutput is the output of AddParticipant.
type AddParticipantOutput struct {
	Participant User `json:"participant"`
}

// AddParticipant adds a user to a conversation; adding twice is adding once.
func (c *Client) AddParticipant(ctx context.Context, in *AddParticipantInput) (*AddParticipantOutput, error) {
	return Do(ctx, c, OpAddParticipant, in)
}

// GetParticipantInput is the input of GetParticipant.
type GetParticipantInput struct {
	ID     string `path:"id" json:"-"`
	UserID string `path:"userId" json:"-"`
}

// GetParticipantOutput is the output of GetParticipant.
type GetParticipantOutput struct {
	Participant User `json:"participant"`
}

// GetParticipant reads a participant.
func (c *Client) GetParticipant(ctx context.Context, in *GetParticipantInput) (*GetParticipantOutput, error) {
	return Do(ctx, c, OpGetParticipant, in)
}

// RemoveParticipantInput is the input of RemoveParticipant.
type RemoveParticipantInput struct {
	ID     string `path:"id" json:"-"`
	UserID string `path:"userId" json:"-"`
}

// RemoveParticipantOutput is the output of RemoveParticipant; it has no
// members.
type RemoveParticipantOutput struct{}

// RemoveParticipant removes a user from a conversation.
func (c *Client) RemoveParticipant(ctx context.Context, in *RemoveParticipantInput) (*RemoveParticipantOutput, error) {
	return Do(ctx, c, OpRemoveParticipant, in)
}
