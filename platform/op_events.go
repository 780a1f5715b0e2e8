package platform

import (
	"context"
	"encoding/json"
)

// The operations on events.
var (
	OpCreateEvent          = op[CreateEventInput, CreateEventOutput](Operation{Name: "createEvent", Method: "POST", Path: "/v1/chat/events", Scope: ScopeRuntime, Status: 201})
	OpGetEvent             = op[GetEventInput, GetEventOutput](Operation{Name: "getEvent", Method: "GET", Path: "/v1/chat/events/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpListEvents           = op[ListEventsInput, ListEventsOutput](Operation{Name: "listEvents", Method: "GET", Path: "/v1/chat/events", Scope: ScopeRuntime, Idempotent: true})
	OpCancelScheduledEvent = op[CancelScheduledEventInput, CancelScheduledEventOutput](Operation{Name: "cancelScheduledEvent", Method: "DELETE", Path: "/v1/chat/events/scheduled/{id}", Scope: ScopeRuntime, Idempotent: true})
)

// CreateEventInput is the input of CreateEvent.
type CreateEventInput struct {
	Type           string          `json:"type"`
	Payload        json.RawMessage `json:"payload"`
	ConversationID string          `json:"conversationId,omitempty"`
	UserID         string          `json:"userId,omitempty"`
	MessageID      string          `json:"messageId,omitempty"`
	WorkflowID     string          `json:"workflowId,omitempty"`
	Schedule       *Schedule       `json:"schedule,omitempty"`
	// DedupeKey makes an event that is told again the one that it was: of
	// calls of one installation, or of the bot, with the same key only one
	// makes an event, and all answer it. Only this platform knows it.
	DedupeKey string `json:"dedupeKey,omitempty"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// CreateEventOutput is the output of CreateEvent.
type CreateEventOutput struct {
	Event Event `json:"event"`
	// Replayed is set when an earlier call with the same idempotency key
	// produced the output.
	Replayed bool `json:"-"`
}

// CreateEvent records an event and delivers it to the bot, now or as scheduled.
func (c *Client) CreateEvent(ctx context.Context, in *CreateEventInput) (*CreateEventOutput, error) {
	return Do(ctx, c, OpCreateEvent, in)
}

// GetEventInput is the input of GetEvent.
type GetEventInput struct {
	ID string `path:"id" json:"-"`
}

// GetEventOutput is the output of GetEvent.
type GetEventOutput struct {
	Event Event `json:"event"`
}

// GetEvent reads an event.
func (c *Client) GetEvent(ctx context.Context, in *GetEventInput) (*GetEventOutput, error) {
	return Do(ctx, c, OpGetEvent, in)
}

// ListEventsInput is the input of ListEvents.
type ListEventsInput struct {
	NextToken      string      `query:"nextToken" json:"-"`
	PageSize       int         `query:"pageSize" json:"-"`
	Type           string      `query:"type" json:"-"`
	ConversationID string      `query:"conversationId" json:"-"`
	UserID         string      `query:"userId" json:"-"`
	MessageID      string      `query:"messageId" json:"-"`
	WorkflowID     string      `query:"workflowId" json:"-"`
	Status         EventStatus `query:"status" json:"-"`
}

// ListEventsOutput is the output of ListEvents.
type ListEventsOutput struct {
	Events []Event `json:"events"`
	Meta   Meta    `json:"meta"`
}

// ListEvents lists events, newest first.
func (c *Client) ListEvents(ctx context.Context, in *ListEventsInput) (*ListEventsOutput, error) {
	return Do(ctx, c, OpListEvents, in)
}

// CancelScheduledEventInput is the input of CancelScheduledEvent.
type CancelScheduledEventInput struct {
	ID string `path:"id" json:"-"`
}

// CancelScheduledEventOutput is the output of CancelScheduledEvent; it has no
// members.
type CancelScheduledEventOutput struct{}

// CancelScheduledEvent cancels an event that is still scheduled.
func (c *Client) CancelScheduledEvent(ctx context.Context, in *CancelScheduledEventInput) (*CancelScheduledEventOutput, error) {
	return Do(ctx, c, OpCancelScheduledEvent, in)
}
