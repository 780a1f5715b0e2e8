package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/internal/serve"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

type (
	lifeFunc                func(context.Context, *Call) error
	webhookFunc             func(context.Context, *Call, *platform.WebhookRequest) (*WebhookResponse, error)
	createUserFunc          func(context.Context, *Call, *platform.CreateUserBody) (*platform.User, error)
	createConversationFunc  func(context.Context, *Call, *platform.CreateConversationBody) (*platform.Conversation, error)
	messageUpdatedFunc      func(context.Context, *Call, *platform.MessageUpdatedBody) error
	conversationUpdatedFunc func(context.Context, *Call, *platform.ConversationUpdatedBody) error
	deliveryFailedFunc      func(context.Context, *Call, *platform.DeliveryFailedBody) error
	messageFunc             func(context.Context, *Call, *platform.MessageCreatedBody) error
	actionFunc              = sdk.ActionFunc[Call]
)

// Mux collects an integration's handlers and makes a wire.Handler of them. It
// is not safe for concurrent use; the handler that it makes is.
type Mux struct {
	definition Definition
	env        Env
	faults     define.Faults

	handlers handlers
}

// handlers are the registered functions; nil means none.
type handlers struct {
	register, unregister lifeFunc
	listen               lifeFunc
	webhook              webhookFunc
	createUser           createUserFunc
	createConversation   createConversationFunc
	messageUpdated       messageUpdatedFunc
	conversationUpdated  conversationUpdatedFunc
	deliveryFailed       deliveryFailedFunc
	messages             map[messageKey]messageFunc
	channels             map[string]messageFunc // of standard messages without one of their own
	actions              map[string]actionFunc
}

type messageKey struct{ channel, typ string }

func (k messageKey) path() string { return "channels." + k.channel + ".messages." + k.typ }

// NewMux returns a Mux for what the definition declares.
func NewMux(d Definition, env Env) *Mux {
	return &Mux{definition: d, env: Env(serve.Env(env).WithDefaults()), handlers: handlers{
		messages: map[messageKey]messageFunc{}, channels: map[string]messageFunc{}, actions: map[string]actionFunc{},
	}}
}

// Env returns what the code got from the place where it runs, with the defaults
// of nil fields.
func (m *Mux) Env() Env { return m.env }

// OnRegister is called when the integration is installed or its configuration
// changes; Call.WebhookURL is set. An error keeps the installation from use.
func (m *Mux) OnRegister(fn func(context.Context, *Call) error) {
	m.faults.Once(wire.OpRegister, m.handlers.register != nil, fn == nil)
	m.handlers.register = fn
}

// OnUnregister is called before the integration is removed from the bot. An
// error keeps the installation, unless its removal is forced.
func (m *Mux) OnUnregister(fn func(context.Context, *Call) error) {
	m.faults.Once(wire.OpUnregister, m.handlers.unregister != nil, fn == nil)
	m.handlers.unregister = fn
}

// OnListen is for external systems that are listened to rather than called: a
// socket, long polling. Linked into the server, fn runs for each installation
// that is registered and enabled, until ctx ends because that changes or the
// server stops. When it returns before that it is called again, later and
// later as long as it keeps failing; ErrNothingToListen says not to. Served
// remotely, an integration is not asked to listen.
func (m *Mux) OnListen(fn func(context.Context, *Call) error) {
	m.faults.Once(wire.OpListen, m.handlers.listen != nil, fn == nil)
	m.handlers.listen = fn
}

// OnWebhook is called for each request to the installation's webhook. What it
// returns is the answer to the outside caller; nil is 200 with an empty object.
func (m *Mux) OnWebhook(fn func(context.Context, *Call, *platform.WebhookRequest) (*WebhookResponse, error)) {
	m.faults.Once(wire.OpWebhookReceived, m.handlers.webhook != nil, fn == nil)
	m.handlers.webhook = fn
}

// OnMessages is called for the messages of a channel whose types are standard
// and have no handler of their own (see Message). A switch on the type of
// Payload tells them apart: a message.Text, a message.Image and so on.
func (m *Mux) OnMessages(channel string, fn func(context.Context, *Call, *Outgoing[message.Payload]) error) {
	m.faults.Once("channels."+channel, m.handlers.channels[channel] != nil, fn == nil)
	m.handlers.channels[channel] = func(ctx context.Context, call *Call, body *platform.MessageCreatedBody) error {
		payload, err := message.Decode(body.Type, body.Payload)
		if err != nil {
			return misfit(body.Type, err)
		}
		out := outgoing[message.Payload](call, body)
		out.Payload = payload
		return fn(ctx, call, out)
	}
}

// OnCreateUser is called when a bot creates a user, which the definition must
// let it. A nil user says that nothing was created.
func (m *Mux) OnCreateUser(fn func(context.Context, *Call, *platform.CreateUserBody) (*platform.User, error)) {
	m.faults.Once(wire.OpCreateUser, m.handlers.createUser != nil, fn == nil)
	m.handlers.createUser = fn
}

