package sdk

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Event is an event to create: what both SDKs call Event.
type Event struct {
	Type           string
	Payload        any
	ConversationID string
	UserID         string
	MessageID      string
	Schedule       *platform.Schedule
	DedupeKey      string
}

// Emit creates an event that is defined, with a payload that fits its schema.
func Emit(ctx context.Context, client *platform.Client, defined map[string]*schema.Validator, e Event) (*platform.Event, error) {
	check, ok := defined[e.Type]
	if !ok {
		return nil, Undefined("event", e.Type, defined)
	}
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return nil, err
	}
	if e.Payload == nil {
		payload = json.RawMessage("{}")
	}
	if err := check.ValidateContext(ctx, payload); err != nil {
		return nil, answer.RuntimeError("the payload of the event \"" + e.Type + "\" does not fit: " + err.Error())
	}
	out, err := client.CreateEvent(ctx, &platform.CreateEventInput{
		Type: e.Type, Payload: payload, ConversationID: e.ConversationID, UserID: e.UserID,
		MessageID: e.MessageID, Schedule: e.Schedule, DedupeKey: e.DedupeKey,
	})
	if err != nil {
		return nil, err
	}
	return &out.Event, nil
}
