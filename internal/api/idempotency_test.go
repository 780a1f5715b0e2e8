package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func said(conversation, user, text, key string) *platform.CreateMessageInput {
	return &platform.CreateMessageInput{
		ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":` + strconv.Quote(text) + `}`),
		Tags: platform.Tags{}, IdempotencyKey: key,
	}
}

// keyedCalls makes a call of each operation that takes a key; n tells payloads
// apart. It returns the id of what was made.
func keyedCalls(b *bench, user, conversation string) map[string]func(c *platform.Client, n int, key string) (id string, replayed bool, err error) {
	ctx := context.Background()
	return map[string]func(c *platform.Client, n int, key string) (string, bool, error){
		"createMessage": func(c *platform.Client, n int, key string) (string, bool, error) {
			out, err := c.CreateMessage(ctx, said(conversation, user, strconv.Itoa(n), key))
			if err != nil {
				return "", false, err
			}
			return out.Message.ID, out.Replayed, nil
		},
		"createEvent": func(c *platform.Client, n int, key string) (string, bool, error) {
			out, err := c.CreateEvent(ctx, &platform.CreateEventInput{Type: "opened", Payload: json.RawMessage(`{"n":` + strconv.Itoa(n) + `}`), IdempotencyKey: key})
			if err != nil {
				return "", false, err
			}
			return out.Event.ID, out.Replayed, nil
		},
		"createUser": func(c *platform.Client, n int, key string) (string, bool, error) {
			out, err := c.CreateUser(ctx, &platform.CreateUserInput{Tags: platform.Tags{"name": strconv.Itoa(n)}, IdempotencyKey: key})
			if err != nil {
				return "", false, err
			}
			return out.User.ID, out.Replayed, nil
		},
		"createConversation": func(c *platform.Client, n int, key string) (string, bool, error) {
			out, err := c.CreateConversation(ctx, &platform.CreateConversationInput{Channel: "dm", Tags: platform.Tags{"topic": strconv.Itoa(n)}, IdempotencyKey: key})
			if err != nil {
				return "", false, err
			}
			return out.Conversation.ID, out.Replayed, nil
		},
		"getOrCreateMessage": func(c *platform.Client, n int, key string) (string, bool, error) {
			out, err := c.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
				ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":"` + strconv.Itoa(n) + `"}`), IdempotencyKey: key,
			})
			if err != nil {
				return "", false, err
			}
			return out.Message.ID, !out.Meta.Created, nil
		},
		"initializeIncomingMessage": func(c *platform.Client, n int, key string) (string, bool, error) {
			out, err := c.InitializeIncomingMessage(ctx, &platform.InitializeIncomingMessageInput{
				UserID: user, ConversationID: conversation, IdempotencyKey: key,
				Message: &platform.IncomingMessage{Type: "text", Payload: json.RawMessage(`{"text":"` + strconv.Itoa(n) + `"}`)},
			})
			if err != nil {
				return "", false, err
			}
			return out.Message.ID, false, nil
		},
	}
}

func TestConcurrentCallsWithOneKeyMakeOneRow(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		user, conversation, _ := b.chat()
		b.delivered()
		rows := map[string]string{}
		for name, call := range keyedCalls(b, user, conversation) {
			c := newTally()
			together(callers, func(int) {
				id, replayed, err := call(b.one, 1, "k-"+name)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				c.add("row", id, !replayed)
			})
			if len(c.ids) != 1 || c.made["row"] != 1 && name != "initializeIncomingMessage" {
				t.Errorf("%s: %d rows, %d calls say that they made one; want 1 and 1", name, len(c.ids), c.made["row"])
			}
			for id := range c.ids {
				rows[name] = id
			}
		}
		if n := len(b.delivered()); n != 4 { // three messages and an event
			t.Errorf("%d deliveries, want 4", n)
		}
		for name, call := range keyedCalls(b, user, conversation) {
			_, _, err := call(b.one, 2, "k-"+name)
			conflict, ok := platform.AsKeyConflict(err)
			if !ok || conflict.ID != rows[name] || conflict.Operation != name || conflict.Key != "k-"+name {
				t.Errorf("%s with another payload: %v (%+v), want a conflict that names %s", name, err, conflict, rows[name])
			}
			if e, ok := errors.AsType[*platform.Error](err); !ok || e.Code != 409 {
				t.Errorf("%s with another payload: %v, want 409", name, err)
			}
		}
		if n := len(b.delivered()); n != 0 {
			t.Errorf("refused calls made %d deliveries", n)
		}
	})
}

