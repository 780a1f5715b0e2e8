package bot

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/internal/serve"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// Any stands for every message type, event type, state name or action.
const Any = "*"

type (
	lifeFunc    func(context.Context, *Call) error
	messageFunc func(context.Context, *MessageCall) error
	eventFunc   func(context.Context, *Call, *platform.Event) error
	stateFunc   func(context.Context, *StateCall) error
	actionFunc  = sdk.ActionFunc[Call]
)

// on is a list of functions, each for one name or Any, run in the order in
// which they were registered.
type on[F any] []entry[F]

type entry[F any] struct {
	name string
	fn   F
}

// of yields the functions for a name.
func (l on[F]) of(name string) func(func(F) bool) {
	return func(yield func(F) bool) {
		for _, e := range l {
			if (e.name == name || e.name == Any) && !yield(e.fn) {
				return
			}
		}
	}
}

// handlers are the registered functions; nil means none.
type handlers struct {
	register, unregister lifeFunc
	messages             on[messageFunc]
	events               on[eventFunc]
	states               on[stateFunc]
	actions              map[string]actionFunc
}

// Mux collects a bot's handlers and hooks and makes a wire.Handler of them. It
// is not safe for concurrent use; the handler that it makes is.
//
// Several handlers may be registered for one message type, event or state;
// they run in the order of registration, and the first error ends the call.
type Mux struct {
	definition Definition
	env        Env
	faults     define.Faults
	handlers   handlers
	hooks      hooks
}

// NewMux returns a Mux for what the definition declares.
func NewMux(d Definition, env Env) *Mux {
	return &Mux{definition: d, env: Env(serve.Env(env).WithDefaults()), handlers: handlers{actions: map[string]actionFunc{}}}
}

// Env returns what the code got from the place where it runs, with the defaults
// of nil fields.
func (m *Mux) Env() Env { return m.env }

// OnRegister is called when the bot's code or configuration was put in place.
func (m *Mux) OnRegister(fn func(context.Context, *Call) error) {
	m.faults.Once(wire.OpRegister, m.handlers.register != nil, fn == nil)
	m.handlers.register = fn
}

// OnUnregister is called before the bot is deleted, which waits for it; an
// error keeps nobody from that.
func (m *Mux) OnUnregister(fn func(context.Context, *Call) error) {
	m.faults.Once(wire.OpUnregister, m.handlers.unregister != nil, fn == nil)
	m.handlers.unregister = fn
}

// OnMessage is called for each message to the bot of a type, or of Any. The
// same message may come again with the same Call.DeliveryID when the outcome
// was not known.
func (m *Mux) OnMessage(typ string, fn func(context.Context, *MessageCall) error) {
	m.faults.Once("messages."+typ, false, fn == nil)
	m.handlers.messages = append(m.handlers.messages, entry[messageFunc]{typ, fn})
}

// Message is OnMessage for the type of message that P is: message.Text,
// message.Image or a type of one's own, but no pointer. The handler gets its
// payload.
func Message[P message.Payload](m *Mux, fn func(context.Context, *MessageCall, P) error) {
	if t := reflect.TypeFor[P](); t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		m.faults.Add("messages", "a handler takes %s; it must take a payload itself, such as message.Text", t)
		return
	}
	var zero P
	typ := zero.Type()
	m.faults.Once("messages."+typ, false, fn == nil)
	m.handlers.messages = append(m.handlers.messages, entry[messageFunc]{typ, func(ctx context.Context, call *MessageCall) error {
		var payload P
		if err := call.Decode(&payload); err != nil {
			return err
		}
		return fn(ctx, call, payload)
	}})
}

// OnStateExpired is called when a state with the name, or Any, was not used for
// its idle time and is gone.
func (m *Mux) OnStateExpired(name string, fn func(context.Context, *StateCall) error) {
	m.faults.Once("states."+name, false, fn == nil)
	m.handlers.states = append(m.handlers.states, entry[stateFunc]{name, fn})
}

