package platform

import "encoding/json"

// ImportedMessage is one message of ImportMessages.
type ImportedMessage struct {
	ConversationID     string          `json:"conversationId"`
	UserID             string          `json:"userId"`
	Type               string          `json:"type"`
	Payload            json.RawMessage `json:"payload"`
	Tags               Tags            `json:"tags"`
	CreatedAt          *Time           `json:"createdAt,omitempty"`
	DiscriminateByTags []string        `json:"discriminateByTags,omitempty"`
}

// IncomingUser finds or makes the user of InitializeIncomingMessage.
type IncomingUser struct {
	Tags               Tags     `json:"tags"`
	Name               string   `json:"name,omitempty"`
	PictureURL         string   `json:"pictureUrl,omitempty"`
	DiscriminateByTags []string `json:"discriminateByTags,omitempty"`
}

// IncomingConversation finds or makes the conversation of
// InitializeIncomingMessage.
type IncomingConversation struct {
	Channel            string   `json:"channel"`
	Tags               Tags     `json:"tags"`
	DiscriminateByTags []string `json:"discriminateByTags,omitempty"`
}

// IncomingMessage finds or makes the message of InitializeIncomingMessage.
type IncomingMessage struct {
	Type               string          `json:"type"`
	Payload            json.RawMessage `json:"payload"`
	Tags               Tags            `json:"tags"`
	Origin             string          `json:"origin,omitempty"`
	DiscriminateByTags []string        `json:"discriminateByTags,omitempty"`
}

// TagValue is one value of ListTagValues.
type TagValue struct {
	Value string `json:"value"`
}
