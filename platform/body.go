package platform

import "encoding/json"

// The bodies of calls into integrations and bots.

// RegisterBody is the body of register and unregister.
type RegisterBody struct {
	WebhookURL string `json:"webhookUrl,omitempty"`
}

// WebhookBody is the body of webhook_received.
type WebhookBody struct {
	Req WebhookRequest `json:"req"`
}

// MessageCreatedBody is the body of message_created towards an integration.
type MessageCreatedBody struct {
	Type         string          `json:"type"`
	Payload      json.RawMessage `json:"payload"`
	Conversation Conversation    `json:"conversation"`
	User         User            `json:"user"`
	Message      Message         `json:"message"`
}

// MessageUpdatedBody is the body of message_updated towards an integration.
type MessageUpdatedBody struct {
	Type            string          `json:"type"`
	Payload         json.RawMessage `json:"payload"`
	Conversation    Conversation    `json:"conversation"`
	User            User            `json:"user"`
	CurrentMessage  Message         `json:"currentMessage"`
	PreviousMessage Message         `json:"previousMessage"`
}

// ConversationUpdatedBody is the body of conversation_updated.
type ConversationUpdatedBody struct {
	CurrentConversation  Conversation `json:"currentConversation"`
	PreviousConversation Conversation `json:"previousConversation"`
}

// ActionBody is the body of action_triggered.
type ActionBody struct {
	Type  string          `json:"type"`
	Input json.RawMessage `json:"input"`
}

// ActionAnswer is the answer to action_triggered.
type ActionAnswer struct {
	Output json.RawMessage `json:"output"`
	Meta   *ActionMeta     `json:"meta,omitempty"`
}

// ActionMeta is the accounting part of an ActionAnswer.
type ActionMeta struct {
	Cost float64 `json:"cost"`
}

// CreateUserBody is the body of create_user.
type CreateUserBody struct {
	Tags Tags `json:"tags"`
}

// CreateConversationBody is the body of create_conversation.
type CreateConversationBody struct {
	Channel string `json:"channel"`
	Tags    Tags   `json:"tags"`
}

// EventBody is the body of event_received towards a bot. For the type
// message_created the event's payload is a MessagePayload, for state_expired a
// StatePayload.
type EventBody struct {
	Event Event `json:"event"`
	// Skipped are the events of the messages before it that are in the same turn,
	// oldest first, where the bot's concurrency is burst or debounce. They are
	// not delivered by themselves.
	Skipped []Event `json:"skipped,omitempty"`
}

// Types of events that the platform makes itself.
const (
	EventMessageCreated = "message_created"
	EventStateExpired   = "state_expired"
)

// MessagePayload is the payload of a message_created event.
type MessagePayload struct {
	Message      Message      `json:"message"`
	User         User         `json:"user"`
	Conversation Conversation `json:"conversation"`
}

// StatePayload is the payload of a state_expired event.
type StatePayload struct {
	State State `json:"state"`
}
