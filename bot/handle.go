package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

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
	var err error
	switch req.Operation {
	case wire.OpPing:
		return answer.OK(), nil
	case wire.OpRegister:
		err = b.register(ctx, call)
	case wire.OpUnregister:
		if b.handlers.unregister != nil {
			err = b.handlers.unregister(ctx, call)
		}
	case wire.OpEventReceived:
		err = b.event(ctx, call, req)
	case wire.OpActionTriggered:
		return b.action(ctx, call, req)
	default:
		err = platform.Errorf(platform.TypeInvalidPayload, "Unknown operation %s", req.Operation)
	}
	if err != nil && !errors.Is(err, ErrStop) {
		return nil, err
	}
	return answer.OK(), nil
}

func (b *built) register(ctx context.Context, call *Call) error {
	config, err := Config[json.RawMessage](call)
	if err != nil {
		return err
	}
	if len(*config) == 0 {
		*config = json.RawMessage("{}")
	}
	if err := b.configuration.Validate(*config); err != nil {
		return RuntimeError("the configuration does not fit: " + err.Error())
	}
	if b.handlers.register == nil {
		return nil
	}
	return b.handlers.register(ctx, call)
}

func (b *built) event(ctx context.Context, call *Call, req *wire.Request) error {
	body, err := sdk.Read[platform.EventBody](req)
	if err != nil {
		return err
	}
	e := &body.Event
	typ := req.Type
	if typ == "" || typ == req.Operation {
		typ = e.Type
	}
	call.Logger = call.Logger.With(slog.String("event_id", e.ID), slog.String("conversation_id", e.ConversationID))
	switch typ {
	case platform.EventMessageCreated:
		return b.message(ctx, call, e, body.Skipped)
	case platform.EventStateExpired:
		return b.stateExpired(ctx, call, e)
	}
	if err := runHooks(ctx, call, b.hooks.beforeIncomingEvent, e.Type, e); err != nil {
		return err
	}
	if check := b.events[e.Type]; check != nil {
		if err := check.ValidateContext(ctx, e.Payload); err != nil {
			return platform.Errorf(platform.TypeInvalidPayload, "the payload of the event %q does not fit: %w", e.Type, err)
		}
	}
	for fn := range b.handlers.events.of(e.Type) {
		if err := fn(ctx, call, e); err != nil {
			return err
		}
	}
	return runHooks(ctx, call, b.hooks.afterIncomingEvent, e.Type, e)
}

func (b *built) message(ctx context.Context, call *Call, e *platform.Event, skipped []platform.Event) error {
	p, err := sdk.Payload[platform.MessagePayload](e)
	if err != nil {
		return err
	}
	typ := p.Message.Type
	if err := runHooks(ctx, call, b.hooks.beforeIncomingMessage, typ, &p.Message); err != nil {
		return err
	}
	mc := &MessageCall{Call: call, Message: p.Message, User: p.User, Conversation: p.Conversation, Event: *e}
	for i := range skipped {
		earlier, err := sdk.Payload[platform.MessagePayload](&skipped[i])
		if err != nil {
			return err
		}
		mc.Skipped = append(mc.Skipped, earlier.Message)
	}
	for fn := range b.handlers.messages.of(p.Message.Type) {
		if err := fn(ctx, mc); err != nil {
			return err
		}
	}
	return runHooks(ctx, call, b.hooks.afterIncomingMessage, p.Message.Type, &mc.Message)
}

func (b *built) stateExpired(ctx context.Context, call *Call, e *platform.Event) error {
	p, err := sdk.Payload[platform.StatePayload](e)
	if err != nil {
		return err
	}
	if err := runHooks(ctx, call, b.hooks.beforeStateExpired, p.State.Name, &p.State); err != nil {
		return err
	}
	sc := &StateCall{Call: call, State: p.State, Event: *e}
	for fn := range b.handlers.states.of(p.State.Name) {
		if err := fn(ctx, sc); err != nil {
			return err
		}
	}
	return runHooks(ctx, call, b.hooks.afterStateExpired, p.State.Name, &sc.State)
}

func (b *built) action(ctx context.Context, call *Call, req *wire.Request) (*wire.Response, error) {
	body, err := sdk.Read[platform.ActionBody](req)
	if err != nil {
		return nil, err
	}
	if len(body.Input) == 0 {
		body.Input = json.RawMessage("{}")
	}
	if err := runHooks(ctx, call, b.hooks.beforeIncomingCallAction, body.Type, body); err != nil {
		return nil, err
	}
	fn := b.handlers.actions[body.Type]
	if fn == nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "Action %s not found", body.Type)
	}
	if err := b.inputs[body.Type].ValidateContext(ctx, body.Input); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the input of the action %q does not fit: %w", body.Type, err)
	}
	output, err := fn(ctx, call, body.Input)
	if err != nil {
		return nil, err
	}
	out := &ActionOutput{Type: body.Type, Answer: &platform.ActionAnswer{Output: output}}
	if err := runHooks(ctx, call, b.hooks.afterIncomingCallAction, body.Type, out); err != nil {
		return nil, err
	}
	if err := b.outputs[body.Type].ValidateContext(ctx, out.Answer.Output); err != nil {
		return nil, fmt.Errorf("the output of the action %q does not fit its schema: %w", body.Type, err)
	}
	return answer.JSON(out.Answer)
}
