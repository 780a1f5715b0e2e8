package sdk

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"

	"github.com/bellhop-dev/bellhop/platform"
)

type nameKey struct{}

// unkeyed is the name of calls that get no key.
const unkeyed = "\x00"

// Named returns a context whose calls get keys of their own under the name.
func Named(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, nameKey{}, "="+name)
}

// Unkeyed returns a context whose calls get no keys.
func Unkeyed(ctx context.Context) context.Context {
	return context.WithValue(ctx, nameKey{}, unkeyed)
}

// Turn gives the calls that code makes while it handles one delivery, or one
// repeatable call, an idempotency key each. The keys are the same in every
// attempt, so that what an earlier attempt did is not done again. It is safe
// for concurrent use.
//
// Calls are counted within a scope. Messages and events are counted by where
// they go: the third message into a conversation has the same key in each
// attempt whatever it says, and the one that is there stands. Other calls are
// counted among those with the same input, because the output for another
// input would be a wrong answer. Under a name (see Named) all calls of an
// operation are counted together.
//
// Goroutines that write into one conversation may change places between two
// attempts. Calls of a scope are made one after the other, and a call that
// finds its own payload under the key of an earlier one takes that place: the
// call that was there before is made under the next key.
type Turn struct {
	next   platform.Transport
	id     string
	logger *slog.Logger

	mu     sync.Mutex
	scopes map[string]*scope
}

var _ platform.Transport = (*Turn)(nil)

// Keyed returns a transport for the calls of a delivery, or of another call
// that may be repeated, with the id. Without an id it is next itself.
func Keyed(next platform.Transport, id string, logger *slog.Logger) platform.Transport {
	if id == "" {
		return next
	}
	return &Turn{next: next, id: id, logger: logger, scopes: map[string]*scope{}}
}

// scope counts calls.
type scope struct {
	prefix  string        // of its keys
	ordered chan struct{} // holds a token while a call is made; nil when calls need not wait
	resolve bool          // what an earlier attempt made stands, whatever this one says
	repair  bool          // calls may have changed places

	mu        sync.Mutex // guards what follows
	count     int
	free      []int // numbers of calls that failed, ascending
	displaced []displaced
}

// displaced is a call that got the row of an earlier attempt with another
// payload.
type displaced struct {
	number int
	call   *platform.Call
}

// maxDisplaced bounds how many places a call looks at.
const maxDisplaced = 16

// Do makes the call, with a key unless it has one.
func (t *Turn) Do(ctx context.Context, call *platform.Call) error {
	key := platform.IdempotencyKey(call.In)
	name, _ := ctx.Value(nameKey{}).(string)
	if key == nil || *key != "" || name == unkeyed {
		return t.next.Do(ctx, call)
	}
	s, err := t.scope(call, name)
	if err != nil {
		return err
	}
	if s.ordered != nil {
		select {
		case s.ordered <- struct{}{}:
			defer func() { <-s.ordered }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return t.settle(ctx, s, call)
}

// settle finds the call's row or makes it.
func (t *Turn) settle(ctx context.Context, s *scope, call *platform.Call) error {
	if done, err := t.reclaim(ctx, s, call); done || err != nil {
		return err
	}
	return t.make(ctx, s, call)
}

// make makes a call under the next key of the scope. The number of one that
// failed is used again: the outcome may be unknown, and code that tries again
// by itself means the same call.
func (t *Turn) make(ctx context.Context, s *scope, call *platform.Call) error {
	n := s.take()
	err := t.under(ctx, s, n, call)
	conflict, ok := platform.AsKeyConflict(err)
	if err != nil && (!ok || !s.resolve) {
		s.release(n)
		return err
	}
	if err == nil {
		return nil
	}
	t.logger.Info("an earlier attempt made this call with another payload, which stands", "operation", call.Op.Name, "id", conflict.ID)
	if err := t.existing(ctx, call, conflict); err != nil {
		s.release(n)
		return err
	}
	if s.repair && len(s.displaced) < maxDisplaced {
		s.displaced = append(s.displaced, displaced{n, call})
	}
	return nil
}

// reclaim looks for the call's own row among those that calls before it got
// in its place, and settles the call that was there again.
func (t *Turn) reclaim(ctx context.Context, s *scope, call *platform.Call) (done bool, err error) {
	for i, d := range s.displaced {
		err := t.under(ctx, s, d.number, call)
		if _, other := platform.AsKeyConflict(err); other {
			continue
		}
		if err != nil {
			return false, err
		}
		s.displaced = slices.Delete(s.displaced, i, i+1)
		again := *d.call
		again.Out = d.call.Op.NewOut() // its caller has returned
		return true, t.settle(ctx, s, &again)
	}
	return false, nil
}

// under makes the call under the key with a number.
func (t *Turn) under(ctx context.Context, s *scope, n int, call *platform.Call) error {
	in := reflect.New(reflect.TypeOf(call.In).Elem())
	in.Elem().Set(reflect.ValueOf(call.In).Elem())
	keyed := *call
	keyed.In = in.Interface()
	*platform.IdempotencyKey(keyed.In) = fmt.Sprint(s.prefix, n)
	return t.next.Do(ctx, &keyed)
}

func (s *scope) take() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) > 0 {
		n := s.free[0]
		s.free = s.free[1:]
		return n
	}
	s.count++
	return s.count - 1
}

func (s *scope) release(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, _ := slices.BinarySearch(s.free, n)
	s.free = slices.Insert(s.free, i, n)
}

// scope returns the scope of a call.
func (t *Turn) scope(call *platform.Call, name string) (*scope, error) {
	of, byPlace, err := place(call.In)
	if err != nil {
		return nil, err
	}
	if name != "" {
		of = name
	}
	sum := sha256.Sum256([]byte(of))
	prefix := t.id + "/" + call.Op.Name + "/" + base64.RawURLEncoding.EncodeToString(sum[:9]) + "/"
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.scopes[prefix]
	if s == nil {
		s = &scope{prefix: prefix, resolve: byPlace || name != "", repair: byPlace && name == ""}
		if s.resolve {
			s.ordered = make(chan struct{}, 1)
		}
		t.scopes[prefix] = s
	}
	return s, nil
}

// place is where a message or an event goes, or else the whole input.
func place(in any) (of string, byPlace bool, err error) {
	switch in := in.(type) {
	case *platform.CreateMessageInput:
		return in.ConversationID, true, nil
	case *platform.GetOrCreateMessageInput:
		return in.ConversationID, true, nil
	case *platform.CreateEventInput:
		return in.Type + " " + in.ConversationID + " " + in.UserID, true, nil
	case *platform.InitializeIncomingMessageInput:
		where := *in
		where.Message = nil
		text, err := json.Marshal(where)
		return string(text), true, err
	}
	text, err := json.Marshal(in)
	return string(text), false, err
}