// OnEvent registers a handler of events: "alias:event" of an integration,
// "event" of the bot's own, or Any. P is what the event's schema describes;
// json.RawMessage takes it as it is.
func OnEvent[P any](m *Mux, name string, fn func(context.Context, *EventCall[P]) error) {
	m.faults.Once("events."+name, false, fn == nil)
	m.handlers.events = append(m.handlers.events, entry[eventFunc]{name, func(ctx context.Context, call *Call, e *platform.Event) error {
		c := &EventCall[P]{Call: call, Event: *e}
		if err := json.Unmarshal(e.Payload, &c.Payload); err != nil {
			return platform.Errorf(platform.TypeInvalidPayload, "the payload of the event %q does not fit: %w", e.Type, err)
		}
		return fn(ctx, c)
	}})
}

// Action registers the handler of an action of the bot's own. In and Out are
// what its schemas describe; both are checked.
func Action[In, Out any](m *Mux, name string, fn func(context.Context, *Call, *In) (*Out, error)) {
	m.faults.Once("actions."+name, m.handlers.actions[name] != nil, fn == nil)
	m.handlers.actions[name] = sdk.Action(name, fn)
}

// Handler checks the definition and the handlers and returns the bot's code.
// The error is a *DefinitionError with every fault. Later registrations do not
// change a handler that was made.
func (m *Mux) Handler() (wire.Handler, error) {
	faults := m.faults.Clone()
	w := m.definition.convert(&faults)
	m.match(&w, &faults)
	if err := faults.Err(m.definition.Name); err != nil {
		return nil, err
	}
	b := &built{env: m.env, wire: w, handlers: m.handlers.clone(), hooks: m.hooks.clone()}
	if err := b.compile(); err != nil {
		return nil, err
	}
	return answer.Recover(m.env.Logger, "bot", b), nil
}

// match notes what is handled but not defined and what is defined but not
// handled. What integrations define is not known here.
func (m *Mux) match(w *platform.BotDefinition, f *define.Faults) {
	define.Handlers(f, "actions", w.Actions, m.handlers.actions)
	for _, s := range m.handlers.states {
		if _, ok := w.States[s.name]; !ok && s.name != Any {
			f.Undefined("states."+s.name, slices.Sorted(maps.Keys(w.States)))
		}
	}
	for _, e := range m.handlers.events {
		m.matchEvent(e.name, w, f)
	}
	m.hooks.match(w, f)
	for _, name := range m.definition.Subscriptions {
		own := name != platform.EventMessageCreated && name != platform.EventStateExpired && !foreign(name)
		if _, ok := w.Events[name]; own && !ok {
			f.Add("subscriptions."+name, "it is not defined; defined are %q, and those of integrations are alias:event", slices.Sorted(maps.Keys(w.Events)))
		}
	}
}

// foreign reports whether a name is of an integration's or a plugin's, which
// are not known here.
func foreign(name string) bool { return strings.ContainsAny(name, ":#") }

func (m *Mux) matchEvent(name string, w *platform.BotDefinition, f *define.Faults) {
	path := "events." + name
	switch name {
	case Any:
		return
	case platform.EventMessageCreated:
		f.Add(path, "messages are handled with OnMessage")
		return
	case platform.EventStateExpired:
		f.Add(path, "expired states are handled with OnStateExpired")
		return
	}
	if _, ok := w.Events[name]; !ok && !foreign(name) {
		f.Undefined(path, slices.Sorted(maps.Keys(w.Events)))
	}
	if w.Subscriptions != nil && !slices.Contains(m.definition.Subscriptions, name) {
		f.Add(path, "it has a handler but subscriptions do not list it")
	}
}

func (h *handlers) clone() handlers {
	c := *h
	c.messages, c.events, c.states = slices.Clone(h.messages), slices.Clone(h.events), slices.Clone(h.states)
	c.actions = maps.Clone(h.actions)
	return c
}

// built is the compiled, frozen form of a Mux.
type built struct {
	env      Env
	wire     platform.BotDefinition
	handlers handlers
	hooks    hooks

	configuration *schema.Validator
	inputs        map[string]*schema.Validator
	outputs       map[string]*schema.Validator
	events        map[string]*schema.Validator
}

// compile makes the validators.
func (b *built) compile() error {
	var c define.Compiler
	if d := b.wire.Configuration; d != nil {
		b.configuration = c.Schema("configuration", d.Schema)
	}
	b.inputs, b.outputs = c.Actions(b.wire.Actions)
	b.events = c.Events(b.wire.Events)
	return c.Err
}
