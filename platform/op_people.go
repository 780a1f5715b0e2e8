package platform

import (
	"context"
	"encoding/json"
)

// The operations on what is kept about a person.
var (
	OpEraseUser  = op[EraseUserInput, ErasureOutput](Operation{Name: "eraseUser", Method: "POST", Path: "/v1/bellhop/bots/{botId}/users/{id}/erase", Status: 202, Scope: ScopeAccount, Idempotent: true})
	OpGetErasure = op[GetErasureInput, ErasureOutput](Operation{Name: "getErasure", Method: "GET", Path: "/v1/bellhop/bots/{botId}/erasures/{id}", Scope: ScopeAccount, Idempotent: true})
	OpExportUser = op[ExportUserInput, ExportUserOutput](Operation{Name: "exportUser", Method: "GET", Path: "/v1/bellhop/bots/{botId}/users/{id}/export", Scope: ScopeAccount, Idempotent: true})
)

// Which conversations are removed with a person.
const (
	// EraseOwnConversations removes those in which nobody else takes part but the bot. It is the default: what the bot
	// answered often repeats what was asked.
	EraseOwnConversations = "own"
	// EraseAllConversations removes every conversation in which the person takes part, also what others wrote there.
	EraseAllConversations = "all"
	// EraseNoConversations removes only what the person wrote.
	EraseNoConversations = "none"
)

// EraseUserInput is the input of EraseUser.
type EraseUserInput struct {
	BotID         string `path:"botId" json:"-"`
	ID            string `path:"id" json:"-"`
	Conversations string `json:"conversations,omitempty"` // one of the Erase constants; "" is EraseOwnConversations
}

// Erasure is the removal of what is kept about a person. It goes on by itself, also over a restart of the server.
type Erasure struct {
	ID            string          `json:"id"`
	BotID         string          `json:"botId"`
	UserID        string          `json:"userId"`
	Conversations string          `json:"conversations"`
	Status        string          `json:"status"` // running or done
	Removed       json.RawMessage `json:"removed,omitempty"`
	CreatedAt     Time            `json:"createdAt"`
	FinishedAt    *Time           `json:"finishedAt,omitempty"`
}

// ErasureOutput is the output of EraseUser and GetErasure.
type ErasureOutput struct {
	Erasure Erasure `json:"erasure"`
}

// EraseUser removes a user of a bot with everything that it wrote: messages, events, states, files, deliveries with
// their bodies, and lines of logs about it. It waits a few seconds for the end; GetErasure says how far a longer one
// is. What the person says afterwards comes from a new user.
func (c *Client) EraseUser(ctx context.Context, in *EraseUserInput) (*ErasureOutput, error) {
	return Do(ctx, c, OpEraseUser, in)
}

// GetErasureInput is the input of GetErasure.
type GetErasureInput struct {
	BotID string `path:"botId" json:"-"`
	ID    string `path:"id" json:"-"`
}

// GetErasure reads an erasure. It waits a few seconds for one that is running.
func (c *Client) GetErasure(ctx context.Context, in *GetErasureInput) (*ErasureOutput, error) {
	return Do(ctx, c, OpGetErasure, in)
}

// ExportUserInput is the input of ExportUser.
type ExportUserInput struct {
	BotID     string `path:"botId" json:"-"`
	ID        string `path:"id" json:"-"`
	NextToken string `query:"nextToken" json:"-"`
}

// ExportItem is one thing that is kept about a person: exactly one member is set. Conversations are those that the
// person takes part in; messages are what it wrote and, where nobody else but the bot takes part, the answers.
type ExportItem struct {
	User         *User         `json:"user,omitempty"`
	State        *State        `json:"state,omitempty"`
	Conversation *Conversation `json:"conversation,omitempty"`
	Message      *Message      `json:"message,omitempty"`
	Event        *Event        `json:"event,omitempty"`
	File         *File         `json:"file,omitempty"` // its url serves the content for an hour
}

// ExportUserOutput is the output of ExportUser. A page may be empty and still have a next one.
type ExportUserOutput struct {
	Items []ExportItem `json:"items"`
	Meta  Meta         `json:"meta"`
}

// ExportUser reads one page of everything that is kept about a user of a bot.
func (c *Client) ExportUser(ctx context.Context, in *ExportUserInput) (*ExportUserOutput, error) {
	return Do(ctx, c, OpExportUser, in)
}
