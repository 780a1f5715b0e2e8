// Package integrationtest is for authors' tests of integrations and bots: a
// platform in memory that records what is called, and a suite that any code
// passes wherever it runs.
package integrationtest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// Platform is a platform.Transport in memory: users, conversations, messages,
// events and states of one bot, without scopes, schemas and delivery. Other
// operations answer what On was told, or fail. It is safe for concurrent use.
type Platform struct {
	mu            sync.Mutex
	ids           platform.IDs
	calls         []platform.Call
	answers       map[string]func(in any) (any, error)
	users         []*platform.User
	conversations []*platform.Conversation
	messages      []*platform.Message
	events        []*platform.Event
	eventKeys     map[string]*platform.Event
	states        map[string]*platform.State
	keyed         map[string]*keyedCall
	left          int                // calls that are let through; under 0 all are
	failures      map[string]failure // by operation
}

var _ platform.Transport = (*Platform)(nil)

// NewPlatform returns an empty platform.
func NewPlatform() *Platform {
	return &Platform{answers: map[string]func(any) (any, error){}, states: map[string]*platform.State{}, eventKeys: map[string]*platform.Event{},
		keyed: map[string]*keyedCall{}, failures: map[string]failure{}, left: -1}
}

// On answers an operation with fn in place of what the platform does itself.
func On[In, Out any](p *Platform, op platform.Op[In, Out], fn func(*In) (*Out, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[op.Name] = func(in any) (any, error) { return fn(in.(*In)) }
}

// failure is an error for a later call.
type failure struct {
	in  int // calls from now
	err error
}

// Fail answers a call of the operation with an error: the nth from now on,
// counted from 1. The other calls are answered as usual.
func Fail[In, Out any](p *Platform, op platform.Op[In, Out], nth int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures[op.Name] = failure{in: nth, err: err}
}

// failed returns the error that Fail set for this call, or nil. The platform is
// locked.
func (p *Platform) failed(operation string) error {
	f, ok := p.failures[operation]
	if !ok {
		return nil
	}
	if f.in--; f.in > 0 {
		p.failures[operation] = f
		return nil
	}
	delete(p.failures, operation)
	return f.err
}

// Inputs returns the inputs of the calls of an operation so far, in order.
func Inputs[In, Out any](p *Platform, op platform.Op[In, Out]) []In {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []In
	for _, c := range p.calls {
		if in, ok := c.In.(*In); ok && c.Op.Name == op.Name {
			all = append(all, *in)
		}
	}
	return all
}

// Stop fails all calls after the first so many, counted from the beginning,
// as a server that ends; a negative number lets all through again.
func (p *Platform) Stop(calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = calls
}

// Calls returns every call so far with its caller, in order.
func (p *Platform) Calls() []platform.Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// Do records the call and answers it.
func (p *Platform) Do(ctx context.Context, call *platform.Call) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	if p.left >= 0 && len(p.calls) >= p.left {
		p.mu.Unlock()
		return platform.Unavailable(nil, "the platform was stopped", time.Second)
	}
	p.calls = append(p.calls, *call)
	answer, failed := p.answers[call.Op.Name], p.failed(call.Op.Name)
	p.mu.Unlock()
	if failed != nil {
		return failed
	}
	if answer == nil {
		answer = p.builtin
	}
	raw, replayed, err := p.once(call, answer)
	if err != nil {
		return err
	}
	if to := platform.Replayed(call.Out); to != nil {
		*to = replayed
	}
	return json.Unmarshal(raw, call.Out)
}

// builtin does the operations that the platform knows. Its output is JSON that was written under the lock: rows change.
func (p *Platform) builtin(in any) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out, err := p.operate(in)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(out)
	return json.RawMessage(raw), err
}

// operate is builtin for a caller that holds the lock.
func (p *Platform) operate(in any) (any, error) {
	switch in := in.(type) {
	case *platform.GetOrCreateUserInput:
		u, created := p.user(in)
		return &platform.GetOrCreateUserOutput{User: *u, Meta: platform.Created{Created: created}}, nil
	case *platform.GetOrCreateConversationInput:
		c, created := p.conversation(in)
		return &platform.GetOrCreateConversationOutput{Conversation: *c, Meta: platform.Created{Created: created}}, nil
	case *platform.CreateMessageInput:
		m := p.message(in.ConversationID, in.UserID, in.Type, in.Payload, in.Tags)
		return &platform.CreateMessageOutput{Message: *m}, nil
	case *platform.GetOrCreateMessageInput:
		m, created := p.obtainMessage(in)
		return &platform.GetOrCreateMessageOutput{Message: *m, Meta: platform.Created{Created: created}}, nil
	case *platform.InitializeIncomingMessageInput:
		return p.incoming(in)
	case *platform.ReceiveMessageInput:
		return p.receive(in)
	case *platform.UpdateMessageInput:
		return p.updateMessage(in)
	case *platform.DeleteMessageInput:
		p.messages = slices.DeleteFunc(p.messages, func(m *platform.Message) bool { return m.ID == in.ID })
		return &platform.DeleteMessageOutput{}, nil
	case *platform.CreateEventInput:
		return &platform.CreateEventOutput{Event: *p.event(in)}, nil
	case *platform.ConfigureIntegrationInput:
		return &platform.ConfigureIntegrationOutput{}, nil
	}
	if out, ok, err := p.read(in); ok {
		return out, err
	}
	return p.state(in)
}

