package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/internal/define"
	"github.com/bellhop-dev/bellhop/platform"
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
	actionFunc  func(context.Context, *Call, json.RawMessage) (json.RawMessage, error)
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
	return &Mux{definition: d, env: env.withDefaults(), handlers: handlers{actions: map[string]actionFunc{}}}
}

func (m *Mux) once(path string, second, isNil bool) {
	if second {
		m.faults.Add(path, "it has two handlers")
	}
	if isNil {
		m.faults.Add(path, "its handler is nil")
	}
}

// OnRegister is called when the bot's code or configuration was put in place.
func (m *Mux) OnRegister(fn func(context.Context, *Call) error) {
	m.once(wire.OpRegister, m.handlers.register != nil, fn == nil)
	m.handlers.register = fn
}

// OnUnregister is called before the bot is removed.
func (m *Mux) OnUnregister(fn func(context.Context, *Call) error) {
	m.once(wire.OpUnregister, m.handlers.unregister != nil, fn == nil)
	m.handlers.unregister = fn
}

// OnMessage is called for each message to the bot of a type, or of Any. The
// same message may come again with the same Call.DeliveryID when the outcome
// was not known.
func (m *Mux) OnMessage(typ string, fn func(context.Context, *MessageCall) error) {
	m.once("messages."+typ, false, fn == nil)
	m.handlers.messages = append(m.handlers.messages, entry[messageFunc]{typ, fn})
}

// OnStateExpired is called when a state with the name, or Any, was not used for
// its idle time and is gone.
func (m *Mux) OnStateExpired(name string, fn func(context.Context, *StateCall) error) {
	m.once("states."+name, false, fn == nil)
	m.handlers.states = append(m.handlers.states, entry[stateFunc]{name, fn})
}

// OnEvent registers a handler of events: "alias:event" of an integration,
// "event" of the bot's own, or Any. P is what the event's schema describes;
// json.RawMessage takes it as it is.
func OnEvent[P any](m *Mux, name string, fn func(context.Context, *EventCall[P]) error) {
	m.once("events."+name, false, fn == nil)
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
	m.once("actions."+name, m.handlers.actions[name] != nil, fn == nil)
	m.handlers.actions[name] = func(ctx context.Context, call *Call, raw json.RawMessage) (json.RawMessage, error) {
		in := new(In)
		if err := json.Unmarshal(raw, in); err != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "the input of the action %q does not fit: %w", name, err)
		}
		out, err := fn(ctx, call, in)
		if err != nil {
			return nil, err
		}
		if out == nil {
			return json.RawMessage("{}"), nil
		}
		return json.Marshal(out)
	}
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
	for name := range m.handlers.actions {
		if _, ok := w.Actions[name]; !ok {
			f.Add("actions."+name, "it has a handler but is not defined")
		}
	}
	for name := range w.Actions {
		if m.handlers.actions[name] == nil {
			f.Add("actions."+name, "it is defined but has no handler")
		}
	}
	for _, s := range m.handlers.states {
		if _, ok := w.States[s.name]; !ok && s.name != Any {
			f.Add("states."+s.name, "it has a handler but is not defined")
		}
	}
	for _, e := range m.handlers.events {
		m.matchEvent(e.name, w, f)
	}
}

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
	foreign := strings.ContainsAny(name, ":#")
	if _, ok := w.Events[name]; !ok && !foreign {
		f.Add(path, "it has a handler but is not defined")
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

// compile makes the validators. The definition was checked, so that errors are
// not expected.
func (b *built) compile() error {
	b.inputs, b.outputs = map[string]*schema.Validator{}, map[string]*schema.Validator{}
	b.events = map[string]*schema.Validator{}
	var cache schema.Cache
	var first error
	make := func(path string, raw json.RawMessage) *schema.Validator {
		if len(raw) == 0 {
			return nil
		}
		v, err := cache.Compile(raw)
		if err != nil && first == nil {
			first = fmt.Errorf("%s: %w", path, err)
		}
		return v
	}
	if c := b.wire.Configuration; c != nil {
		b.configuration = make("configuration", c.Schema)
	}
	for name, a := range b.wire.Actions {
		b.inputs[name] = make("actions."+name+".input", a.Input.Schema)
		b.outputs[name] = make("actions."+name+".output", a.Output.Schema)
	}
	for name, e := range b.wire.Events {
		b.events[name] = make("events."+name, e.Schema)
	}
	return first
}
