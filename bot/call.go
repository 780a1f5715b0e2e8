package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// Call is one call of the platform into the bot, and the means to answer. It
// is good until the handler returns.
type Call struct {
	Operation     string
	Type          string // event type or action name; else the operation again
	BotID         string
	Configuration json.RawMessage // Config decodes it
	// DeliveryID is the same for every attempt of one delivery; Attempt counts
	// from 1. Both are zero for calls that are not deliveries.
	DeliveryID string
	Attempt    int
	// CallID is the same for each repeat of a call of an action under an
	// idempotency key of its caller; "" otherwise.
	CallID string

	// Client calls the platform as this bot; outgoing hooks see its calls.
	// Those of hooks themselves are not hooked. In a delivery, and in an action
	// with a CallID, its calls get idempotency keys; see Named.
	Client *platform.Client
	// HTTPClient and Secrets are those of Env: for calls to other services.
	HTTPClient *http.Client
	Secrets    map[string]string
	// Logger knows the call: bot, operation, type and delivery.
	Logger *slog.Logger

	mux *built
}

func (b *built) call(req *wire.Request) *Call {
	caller := platform.Caller{Token: b.env.Token, BotID: req.BotID, TraceParent: req.TraceParent, TraceState: req.TraceState}
	c := &Call{
		Operation: req.Operation, Type: req.Type, BotID: req.BotID, Configuration: req.Configuration,
		DeliveryID: req.DeliveryID, Attempt: req.Attempt, CallID: req.CallID,
		Logger: b.env.Logger.With(slog.String("bot_id", req.BotID), slog.String("operation", req.Operation),
			slog.String("type", req.Type), slog.String("delivery_id", req.DeliveryID)),
		HTTPClient: b.env.HTTPClient, Secrets: b.env.Secrets,
		mux: b,
	}
	bare := *c
	transport := sdk.Keyed(b.env.Transport, cmp.Or(req.DeliveryID, req.CallID), c.Logger)
	bare.Client = platform.NewClient(transport, caller)
	c.Client = bare.Client
	if b.hooks.outgoing() {
		c.Client = platform.NewClient(&hooked{next: transport, hooks: &b.hooks, call: &bare}, caller)
	}
	return c
}

// Config decodes the bot's configuration. What does not fit C is a final
// refusal that names the member.
func Config[C any](call *Call) (*C, error) {
	raw := call.Configuration
	var wrapped struct {
		Payload string `json:"payload"`
	}
	// The official SDK's form of a bot's configuration is the JSON as a text.
	if json.Unmarshal(raw, &wrapped) == nil && wrapped.Payload != "" {
		raw = json.RawMessage(wrapped.Payload)
	}
	return sdk.Config[C](raw)
}

// State returns a defined state of the bot, conversation or user with the id;
// an empty id of a bot's state means this bot. A name that is not defined, or a
// missing id, is the error of each method of the result.
func State[T any](call *Call, name, id string) *platform.StateRef[T] {
	return sdk.State[T](sdk.States{
		Client: call.Client, Defined: call.mux.wire.States, Own: platform.StateBot, OwnID: call.BotID,
	}, name, id)
}

// Event is something that the bot tells itself, at once or later.
type Event struct {
	Type           string // a defined event
	Payload        any    // what the event's schema describes; nil is an empty object
	ConversationID string
	UserID         string
	MessageID      string
	Schedule       *platform.Schedule // nil is at once
	// DedupeKey, unless empty, names what happened, so that an event that is
	// told again, as in a repeated delivery, is one event.
	DedupeKey string
}

// Emit creates an event of the bot's own. The payload is checked against the
// event's schema first.
func (c *Call) Emit(ctx context.Context, e Event) (*platform.Event, error) {
	return sdk.Emit(ctx, c.Client, c.mux.events, sdk.Event(e))
}

// Send writes a message of the bot into a conversation.
func (c *Call) Send(ctx context.Context, conversationID string, p message.Payload) (*platform.Message, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	out, err := c.Client.CreateMessage(ctx, &platform.CreateMessageInput{
		ConversationID: conversationID, UserID: c.BotID, Type: p.Type(), Payload: raw, Tags: platform.Tags{},
	})
	if err != nil {
		return nil, err
	}
	return &out.Message, nil
}

// CallAction calls an action of an integration ("alias:action") or of the bot
// itself ("action") and waits for its output.
func CallAction[Out any](ctx context.Context, call *Call, name string, input any) (*Out, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	answer, err := call.Client.CallAction(ctx, &platform.CallActionInput{Type: name, Input: raw})
	if err != nil {
		return nil, err
	}
	out := new(Out)
	if err := json.Unmarshal(answer.Output, out); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the output of the action %q does not fit: %w", name, err)
	}
	return out, nil
}

// MessageCall is a message of a user to the bot.
type MessageCall struct {
	*Call
	Message      platform.Message
	User         platform.User
	Conversation platform.Conversation
	Event        platform.Event
	// Skipped are the messages before it that are in the same turn, oldest first,
	// where the bot's concurrency is burst or debounce. No other call has them.
	Skipped []platform.Message
}

// Reply writes a message into the conversation that the call is about.
func (c *MessageCall) Reply(ctx context.Context, p message.Payload) (*platform.Message, error) {
	return c.Send(ctx, c.Conversation.ID, p)
}

// Text returns the text of a text message, and of other messages the member
// text of their payload; else it is empty.
func (c *MessageCall) Text() string {
	var m message.Text
	_ = json.Unmarshal(c.Message.Payload, &m)
	return m.Text
}

// Decode reads the message's payload into v.
func (c *MessageCall) Decode(v any) error {
	if err := json.Unmarshal(c.Message.Payload, v); err != nil {
		return platform.Errorf(platform.TypeInvalidPayload, "the payload of the %s message does not fit: %w", c.Message.Type, err)
	}
	return nil
}

// EventCall is an event for the bot. The event's payload is also in Payload.
type EventCall[P any] struct {
	*Call
	Event   platform.Event
	Payload P
}

// StateCall tells that a state expired; it holds the last payload.
type StateCall struct {
	*Call
	State platform.State
	Event platform.Event
}
