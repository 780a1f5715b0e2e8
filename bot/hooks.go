package bot

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/platform"
)

// ErrStop, returned by a hook of an incoming message or event, ends the call
// without error: nothing more runs for it.
var ErrStop = errors.New("a hook stopped the call")

type hook[T any] func(context.Context, *Call, *T) error

// ActionOutput is the output of an action of the bot, as hooks see it.
type ActionOutput struct {
	Type   string
	Answer *platform.ActionAnswer
}

// hooks are the registered hooks, each for one type or Any.
type hooks struct {
	beforeIncomingEvent      on[hook[platform.Event]]
	afterIncomingEvent       on[hook[platform.Event]]
	beforeIncomingMessage    on[hook[platform.Message]]
	afterIncomingMessage     on[hook[platform.Message]]
	beforeStateExpired       on[hook[platform.State]]
	afterStateExpired        on[hook[platform.State]]
	beforeIncomingCallAction on[hook[platform.ActionBody]]
	afterIncomingCallAction  on[hook[ActionOutput]]
	beforeOutgoingMessage    on[hook[platform.CreateMessageInput]]
	afterOutgoingMessage     on[hook[platform.Message]]
	beforeOutgoingCallAction on[hook[platform.CallActionInput]]
	afterOutgoingCallAction  on[hook[platform.CallActionOutput]]
}

func (h *hooks) clone() hooks {
	return hooks{
		slices.Clone(h.beforeIncomingEvent), slices.Clone(h.afterIncomingEvent),
		slices.Clone(h.beforeIncomingMessage), slices.Clone(h.afterIncomingMessage),
		slices.Clone(h.beforeStateExpired), slices.Clone(h.afterStateExpired),
		slices.Clone(h.beforeIncomingCallAction), slices.Clone(h.afterIncomingCallAction),
		slices.Clone(h.beforeOutgoingMessage), slices.Clone(h.afterOutgoingMessage),
		slices.Clone(h.beforeOutgoingCallAction), slices.Clone(h.afterOutgoingCallAction),
	}
}

func (h *hooks) outgoing() bool {
	return len(h.beforeOutgoingMessage)+len(h.afterOutgoingMessage)+
		len(h.beforeOutgoingCallAction)+len(h.afterOutgoingCallAction) > 0
}

// match notes hooks of what only the bot itself could define and does not: they
// would never run. What integrations define is not known here.
func (h *hooks) match(w *platform.BotDefinition, f *define.Faults) {
	matchHooks(f, "beforeIncomingEvent", h.beforeIncomingEvent, w.Events)
	matchHooks(f, "afterIncomingEvent", h.afterIncomingEvent, w.Events)
	matchHooks(f, "beforeStateExpired", h.beforeStateExpired, w.States)
	matchHooks(f, "afterStateExpired", h.afterStateExpired, w.States)
	matchHooks(f, "beforeIncomingCallAction", h.beforeIncomingCallAction, w.Actions)
	matchHooks(f, "afterIncomingCallAction", h.afterIncomingCallAction, w.Actions)
}

func matchHooks[T, D any](f *define.Faults, path string, list on[hook[T]], defined map[string]D) {
	for _, e := range list {
		if _, ok := defined[e.name]; !ok && e.name != Any && !foreign(e.name) {
			f.Undefined("hooks."+path+"."+e.name, slices.Sorted(maps.Keys(defined)))
		}
	}
}

func addHook[T any](m *Mux, path string, list *on[hook[T]], name string, fn func(context.Context, *Call, *T) error) {
	m.faults.Once("hooks."+path+"."+name, false, fn == nil)
	*list = append(*list, entry[hook[T]]{name, fn})
}

func runHooks[T any](ctx context.Context, call *Call, list on[hook[T]], name string, v *T) error {
	for fn := range list.of(name) {
		if err := fn(ctx, call, v); err != nil {
			return err
		}
	}
	return nil
}

// BeforeIncomingEvent runs before the handlers of an event of the type, or
// Any; it may change the event, and end the call with ErrStop. Messages and
// expired states have hooks of their own.
func (m *Mux) BeforeIncomingEvent(typ string, fn func(context.Context, *Call, *platform.Event) error) {
	addHook(m, "beforeIncomingEvent", &m.hooks.beforeIncomingEvent, typ, fn)
}

// AfterIncomingEvent runs after the handlers of an event, when none failed.
func (m *Mux) AfterIncomingEvent(typ string, fn func(context.Context, *Call, *platform.Event) error) {
	addHook(m, "afterIncomingEvent", &m.hooks.afterIncomingEvent, typ, fn)
}

// BeforeIncomingMessage runs before the handlers of a message of the type, or
// Any; it may change the message, and end the call with ErrStop.
func (m *Mux) BeforeIncomingMessage(typ string, fn func(context.Context, *Call, *platform.Message) error) {
	addHook(m, "beforeIncomingMessage", &m.hooks.beforeIncomingMessage, typ, fn)
}

// AfterIncomingMessage runs after the handlers of a message, when none failed.
func (m *Mux) AfterIncomingMessage(typ string, fn func(context.Context, *Call, *platform.Message) error) {
	addHook(m, "afterIncomingMessage", &m.hooks.afterIncomingMessage, typ, fn)
}

// BeforeStateExpired runs before the handlers of an expired state with the
// name, or Any; it may end the call with ErrStop.
func (m *Mux) BeforeStateExpired(name string, fn func(context.Context, *Call, *platform.State) error) {
	addHook(m, "beforeStateExpired", &m.hooks.beforeStateExpired, name, fn)
}

