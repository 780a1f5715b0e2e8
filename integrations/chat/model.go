package chat

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/platform"
)

// The shapes of the chat API; ids are foreign ones where there are some.

type user struct {
	ID         string        `json:"id"`
	Name       string        `json:"name,omitempty"`
	PictureURL string        `json:"pictureUrl,omitempty"`
	Profile    string        `json:"profile,omitempty"`
	CreatedAt  platform.Time `json:"createdAt"`
	UpdatedAt  platform.Time `json:"updatedAt"`
}

type conversation struct {
	ID        string        `json:"id"`
	CreatedAt platform.Time `json:"createdAt"`
	UpdatedAt platform.Time `json:"updatedAt"`
}

type chatMessage struct {
	ID             string          `json:"id"`
	CreatedAt      platform.Time   `json:"createdAt"`
	Payload        json.RawMessage `json:"payload"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
	Metadata       json.RawMessage `json:"metadata,omitempty"`
	IsBot          *bool           `json:"isBot,omitempty"` // in signals only
	// IdempotencyKey is the one that the message was created with; in signals
	// only, so that its sender knows the message without the answer.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

type event struct {
	ID             *string         `json:"id"` // null for the bot's
	CreatedAt      platform.Time   `json:"createdAt"`
	Payload        json.RawMessage `json:"payload"`
	ConversationID string          `json:"conversationId"`
	UserID         string          `json:"userId"`
	IsBot          *bool           `json:"isBot,omitempty"` // in signals only
}

type deleted struct {
	ID             string `json:"id"`
	ConversationID string `json:"conversationId"`
	UserID         string `json:"userId"`
}

type participation struct {
	ConversationID string `json:"conversationId"`
	ParticipantID  string `json:"participantId"`
}

// fidOr returns the foreign id of something, or its own.
func fidOr(tags platform.Tags, id string) string {
	if fid := tags[tagFID]; fid != "" {
		return fid
	}
	return id
}

func toUser(u *platform.User) user {
	return user{
		ID: fidOr(u.Tags, u.ID), Name: u.Name, PictureURL: u.PictureURL, Profile: u.Tags[tagProfile],
		CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
}

func toConversation(c *platform.Conversation) conversation {
	return conversation{ID: fidOr(c.Tags, c.ID), CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
}

func toMessage(m *platform.Message, userID, conversationID string) chatMessage {
	payload, metadata := toChat(m.Type, m.Payload)
	return chatMessage{
		ID: m.ID, CreatedAt: m.CreatedAt, Payload: payload, Metadata: metadata, UserID: userID, ConversationID: conversationID,
	}
}
