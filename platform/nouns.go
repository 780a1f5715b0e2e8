package platform

import "encoding/json"

// Tags are an object's tags: names that a definition declares, values of at
// most 500 characters. In an update an empty value removes the tag and tags
// that are not mentioned stay.
type Tags map[string]string

// User is a person, or the bot itself, on some external system.
type User struct {
	ID         string            `json:"id"`
	CreatedAt  Time              `json:"createdAt"`
	UpdatedAt  Time              `json:"updatedAt"`
	Tags       Tags              `json:"tags"`
	Name       string            `json:"name,omitempty"`
	PictureURL string            `json:"pictureUrl,omitempty"`
	Properties map[string]string `json:"properties,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"` // the older name of Properties
}

// Conversation is a place where messages are exchanged. Integration is the
// alias of the installation that it belongs to.
type Conversation struct {
	ID                string            `json:"id"`
	CreatedAt         Time              `json:"createdAt"`
	UpdatedAt         Time              `json:"updatedAt"`
	Channel           string            `json:"channel"`
	Integration       string            `json:"integration"`
	Tags              Tags              `json:"tags"`
	MessageCount      int64             `json:"messageCount"`
	Properties        map[string]string `json:"properties,omitempty"`
	CurrentWorkflowID string            `json:"currentWorkflowId,omitempty"`
	CurrentTaskID     string            `json:"currentTaskId,omitempty"`
}

// Direction says who wrote a message: incoming is from the external system,
// outgoing from the bot.
type Direction string

// The directions.
const (
	Incoming Direction = "incoming"
	Outgoing Direction = "outgoing"
)

// OriginSynthetic marks a message that is recorded and never delivered.
const OriginSynthetic = "synthetic"

// Message is one message of a conversation. Payload is the JSON object that
// the channel's schema for Type describes.
type Message struct {
	ID             string          `json:"id"`
	CreatedAt      Time            `json:"createdAt"`
	UpdatedAt      Time            `json:"updatedAt"`
	Type           string          `json:"type"`
	Payload        json.RawMessage `json:"payload"`
	Direction      Direction       `json:"direction"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
	Tags           Tags            `json:"tags"`
	Origin         string          `json:"origin,omitempty"`
}

// EventStatus is where an event is on its way to the bot.
type EventStatus string

// The statuses of events.
const (
	EventPending   EventStatus = "pending"
	EventProcessed EventStatus = "processed"
	EventIgnored   EventStatus = "ignored"
	EventFailed    EventStatus = "failed"
	EventScheduled EventStatus = "scheduled"
	EventCanceled  EventStatus = "canceled"
)

// Event is something that happened. Bots see an integration's events as
// "alias:type"; the integration sees the bare type. FailureReason is null
// unless Status is failed.
type Event struct {
	ID             string          `json:"id"`
	CreatedAt      Time            `json:"createdAt"`
	Type           string          `json:"type"`
	Payload        json.RawMessage `json:"payload"`
	Status         EventStatus     `json:"status"`
	FailureReason  *string         `json:"failureReason"`
	BotID          string          `json:"botId,omitempty"`
	ConversationID string          `json:"conversationId,omitempty"`
	UserID         string          `json:"userId,omitempty"`
	MessageID      string          `json:"messageId,omitempty"`
	WorkflowID     string          `json:"workflowId,omitempty"`
}

// StateType says what a state is attached to.
type StateType string

// The types of states.
const (
	StateIntegration  StateType = "integration"
	StateConversation StateType = "conversation"
	StateUser         StateType = "user"
	StateBot          StateType = "bot"
	StateWorkflow     StateType = "workflow"
	StateTask         StateType = "task"
)

// State is a named JSON object kept for an integration, a conversation, a
// user, a bot or a workflow.
type State struct {
	ID             string          `json:"id"`
	CreatedAt      Time            `json:"createdAt"`
	UpdatedAt      Time            `json:"updatedAt"`
	BotID          string          `json:"botId"`
	Type           StateType       `json:"type"`
	Name           string          `json:"name"`
	Payload        json.RawMessage `json:"payload"`
	ConversationID string          `json:"conversationId,omitempty"`
	UserID         string          `json:"userId,omitempty"`
	Expiry         *int64          `json:"expiry,omitempty"` // idle time in milliseconds
}

// Meta is the paging part of a list reply; an empty NextToken ends the list.
type Meta struct {
	NextToken string `json:"nextToken,omitempty"`
}

// Created is the meta of get-or-create replies.
type Created struct {
	Created bool `json:"created"`
}

// Cached is the meta of replies that may come from a cache.
type Cached struct {
	Cached bool `json:"cached"`
}

// Schedule delays a message or an event: until a moment, or by milliseconds.
type Schedule struct {
	DateTime *Time  `json:"dateTime,omitempty"`
	Delay    *int64 `json:"delay,omitempty"`
}

// UnmarshalJSON reads a schedule; a fraction of a millisecond is rounded.
func (s *Schedule) UnmarshalJSON(data []byte) error {
	var v struct {
		DateTime *Time        `json:"dateTime"`
		Delay    Field[int64] `json:"delay"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*s = Schedule{DateTime: v.DateTime}
	if ms, ok := v.Delay.Get(); ok {
		s.Delay = &ms
	}
	return nil
}