// AfterStateExpired runs after the handlers of an expired state, when none
// failed.
func (m *Mux) AfterStateExpired(name string, fn func(context.Context, *Call, *platform.State) error) {
	addHook(m, "afterStateExpired", &m.hooks.afterStateExpired, name, fn)
}

// BeforeIncomingCallAction runs before an action of the bot, or Any; it may
// change the input. Its error refuses the action.
func (m *Mux) BeforeIncomingCallAction(name string, fn func(context.Context, *Call, *platform.ActionBody) error) {
	addHook(m, "beforeIncomingCallAction", &m.hooks.beforeIncomingCallAction, name, fn)
}

// AfterIncomingCallAction runs after an action of the bot and before its output
// is checked; it may change the output.
func (m *Mux) AfterIncomingCallAction(name string, fn func(context.Context, *Call, *ActionOutput) error) {
	addHook(m, "afterIncomingCallAction", &m.hooks.afterIncomingCallAction, name, fn)
}

// BeforeOutgoingMessage runs before the bot's client creates a message of the
// type, or Any; it may change the message. Its error is the client's answer and
// nothing is sent. It runs before a get-or-create too, whatever that finds: a
// message that is there takes the tags and the payload that it is called with.
func (m *Mux) BeforeOutgoingMessage(typ string, fn func(context.Context, *Call, *platform.CreateMessageInput) error) {
	addHook(m, "beforeOutgoingMessage", &m.hooks.beforeOutgoingMessage, typ, fn)
}

// AfterOutgoingMessage runs after the bot's client created a message, not after
// a get-or-create that found one. Its error
// is the client's answer although the message was sent.
func (m *Mux) AfterOutgoingMessage(typ string, fn func(context.Context, *Call, *platform.Message) error) {
	addHook(m, "afterOutgoingMessage", &m.hooks.afterOutgoingMessage, typ, fn)
}

// BeforeOutgoingCallAction runs before the bot's client calls an action such as
// "alias:action", or Any; it may change the input. Its error is the client's
// answer and nothing is called.
func (m *Mux) BeforeOutgoingCallAction(name string, fn func(context.Context, *Call, *platform.CallActionInput) error) {
	addHook(m, "beforeOutgoingCallAction", &m.hooks.beforeOutgoingCallAction, name, fn)
}

// AfterOutgoingCallAction runs after the bot's client called an action; it may
// change the output.
func (m *Mux) AfterOutgoingCallAction(name string, fn func(context.Context, *Call, *platform.CallActionOutput) error) {
	addHook(m, "afterOutgoingCallAction", &m.hooks.afterOutgoingCallAction, name, fn)
}

// hooked runs the outgoing hooks around a transport. Hooks get a call whose
// client is not hooked, so that they cannot call themselves.
type hooked struct {
	next  platform.Transport
	hooks *hooks
	call  *Call
}

var _ platform.Transport = (*hooked)(nil)

// Do runs the hooks of createMessage, getOrCreateMessage and callAction; other
// calls pass.
func (h *hooked) Do(ctx context.Context, c *platform.Call) error {
	switch in := c.In.(type) {
	case *platform.CreateMessageInput:
		return h.message(ctx, c, *in)
	case *platform.GetOrCreateMessageInput:
		return h.obtained(ctx, c, *in)
	case *platform.CallActionInput:
		return h.action(ctx, c, *in)
	}
	return h.next.Do(ctx, c)
}

func (h *hooked) message(ctx context.Context, c *platform.Call, in platform.CreateMessageInput) error {
	if err := runHooks(ctx, h.call, h.hooks.beforeOutgoingMessage, in.Type, &in); err != nil {
		return err
	}
	changed := *c
	changed.In = &in
	if err := h.next.Do(ctx, &changed); err != nil {
		return err
	}
	if out, ok := c.Out.(*platform.CreateMessageOutput); ok {
		return runHooks(ctx, h.call, h.hooks.afterOutgoingMessage, out.Message.Type, &out.Message)
	}
	return nil
}

// obtained runs the hooks of a message that is made unless it is there.
func (h *hooked) obtained(ctx context.Context, c *platform.Call, in platform.GetOrCreateMessageInput) error {
	made := platform.CreateMessageInput{
		ConversationID: in.ConversationID, UserID: in.UserID, Type: in.Type, Payload: in.Payload, Tags: in.Tags,
		Schedule: in.Schedule, Origin: in.Origin,
	}
	if err := runHooks(ctx, h.call, h.hooks.beforeOutgoingMessage, made.Type, &made); err != nil {
		return err
	}
	changed := *c
	changed.In = &platform.GetOrCreateMessageInput{
		ConversationID: made.ConversationID, UserID: made.UserID, Type: made.Type, Payload: made.Payload, Tags: made.Tags,
		Schedule: made.Schedule, Origin: made.Origin, DiscriminateByTags: in.DiscriminateByTags,
	}
	if err := h.next.Do(ctx, &changed); err != nil {
		return err
	}
	if out, ok := c.Out.(*platform.GetOrCreateMessageOutput); ok && out.Meta.Created {
		return runHooks(ctx, h.call, h.hooks.afterOutgoingMessage, out.Message.Type, &out.Message)
	}
	return nil
}

func (h *hooked) action(ctx context.Context, c *platform.Call, in platform.CallActionInput) error {
	if err := runHooks(ctx, h.call, h.hooks.beforeOutgoingCallAction, in.Type, &in); err != nil {
		return err
	}
	changed := *c
	changed.In = &in
	if err := h.next.Do(ctx, &changed); err != nil {
		return err
	}
	if out, ok := c.Out.(*platform.CallActionOutput); ok {
		return runHooks(ctx, h.call, h.hooks.afterOutgoingCallAction, in.Type, out)
	}
	return nil
}
