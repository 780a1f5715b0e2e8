package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

var _ wire.Handler = (*built)(nil)

// Handle dispatches by operation. Errors are turned into answers by package
// answer.
func (b *built) Handle(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	call := b.call(req)
	switch req.Operation {
	case wire.OpPing:
		return answer.OK(), nil
	case wire.OpRegister:
		return b.life(ctx, call, req, b.handlers.register)
	case wire.OpUnregister:
		return b.life(ctx, call, req, b.handlers.unregister)
	case wire.OpWebhookReceived:
		return b.webhook(ctx, call, req)
	case wire.OpListen:
		return b.listen(ctx, call)
	case wire.OpMessageCreated:
		return b.message(ctx, call, req)
	case wire.OpActionTriggered:
		return b.action(ctx, call, req)
	case wire.OpMessageUpdated:
		return tell(ctx, call, req, b.handlers.messageUpdated)
	case wire.OpConversationUpdated:
		return tell(ctx, call, req, b.handlers.conversationUpdated)
	case wire.OpDeliveryFailed:
		return tell(ctx, call, req, b.handlers.deliveryFailed)
	case wire.OpCreateUser:
		return create(ctx, call, req, "user", b.handlers.createUser)
	case wire.OpCreateConversation:
		return create(ctx, call, req, "conversation", b.handlers.createConversation)
	}
	return nil, platform.Errorf(platform.TypeInvalidPayload, "Unknown operation %s", req.Operation)
}

func (b *built) life(ctx context.Context, call *Call, req *wire.Request, fn lifeFunc) (*wire.Response, error) {
	var body platform.RegisterBody
	if len(req.Body) > 0 {
		read, err := sdk.Read[platform.RegisterBody](req)
		if err != nil {
			return nil, err
		}
		body = *read
	}
	if body.WebhookURL != "" {
		call.WebhookURL = body.WebhookURL
	}
	if req.Operation == wire.OpRegister {
		if err := b.checkConfiguration(call); err != nil {
			return nil, err
		}
	}
	if fn != nil {
		if err := fn(ctx, call); err != nil {
			return nil, err
		}
	}
	return answer.OK(), nil
}

func (b *built) checkConfiguration(call *Call) error {
	check, ok := b.configurations[call.ConfigurationType]
	if !ok {
		return RuntimeError(fmt.Sprintf("the configuration %q is not defined", call.ConfigurationType))
	}
	config := call.Configuration
	if len(config) == 0 {
		config = []byte("{}")
	}
	if err := check.Validate(config); err != nil {
		return RuntimeError("the configuration does not fit: " + err.Error())
	}
	return nil
}

func (b *built) webhook(ctx context.Context, call *Call, req *wire.Request) (*wire.Response, error) {
	body, err := sdk.Read[platform.WebhookBody](req)
	if err != nil {
		return nil, err
	}
	if b.handlers.webhook == nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "this integration takes no webhooks")
	}
	resp, err := b.handlers.webhook(ctx, call, &body.Req)
	if err != nil {
		return nil, err
	}
	if resp == nil {
		return &wire.Response{Status: http.StatusOK, Body: []byte("{}")}, nil
	}
	if resp.Status != 0 && (resp.Status < 200 || resp.Status > 599) {
		return nil, fmt.Errorf("the webhook's answer has the status %d, which is none", resp.Status)
	}
	return &wire.Response{Status: resp.Status, Header: resp.Header, Body: resp.Body}, nil
}

func (b *built) message(ctx context.Context, call *Call, req *wire.Request) (*wire.Response, error) {
	body, err := sdk.Read[platform.MessageCreatedBody](req)
	if err != nil {
		return nil, err
	}
	channel, ok := b.wire.Channels[body.Conversation.Channel]
	if !ok {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "Channel %s not found", body.Conversation.Channel)
	}
	if _, ok := channel.Messages[body.Type]; !ok {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "Message of type %s not found in channel %s", body.Type, body.Conversation.Channel)
	}
	key := messageKey{body.Conversation.Channel, body.Type}
	if err := b.messages[key].ValidateContext(ctx, body.Payload); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the payload of the %s message does not fit: %w", body.Type, err)
	}
	if err := b.handlers.messages[key](ctx, call, body); err != nil {
		return nil, err
	}
	return answer.OK(), nil
}

func (b *built) action(ctx context.Context, call *Call, req *wire.Request) (*wire.Response, error) {
	body, err := sdk.Read[platform.ActionBody](req)
	if err != nil {
		return nil, err
	}
	fn := b.handlers.actions[body.Type]
	if fn == nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "Action %s not found", body.Type)
	}
	if len(body.Input) == 0 {
		body.Input = json.RawMessage("{}")
	}
	if err := b.inputs[body.Type].ValidateContext(ctx, body.Input); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the input of the action %q does not fit: %w", body.Type, err)
	}
	output, err := fn(ctx, call, body.Input)
	if err != nil {
		return nil, err
	}
	if err := b.outputs[body.Type].ValidateContext(ctx, output); err != nil {
		return nil, fmt.Errorf("the output of the action %q does not fit its schema: %w", body.Type, err)
	}
	return answer.JSON(platform.ActionAnswer{Output: output, Meta: &platform.ActionMeta{}})
}

func tell[B any, F ~func(context.Context, *Call, *B) error](ctx context.Context, call *Call, req *wire.Request, fn F) (*wire.Response, error) {
	if fn == nil {
		return answer.OK(), nil
	}
	body, err := sdk.Read[B](req)
	if err != nil {
		return nil, err
	}
	if err := fn(ctx, call, body); err != nil {
		return nil, err
	}
	return answer.OK(), nil
}

func create[B, N any, F ~func(context.Context, *Call, *B) (*N, error)](ctx context.Context, call *Call, req *wire.Request, name string, fn F) (*wire.Response, error) {
	if fn == nil {
		return answer.OK(), nil
	}
	body, err := sdk.Read[B](req)
	if err != nil {
		return nil, err
	}
	made, err := fn(ctx, call, body)
	if err != nil {
		return nil, err
	}
	if made == nil {
		return answer.OK(), nil
	}
	return answer.JSON(map[string]*N{name: made})
}
