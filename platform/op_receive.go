package platform

import (
	"context"
	"encoding/json"
)

// Receiving a message of the external system in one call.
var OpReceiveMessage = op[ReceiveMessageInput, ReceiveMessageOutput](Operation{
	Name: "receiveMessage", Method: "POST", Path: "/v1/bellhop/messages/receive", Scope: ScopeAccount | ScopeIntegration, Idempotent: true,
})

// ReceiveMessageInput is the input of ReceiveMessage. Each member may be nil; a
// message needs the two others.
type ReceiveMessageInput struct {
	User         *ReceivedUser         `json:"user,omitempty"`
	Conversation *ReceivedConversation `json:"conversation,omitempty"`
	Message      *ReceivedMessage      `json:"message,omitempty"`
}

// ReceivedUser is the user of ReceiveMessage: an existing one by its id, or one
// that is found by tags, or created.
type ReceivedUser struct {
	ID string `json:"id,omitempty"`
	// Tags are written whether the user is found or created. Others stay.
	Tags Tags `json:"tags,omitempty"`
	// InitialTags are written only when the user is created.
	InitialTags Tags `json:"initialTags,omitempty"`
	// FindBy are sets of tags. The user has all tags of the first set that finds
	// one. Without sets, Tags and InitialTags are the set.
	FindBy []Tags `json:"findBy,omitempty"`
	// Name and PictureURL are written unless they are empty.
	Name       string `json:"name,omitempty"`
	PictureURL string `json:"pictureUrl,omitempty"`
}

// ReceivedConversation is the conversation of ReceiveMessage, with the members
// of ReceivedUser. Only conversations of the channel are found by tags.
type ReceivedConversation struct {
	ID          string `json:"id,omitempty"`
	Channel     string `json:"channel,omitempty"`
	Tags        Tags   `json:"tags,omitempty"`
	InitialTags Tags   `json:"initialTags,omitempty"`
	FindBy      []Tags `json:"findBy,omitempty"`
}

// ReceivedMessage is the message of ReceiveMessage.
type ReceivedMessage struct {
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	Tags    Tags            `json:"tags,omitempty"`
	// FindBy is like that of ReceivedUser, within the conversation. A message
	// needs tags, by which a repeat of the call finds it.
	FindBy []Tags `json:"findBy,omitempty"`
	// Origin is empty, or OriginSynthetic for a message that is not delivered.
	Origin string `json:"origin,omitempty"`
	// RequireUserName leaves the message out while its user has no name: the
	// caller looks the name up and repeats the call with it. The user and the
	// conversation are written in any case.
	RequireUserName bool `json:"requireUserName,omitempty"`
}

// ReceiveMessageOutput is the output of ReceiveMessage: what the input has, is
// set. Message is also nil when it was left out for RequireUserName.
type ReceiveMessageOutput struct {
	User         *User           `json:"user,omitempty"`
	Conversation *Conversation   `json:"conversation,omitempty"`
	Message      *Message        `json:"message,omitempty"`
	Meta         ReceivedCreated `json:"meta"`
}

// ReceivedCreated says what ReceiveMessage created.
type ReceivedCreated struct {
	User         bool `json:"userCreated"`
	Conversation bool `json:"conversationCreated"`
	Message      bool `json:"messageCreated"`
}

// ReceiveMessage finds or creates a user, a conversation and a message in one
// transaction, and delivers a message that it creates to the bot. It only writes
// what changed of a user and a conversation that it finds.
func (c *Client) ReceiveMessage(ctx context.Context, in *ReceiveMessageInput) (*ReceiveMessageOutput, error) {
	return Do(ctx, c, OpReceiveMessage, in)
}