func TestKeyBelongsToItsCaller(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		user, conversation, _ := b.chat()
		ids := map[string]bool{}
		ids[must(b.one.CreateMessage(ctx, said(conversation, user, "hi", "k"))).Message.ID] = true
		ids[must(b.bot.CreateMessage(ctx, said(conversation, user, "hi", "k"))).Message.ID] = true
		ids[must(b.one.CreateUser(ctx, &platform.CreateUserInput{Tags: platform.Tags{"id": "a"}, IdempotencyKey: "u"})).User.ID] = true
		ids[must(b.two.CreateUser(ctx, &platform.CreateUserInput{Tags: platform.Tags{"id": "a"}, IdempotencyKey: "u"})).User.ID] = true
		if len(ids) != 4 {
			t.Errorf("four callers with their keys made %d rows, want 4", len(ids))
		}
		_, err := b.one.CreateUser(ctx, &platform.CreateUserInput{Tags: platform.Tags{"id": "a"}, IdempotencyKey: "k"})
		if _, ok := platform.AsKeyConflict(err); !ok {
			t.Errorf("the key of a message for a user: %v, want a conflict", err)
		}
	})
}

// What a call says may be written in another order: it is the same call.
func TestOrderOfMembersDoesNotMatter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	user, conversation, _ := b.chat()
	in := said(conversation, user, "", "k")
	in.Payload = json.RawMessage(`{"text":"a","more":{"x":1,"y":2}}`)
	first := must(b.one.CreateMessage(t.Context(), in))
	in.Payload = json.RawMessage(`{ "more": {"y": 2, "x": 1}, "text": "a" }`)
	if again := must(b.one.CreateMessage(t.Context(), in)); again.Message.ID != first.Message.ID || !again.Replayed {
		t.Errorf("the repeat made %+v, want %s replayed", again, first.Message.ID)
	}
}

func TestInvalidKeyIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	user, conversation, _ := b.chat()
	for _, key := range []string{strings.Repeat("k", 256), "a b", "é", "a\n", "\x00"} {
		_, err := b.one.CreateMessage(t.Context(), said(conversation, user, "hi", key))
		if !platform.IsType(err, platform.TypeInvalidPayload) || !strings.Contains(err.Error(), "idempotencyKey") {
			t.Errorf("key %.10q: %v, want an InvalidPayload that names idempotencyKey", key, err)
		}
	}
	must(b.one.CreateMessage(t.Context(), said(conversation, user, "hi", strings.Repeat("k", 255))))
}

// A call that was refused had no effect: it can be corrected under its key.
func TestRefusedCallLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		user, conversation, _ := b.chat()
		_, err := b.one.CreateMessage(t.Context(), said("conv_none", user, "hi", "k"))
		refused(t, "a conversation that does not exist", err, platform.TypeReferenceNotFound)
		if out := must(b.one.CreateMessage(t.Context(), said(conversation, user, "hi", "k"))); out.Replayed {
			t.Error("the corrected call was answered as a repeat")
		}
	})
}

// A bot's turn that is tried again must get past what it deleted itself.
func TestRepeatOfADeletedMessageMakesNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	user, conversation, _ := b.chat()
	in := said(conversation, user, "one moment", "k")
	in.Tags = platform.Tags{"ts": "7"}
	first := must(b.one.CreateMessage(t.Context(), in)).Message
	must(b.one.DeleteMessage(t.Context(), &platform.DeleteMessageInput{ID: first.ID}))
	again := must(b.one.CreateMessage(t.Context(), in))
	if m := again.Message; m.ID != first.ID || m.Tags["ts"] != "7" || m.Direction != first.Direction || string(m.Payload) != string(first.Payload) {
		t.Errorf("the repeat = %+v, want %+v", m, first)
	}
	if n := len(must(b.one.ListMessages(t.Context(), &platform.ListMessagesInput{})).Messages); n != 1 {
		t.Errorf("%d messages, want the one from before", n)
	}
}

func TestRepeatOfAnEventWithADedupeKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	in := &platform.CreateEventInput{Type: "opened", Payload: json.RawMessage(`{}`), DedupeKey: "d"}
	first := must(b.one.CreateEvent(t.Context(), in)).Event.ID
	in.IdempotencyKey = "k"
	for range 2 {
		if got := must(b.one.CreateEvent(t.Context(), in)).Event.ID; got != first {
			t.Errorf("event %s, want %s", got, first)
		}
	}
}

// actionsFunc carries out actions.
type actionsFunc func(context.Context, api.ActionCall) (*platform.ActionAnswer, error)

func (f actionsFunc) CallAction(ctx context.Context, call api.ActionCall) (*platform.ActionAnswer, error) {
	return f(ctx, call)
}

func act(n int, key string) *platform.CallActionInput {
	return &platform.CallActionInput{Type: "one:act", Input: json.RawMessage(`{"n":` + strconv.Itoa(n) + `}`), IdempotencyKey: key}
}