// matches reports whether the stored tags have the wanted values of the keys;
// without keys, of all wanted ones. Nothing wanted matches nothing.
func matches(stored, wanted platform.Tags, keys []string) bool {
	if len(keys) == 0 {
		keys = slices.Collect(maps.Keys(wanted))
	}
	for _, key := range keys {
		if stored[key] != wanted[key] {
			return false
		}
	}
	return len(keys) > 0
}

func (p *Platform) user(in *platform.GetOrCreateUserInput) (*platform.User, bool) {
	for _, u := range p.users {
		if matches(u.Tags, in.Tags, in.DiscriminateByTags) {
			rewriteUser(u, in.Tags, in.Name, in.PictureURL)
			return u, false
		}
	}
	return p.newUser(in.Tags, in.Name, in.PictureURL), true
}

func (p *Platform) newUser(tags platform.Tags, name, picture string) *platform.User {
	now := time.Now()
	u := &platform.User{
		ID: p.ids.New(platform.PrefixUser, now), CreatedAt: platform.At(now), UpdatedAt: platform.At(now),
		Tags: maps.Clone(tags), Name: name, PictureURL: picture,
	}
	p.users = append(p.users, u)
	return u
}

// rewriteUser writes what a get-or-create says over the user that it found.
func rewriteUser(u *platform.User, tags platform.Tags, name, picture string) {
	u.Tags = merge(u.Tags, tags)
	if name != "" {
		u.Name = name
	}
	if picture != "" {
		u.PictureURL = picture
	}
}

func (p *Platform) conversation(in *platform.GetOrCreateConversationInput) (*platform.Conversation, bool) {
	for _, c := range p.conversations {
		if c.Channel == in.Channel && matches(c.Tags, in.Tags, in.DiscriminateByTags) {
			c.Tags = merge(c.Tags, in.Tags)
			return c, false
		}
	}
	return p.newConversation(in.Channel, in.Tags), true
}

func (p *Platform) newConversation(channel string, tags platform.Tags) *platform.Conversation {
	now := time.Now()
	c := &platform.Conversation{
		ID: p.ids.New(platform.PrefixConversation, now), CreatedAt: platform.At(now), UpdatedAt: platform.At(now),
		Channel: channel, Tags: maps.Clone(tags),
	}
	p.conversations = append(p.conversations, c)
	return c
}

func (p *Platform) message(conversation, user, typ string, payload json.RawMessage, tags platform.Tags) *platform.Message {
	now := time.Now()
	m := &platform.Message{
		ID: p.ids.New(platform.PrefixMessage, now), CreatedAt: platform.At(now), UpdatedAt: platform.At(now),
		Type: typ, Payload: payload, ConversationID: conversation, UserID: user, Tags: maps.Clone(tags), Direction: platform.Incoming,
	}
	p.messages = append(p.messages, m)
	return m
}

// Say adds a message of the bot's, which the platform would then hand to the
// integration, and returns it as it is handed over.
func (p *Platform) Say(conversationID, typ string, payload json.RawMessage) platform.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.message(conversationID, "", typ, payload, platform.Tags{})
	m.Direction = platform.Outgoing
	return *m
}

// event makes an event unless there is one of the key.
func (p *Platform) event(in *platform.CreateEventInput) *platform.Event {
	if e := p.eventKeys[in.DedupeKey]; e != nil {
		return e
	}
	now := time.Now()
	e := &platform.Event{
		ID: p.ids.New(platform.PrefixEvent, now), CreatedAt: platform.At(now), Type: in.Type, Payload: in.Payload,
		Status: platform.EventPending, ConversationID: in.ConversationID, UserID: in.UserID, MessageID: in.MessageID,
	}
	p.events = append(p.events, e)
	if in.DedupeKey != "" {
		p.eventKeys[in.DedupeKey] = e
	}
	return e
}

// Messages returns the messages that were made, in order, as they are now.
func (p *Platform) Messages() []platform.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []platform.Message
	for _, m := range p.messages {
		all = append(all, *m)
	}
	return all
}

// Events returns the events that were made, in order.
func (p *Platform) Events() []platform.Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []platform.Event
	for _, e := range p.events {
		all = append(all, *e)
	}
	return all
}

func (p *Platform) obtainMessage(in *platform.GetOrCreateMessageInput) (*platform.Message, bool) {
	for _, m := range p.messages {
		if m.ConversationID == in.ConversationID && matches(m.Tags, in.Tags, in.DiscriminateByTags) {
			return m, false
		}
	}
	return p.message(in.ConversationID, in.UserID, in.Type, in.Payload, in.Tags), true
}

// updateMessage merges tags. A message that was never made is one of the
// test's own and comes into being.
func (p *Platform) updateMessage(in *platform.UpdateMessageInput) (any, error) {
	i := slices.IndexFunc(p.messages, func(m *platform.Message) bool { return m.ID == in.ID })
	if i < 0 {
		i = len(p.messages)
		p.messages = append(p.messages, &platform.Message{ID: in.ID, Payload: json.RawMessage("{}")})
	}
	m := p.messages[i]
	m.Tags = merge(m.Tags, in.Tags)
	if in.Payload != nil {
		m.Payload = in.Payload
	}
	return &platform.UpdateMessageOutput{Message: *m}, nil
}

func unknown(in any) error {
	return fmt.Errorf("the platform in memory has no answer to %T; give it one with integrationtest.On", in)
}
