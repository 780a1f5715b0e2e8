// Package bottest is for authors' tests of bots: it calls a bot's code as the
// platform does. What the bot calls goes to the transport of its Env, such as
// the platform in memory of package integrationtest.
package bottest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// The ids of the bot, of the user who talks to it and of their conversation.
const (
	BotID          = "bot_01JG0000000000000000000001"
	UserID         = "user_01JG0000000000000000000003"
	ConversationID = "conv_01JG0000000000000000000004"
)

// Bot is a bot whose methods call its code; they return the code's refusals as
// *platform.Error.
type Bot struct {
	Handler       wire.Handler
	Configuration any // is sent as JSON; nil is an empty object
	// DeliveryID and Attempt are sent with each call. Set them to test what a
	// second attempt of a delivery does; zero is a call that is no delivery.
	DeliveryID string
	Attempt    int
}

// Start makes a bot's code with env.
func Start(b bot.Bot, env bot.Env) (*Bot, error) {
	h, err := b.New(env)
	return &Bot{Handler: h}, err
}

// Call makes any call. body is sent as JSON, unless it is a json.RawMessage.
func (b *Bot) Call(ctx context.Context, operation, typ string, body any) (*wire.Response, error) {
	req := wire.Request{Operation: operation, Type: typ, BotID: BotID, DeliveryID: b.DeliveryID, Attempt: b.Attempt}
	var err error
	if req.Body, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("write the body of %s: %w", operation, err)
	}
	if b.Configuration != nil {
		if req.Configuration, err = json.Marshal(b.Configuration); err != nil {
			return nil, fmt.Errorf("write the configuration: %w", err)
		}
	}
	resp, err := b.Handler.Handle(ctx, &req)
	if err != nil {
		return nil, err
	}
	return resp, integrationtest.Refusal(resp)
}

// Register calls register.
func (b *Bot) Register(ctx context.Context) error {
	_, err := b.Call(ctx, wire.OpRegister, wire.OpRegister, struct{}{})
	return err
}

// Message tells of a message of the user in the conversation.
func (b *Bot) Message(ctx context.Context, p message.Payload) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return b.Event(ctx, platform.EventMessageCreated, platform.MessagePayload{
		Message:      platform.Message{ID: "msg_1", Type: p.Type(), Payload: raw, ConversationID: ConversationID, UserID: UserID},
		User:         platform.User{ID: UserID},
		Conversation: platform.Conversation{ID: ConversationID},
	})
}

// StateExpired tells that a state of the user is gone, and what it held.
func (b *Bot) StateExpired(ctx context.Context, name string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Event(ctx, platform.EventStateExpired, platform.StatePayload{
		State: platform.State{ID: "state_1", BotID: BotID, Type: platform.StateUser, UserID: UserID, Name: name, Payload: raw},
	})
}

// Event tells of an event: "alias:event" of an integration or "event" of the
// bot's own.
func (b *Bot) Event(ctx context.Context, typ string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	_, err = b.Call(ctx, wire.OpEventReceived, typ, platform.EventBody{Event: platform.Event{
		ID: "evt_1", Type: typ, Payload: raw, Status: platform.EventPending, BotID: BotID,
	}})
	return err
}

// Action calls an action of the bot and returns its output.
func (b *Bot) Action(ctx context.Context, name string, input any) (json.RawMessage, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	resp, err := b.Call(ctx, wire.OpActionTriggered, name, platform.ActionBody{Type: name, Input: raw})
	if err != nil {
		return nil, err
	}
	var answer platform.ActionAnswer
	err = json.Unmarshal(resp.Body, &answer)
	return answer.Output, err
}