func TestRepeatsOfARunningActionGetItsOutput(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		var runs atomic.Int32
		started, release := make(chan struct{}, callers), make(chan struct{})
		b.service.Actions = actionsFunc(func(ctx context.Context, call api.ActionCall) (*platform.ActionAnswer, error) {
			n := runs.Add(1)
			started <- struct{}{}
			select {
			case <-release:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			return &platform.ActionAnswer{Output: json.RawMessage(`{"run":` + strconv.Itoa(int(n)) + `}`)}, nil
		})
		// The first caller goes away: the action goes on.
		gone, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := b.bot.CallAction(gone, act(1, "k"))
			left <- err
		}()
		<-started
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller that left got %v", err)
		}
		time.AfterFunc(20*time.Millisecond, func() { close(release) })
		together(callers, func(i int) {
			out, err := b.bot.CallAction(t.Context(), act(1, "k"))
			if err != nil || string(out.Output) != `{"run":1}` || !out.Replayed {
				t.Errorf("CallAction = %+v, %v; want the output of the first run, replayed", out, err)
			}
		})
		_, err := b.bot.CallAction(t.Context(), act(2, "k"))
		if conflict, ok := platform.AsKeyConflict(err); !ok || conflict.Operation != "callAction" || conflict.Output == nil {
			t.Errorf("another input: %v, want a conflict with the first output", err)
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("the action ran %d times, want once", n)
		}
	})
}

func TestFailedActionCanBeRepeatedUnderItsKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var ids []string
	b.service.Actions = actionsFunc(func(_ context.Context, call api.ActionCall) (*platform.ActionAnswer, error) {
		ids = append(ids, call.ID)
		switch len(ids) {
		case 1:
			return nil, platform.Errorf(platform.TypeRuntime, "the vendor is away")
		case 2:
			panic("hunter2")
		}
		return nil, nil
	})
	_, err := b.bot.CallAction(t.Context(), act(1, "k"))
	refused(t, "the first call", err, platform.TypeRuntime)
	if _, err = b.bot.CallAction(t.Context(), act(1, "k")); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a panic of the code: %v", err)
	}
	out := must(b.bot.CallAction(t.Context(), act(1, "k")))
	again := must(b.bot.CallAction(t.Context(), act(1, "k")))
	if out.Replayed || !again.Replayed || len(ids) != 3 || ids[0] == "" || ids[1] != ids[0] || ids[2] != ids[0] {
		t.Errorf("outputs %+v and %+v after the calls %q; want three calls with one id, and a replay", out, again, ids)
	}
}

// A server that was killed during an action leaves an outcome that nobody
// knows: the code is called again, with the same call id.
func TestActionOfAKilledServerIsCarriedOutAgain(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		var ids []string
		b.service.Actions = actionsFunc(func(_ context.Context, call api.ActionCall) (*platform.ActionAnswer, error) {
			ids = append(ids, call.ID)
			return nil, nil
		})
		must(b.bot.CallAction(t.Context(), act(1, "k")))
		err := b.db.Update(t.Context(), func(tx *store.Tx) error {
			k, err := tx.KeyRecord(t.Context(), botID, "", "k")
			if err != nil {
				return err
			}
			return tx.TakeKey(t.Context(), k, "a server that is gone")
		})
		if err != nil {
			t.Fatal(err)
		}
		if out := must(b.bot.CallAction(t.Context(), act(1, "k"))); out.Replayed || len(ids) != 2 || ids[0] != ids[1] {
			t.Errorf("%+v after the calls %q; want a second one with the same id", out, ids)
		}
	})
}

func TestErasedOutputIsNotReplayed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.service.Actions = actionsFunc(func(context.Context, api.ActionCall) (*platform.ActionAnswer, error) {
		return &platform.ActionAnswer{Output: json.RawMessage(`{"name":"Ada"}`)}, nil
	})
	must(b.bot.CallAction(t.Context(), act(1, "k")))
	if err := b.db.Update(t.Context(), func(tx *store.Tx) error { return tx.EraseOutputs(t.Context(), botID) }); err != nil {
		t.Fatal(err)
	}
	_, err := b.bot.CallAction(t.Context(), act(1, "k"))
	refused(t, "the repeat", err, platform.TypeResourceGone)
}

// A server that stops waits for the actions that callers may ask for again.
func TestSettleWaitsForActionsAndThenCancelsThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	started := make(chan struct{})
	b.service.Actions = actionsFunc(func(ctx context.Context, _ api.ActionCall) (*platform.ActionAnswer, error) {
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	done := make(chan error, 1)
	go func() {
		_, err := b.bot.CallAction(context.Background(), act(1, "k"))
		done <- err
	}()
	<-started
	grace, end := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, end)
	b.service.Settle(grace)
	if err := <-done; err == nil {
		t.Error("the action was not cancelled")
	}
	if _, err := b.bot.CallAction(context.Background(), act(1, "other")); err == nil {
		t.Error("a call was let in after Settle")
	}
}
