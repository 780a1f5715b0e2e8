package integration

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/platform"
)

// Outgoing is a message of the bot on its way to the external system.
type Outgoing[P any] struct {
	Payload      P
	Message      platform.Message
	Conversation platform.Conversation
	User         platform.User // who wrote it, usually the bot

	call *Call
}

func outgoing[P any](call *Call, body *platform.MessageCreatedBody) *Outgoing[P] {
	return &Outgoing[P]{Message: body.Message, Conversation: body.Conversation, User: body.User, call: call}
}

func misfit(typ string, err error) error {
	return platform.Errorf(platform.TypeInvalidPayload, "the payload of the %s message does not fit: %w", typ, err)
}

// Ack notes the external system's names for the sent message as its tags, so
// that later calls find it. Tags that are not mentioned stay.
func (o *Outgoing[P]) Ack(ctx context.Context, tags platform.Tags) error {
	out, err := o.call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: o.Message.ID, Tags: tags})
	if err != nil {
		return fmt.Errorf("note the tags of message %s: %w", o.Message.ID, err)
	}
	o.Message = out.Message
	return nil
}

// Message registers the handler of a channel's message type. P is what the
// type's schema describes; json.RawMessage takes it as it is. The same message
// may come again with the same Call.DeliveryID when its outcome was not known.
func Message[P any](m *Mux, channel, typ string, fn func(context.Context, *Call, *Outgoing[P]) error) {
	key := messageKey{channel, typ}
	m.faults.Once(key.path(), m.handlers.messages[key] != nil, fn == nil)
	m.handlers.messages[key] = func(ctx context.Context, call *Call, body *platform.MessageCreatedBody) error {
		out := outgoing[P](call, body)
		if err := json.Unmarshal(body.Payload, &out.Payload); err != nil {
			return misfit(typ, err)
		}
		return fn(ctx, call, out)
	}
}

// Action registers the handler of an action. In and Out are what its schemas
// describe; both are checked.
func Action[In, Out any](m *Mux, name string, fn func(context.Context, *Call, *In) (*Out, error)) {
	m.faults.Once("actions."+name, m.handlers.actions[name] != nil, fn == nil)
	m.handlers.actions[name] = sdk.Action(name, fn)
}