// OnCreateConversation is called when a bot creates a conversation, which a
// channel's definition must let it. A nil conversation says that nothing was
// created.
func (m *Mux) OnCreateConversation(fn func(context.Context, *Call, *platform.CreateConversationBody) (*platform.Conversation, error)) {
	m.faults.Once(wire.OpCreateConversation, m.handlers.createConversation != nil, fn == nil)
	m.handlers.createConversation = fn
}

// OnMessageUpdated is called when a bot changed a message; the definition's
// ExtraOperations must ask for it.
func (m *Mux) OnMessageUpdated(fn func(context.Context, *Call, *platform.MessageUpdatedBody) error) {
	m.faults.Once(wire.OpMessageUpdated, m.handlers.messageUpdated != nil, fn == nil)
	m.handlers.messageUpdated = fn
}

// OnDeliveryFailed is called when a message that the integration created is a
// dead letter, or waits because the bot is down; the definition's
// ExtraOperations must ask for it. It comes in the order of the messages to the
// conversation.
func (m *Mux) OnDeliveryFailed(fn func(context.Context, *Call, *platform.DeliveryFailedBody) error) {
	m.faults.Once(wire.OpDeliveryFailed, m.handlers.deliveryFailed != nil, fn == nil)
	m.handlers.deliveryFailed = fn
}

// OnConversationUpdated is called when a bot changed a conversation; the
// definition's ExtraOperations must ask for it.
func (m *Mux) OnConversationUpdated(fn func(context.Context, *Call, *platform.ConversationUpdatedBody) error) {
	m.faults.Once(wire.OpConversationUpdated, m.handlers.conversationUpdated != nil, fn == nil)
	m.handlers.conversationUpdated = fn
}

// Handler checks the definition and the handlers and returns the integration's
// code. The error is a *DefinitionError with every fault. Later registrations
// do not change a handler that was made.
func (m *Mux) Handler() (wire.Handler, error) {
	faults := m.faults.Clone()
	w := m.definition.convert(&faults)
	b := &built{env: m.env, wire: w, handlers: m.handlers.resolve(&w)}
	b.handlers.match(&w, &faults)
	if err := faults.Err(m.definition.Name); err != nil {
		return nil, err
	}
	if err := b.compile(); err != nil {
		return nil, err
	}
	return answer.Recover(m.env.Logger, "integration", b), nil
}

// match notes what is handled but not defined and what is defined but not
// handled.
func (h *handlers) match(w *platform.IntegrationDefinition, f *define.Faults) {
	for key := range h.messages {
		if c, ok := w.Channels[key.channel]; !ok {
			f.Undefined("channels."+key.channel, slices.Sorted(maps.Keys(w.Channels)))
		} else if _, ok := c.Messages[key.typ]; !ok {
			f.Undefined(key.path(), slices.Sorted(maps.Keys(c.Messages)))
		}
	}
	for channel := range h.channels {
		if _, ok := w.Channels[channel]; !ok {
			f.Undefined("channels."+channel, slices.Sorted(maps.Keys(w.Channels)))
		}
	}
	for channel, c := range w.Channels {
		for typ := range c.Messages {
			if key := (messageKey{channel, typ}); h.messages[key] == nil {
				f.Add(key.path(), "it is defined but has no handler")
			}
		}
	}
	define.Handlers(f, "actions", w.Actions, h.actions)
	if h.createUser != nil && (w.User.Creation == nil || !w.User.Creation.Enabled) {
		f.Add(wire.OpCreateUser, "it has a handler but user.creation is not enabled")
	}
	if h.createConversation != nil && !creatable(w.Channels) {
		f.Add(wire.OpCreateConversation, "it has a handler but no channel's creation is enabled")
	}
	h.matchExtra(w, f)
}

func (h *handlers) matchExtra(w *platform.IntegrationDefinition, f *define.Faults) {
	for op, handled := range map[string]bool{
		wire.OpMessageUpdated: h.messageUpdated != nil, wire.OpConversationUpdated: h.conversationUpdated != nil,
		wire.OpDeliveryFailed: h.deliveryFailed != nil,
	} {
		listed := slices.Contains(w.ExtraOperations, op)
		if handled && !listed {
			f.Add(op, "it has a handler but extraOperations does not list it")
		}
		if listed && !handled {
			f.Add(op, "extraOperations lists it but it has no handler")
		}
	}
}

func creatable(channels map[string]platform.ChannelDefinition) bool {
	for _, c := range channels {
		if c.Conversation.Creation != nil && c.Conversation.Creation.Enabled {
			return true
		}
	}
	return false
}

// WebhookResponse answers an outside caller. The zero value is 200 with an
// empty body and no content type.
type WebhookResponse struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON returns a webhook answer with v as JSON.
func JSON(status int, v any) (*WebhookResponse, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write the webhook's answer: %w", err)
	}
	return &WebhookResponse{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}, nil
}

// Text returns a webhook answer of plain text.
func Text(status int, text string) *WebhookResponse {
	return &WebhookResponse{Status: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: []byte(text)}
}

// built is the compiled, frozen form of a Mux.
type built struct {
	env      Env
	wire     platform.IntegrationDefinition
	handlers handlers

	configurations map[string]*schema.Validator // "" is the default one
	messages       map[messageKey]*schema.Validator
	inputs         map[string]*schema.Validator
	outputs        map[string]*schema.Validator
	events         map[string]*schema.Validator
}
