package integrationtest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// The ids that an Installation has.
const (
	BotID         = "bot_01JG0000000000000000000001"
	IntegrationID = "intver_01JG0000000000000000000002"
	WebhookURL    = "https://bellhop.example/webhooks/11111111-2222-3333-4444-555555555555"
)

// Installation is an integration that is installed on a bot: its methods call
// the code as the platform does, and return its refusals as *platform.Error.
type Installation struct {
	Handler           wire.Handler
	ConfigurationType string // of an alternative configuration
	Configuration     any    // is sent as JSON; nil is an empty object
}

// Install makes an integration's code with env and returns an installation of
// it. It does not call register.
func Install(i integration.Integration, env integration.Env) (*Installation, error) {
	h, err := i.New(env)
	return &Installation{Handler: h}, err
}

// Call makes any call. body is sent as JSON, unless it is a json.RawMessage.
func (in *Installation) Call(ctx context.Context, operation, typ string, body any) (*wire.Response, error) {
	req := wire.Request{
		Operation: operation, Type: typ, BotID: BotID, BotUserID: BotID, IntegrationID: IntegrationID, IntegrationAlias: "test",
		WebhookID: WebhookURL[len(WebhookURL)-36:], WebhookURL: WebhookURL, ConfigurationType: in.ConfigurationType,
	}
	var err error
	if req.Body, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("write the body of %s: %w", operation, err)
	}
	if in.Configuration != nil {
		if req.Configuration, err = json.Marshal(in.Configuration); err != nil {
			return nil, fmt.Errorf("write the configuration: %w", err)
		}
	}
	return in.Handler.Handle(ctx, &req)
}

// Refusal returns what an answer refuses as a *platform.Error; nil when it does
// not refuse.
func Refusal(resp *wire.Response) error {
	if resp.OK() {
		return nil
	}
	e := &platform.Error{}
	if err := json.Unmarshal(resp.Body, e); err != nil || e.Message == "" {
		return fmt.Errorf("status %d: %s", resp.Status, resp.Body)
	}
	return e
}

// do makes a call and reads its answer into out, which may be nil.
func (in *Installation) do(ctx context.Context, operation, typ string, body, out any) error {
	resp, err := in.Call(ctx, operation, typ, body)
	if err != nil {
		return err
	}
	if err := Refusal(resp); err != nil || out == nil {
		return err
	}
	return json.Unmarshal(resp.Body, out)
}

// Register calls register.
func (in *Installation) Register(ctx context.Context) error {
	return in.do(ctx, wire.OpRegister, wire.OpRegister, platform.RegisterBody{WebhookURL: WebhookURL}, nil)
}

// Unregister calls unregister.
func (in *Installation) Unregister(ctx context.Context) error {
	return in.do(ctx, wire.OpUnregister, wire.OpUnregister, platform.RegisterBody{WebhookURL: WebhookURL}, nil)
}

// Webhook passes a request of the external system and returns the answer to
// it. An answer of any status is no error; Refusal tells a handler's.
func (in *Installation) Webhook(ctx context.Context, req platform.WebhookRequest) (*wire.Response, error) {
	return in.Call(ctx, wire.OpWebhookReceived, wire.OpWebhookReceived, platform.WebhookBody{Req: req})
}

// Message tells of a bot's message in a conversation, whose channel must be
// set.
func (in *Installation) Message(ctx context.Context, c platform.Conversation, p message.Payload) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	m := platform.Message{ID: "msg_1", Type: p.Type(), Payload: raw, ConversationID: c.ID, UserID: BotID}
	return in.do(ctx, wire.OpMessageCreated, p.Type(), platform.MessageCreatedBody{
		Type: p.Type(), Payload: raw, Conversation: c, User: platform.User{ID: BotID}, Message: m,
	}, nil)
}

// Action calls an action and returns its output.
func (in *Installation) Action(ctx context.Context, name string, input any) (json.RawMessage, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	var answer platform.ActionAnswer
	err = in.do(ctx, wire.OpActionTriggered, name, platform.ActionBody{Type: name, Input: raw}, &answer)
	return answer.Output, err
}
