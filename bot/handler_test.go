package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

type count struct {
	N int `json:"n" minimum:"1"`
}

// start makes a bot that has something of everything.
func start(t *testing.T, env bot.Env, handle func(*bot.Mux)) *bottest.Bot {
	t.Helper()
	b, err := bottest.Start(bot.New(bot.Definition{
		Name: "b", Configuration: schema.For[count],
		States:  map[string]bot.StateDefinition{"mood": {Type: platform.StateUser}, "total": {Type: platform.StateBot}, "topic": {Type: platform.StateConversation}},
		Events:  map[string]bot.EventDefinition{"tick": {Schema: schema.For[count]}},
		Actions: map[string]bot.ActionDefinition{"next": {Input: schema.For[count], Output: schema.For[count]}, "other": {}},
	}, func(m *bot.Mux) {
		bot.Action(m, "other", func(context.Context, *bot.Call, *struct{}) (*struct{}, error) { return nil, nil })
		bot.Action(m, "next", func(_ context.Context, _ *bot.Call, in *count) (*count, error) {
			switch in.N {
			case 10:
				return &count{N: -1}, nil
			case 11:
				panic("hunter2")
			case 12:
				return nil, errors.New("hunter2 is wrong")
			}
			return &count{N: in.N + 1}, nil
		})
		if handle != nil {
			handle(m)
		}
	}), env)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What the platform refuses ends a delivery, over HTTP too, where each answer
// says when the caller's rate limit begins anew.
func TestRefusalOfThePlatformIsFinal(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Ratelimit-Reset", "1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"code":400,"type":"InvalidPayload","message":"the channel has no choices"}`)
	}))
	t.Cleanup(api.Close)
	transport, err := platformhttp.New(api.URL, platformhttp.Config{})
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, bot.Env{Transport: transport}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			_, err := call.Reply(ctx, message.Choice{Text: "Tea?"})
			return err
		})
	})
	resp, err := b.Call(t.Context(), wire.OpEventReceived, platform.EventMessageCreated, platform.EventBody{Event: platform.Event{
		Type: platform.EventMessageCreated, Payload: json.RawMessage(`{"message":{"type":"text","payload":{"text":"hi"}},"conversation":{"id":"conv_1"}}`),
	}})
	refusal(t, "a reply", err, platform.TypeInvalidPayload, "the channel has no choices")
	if resp.Status != http.StatusBadRequest || resp.Header.Get("Retry-After") != "" {
		t.Errorf("answered %d %v, want a final 400", resp.Status, resp.Header)
	}
}

// refusal checks the type and a part of the text of an error.
func refusal(t *testing.T, what string, err error, typ platform.ErrorType, text string) {
	t.Helper()
	e, ok := errors.AsType[*platform.Error](err)
	if !ok || e.Type != typ || !strings.Contains(e.Message, text) {
		t.Errorf("%s: %v, want %s with %q", what, err, typ, text)
	}
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%s: the cause is told: %v", what, err)
	}
}

func TestAction(t *testing.T) {
	t.Parallel()
	b, ctx := start(t, bot.Env{}, nil), t.Context()
	if out, err := b.Action(ctx, "next", count{N: 1}); err != nil || string(out) != `{"n":2}` {
		t.Errorf("next of 1 = %s, %v", out, err)
	}
	for what, test := range map[string]struct {
		name  string
		input any
		typ   platform.ErrorType
		text  string
	}{
		"input that does not fit":  {"next", count{N: 0}, platform.TypeInvalidPayload, "the input of the action \"next\" does not fit: n"},
		"no input":                 {"next", json.RawMessage("null"), platform.TypeInvalidPayload, "does not fit"},
		"not defined":              {"previous", count{N: 1}, platform.TypeInvalidPayload, "Action previous not found"},
		"output that does not fit": {"next", count{N: 10}, platform.TypeRuntime, "unexpected error"},
		"panic":                    {"next", count{N: 11}, platform.TypeRuntime, "unexpected error"},
		"error":                    {"next", count{N: 12}, platform.TypeRuntime, "unexpected error"},
	} {
		_, err := b.Action(ctx, test.name, test.input)
		refusal(t, what, err, test.typ, test.text)
	}
}

func TestActionHooksSeeAndChange(t *testing.T) {
	t.Parallel()
	b, ctx := start(t, bot.Env{}, func(m *bot.Mux) {
		m.BeforeIncomingCallAction(bot.Any, func(_ context.Context, _ *bot.Call, in *platform.ActionBody) error {
			if string(in.Input) == `{"n":7}` {
				return bot.RuntimeError("not seven")
			}
			in.Input = json.RawMessage(`{"n":4}`)
			return nil
		})
		m.AfterIncomingCallAction("next", func(_ context.Context, _ *bot.Call, out *bot.ActionOutput) error {
			if string(out.Answer.Output) != `{"n":5}` {
				t.Errorf("output %s of the changed input", out.Answer.Output)
			}
			out.Answer.Output = json.RawMessage(`{"n":6}`)
			return nil
		})
		m.BeforeIncomingCallAction("other", func(context.Context, *bot.Call, *platform.ActionBody) error {
			t.Error("a hook of another action ran")
			return nil
		})
	}), t.Context()
	if out, err := b.Action(ctx, "next", count{N: 1}); err != nil || string(out) != `{"n":6}` {
		t.Errorf("output %s, %v, want what the hook made of it", out, err)
	}
	_, err := b.Action(ctx, "next", count{N: 7})
	refusal(t, "refused by a hook", err, platform.TypeRuntime, "not seven")
}

func TestOnEvent(t *testing.T) {
	t.Parallel()
	var got []string
	b, ctx := start(t, bot.Env{}, func(m *bot.Mux) {
		bot.OnEvent(m, "tick", func(_ context.Context, call *bot.EventCall[count]) error {
			got = append(got, "tick "+string(rune('0'+call.Payload.N))+" "+call.Event.ID)
			return nil
		})
		bot.OnEvent(m, bot.Any, func(_ context.Context, call *bot.EventCall[json.RawMessage]) error {
			got = append(got, "any "+call.Event.Type)
			return nil
		})
		bot.OnEvent(m, "tracker:closed", func(context.Context, *bot.EventCall[struct{}]) error {
			return bot.RuntimeError("closed for good")
		})
		m.AfterIncomingEvent(bot.Any, func(_ context.Context, _ *bot.Call, e *platform.Event) error {
			got = append(got, "after "+e.Type)
			return nil
		})
	}), t.Context()
	if err := b.Event(ctx, "tick", count{N: 3}); err != nil {
		t.Fatal(err)
	}
	refusal(t, "payload of an own event", b.Event(ctx, "tick", count{N: 0}), platform.TypeInvalidPayload, `the payload of the event "tick" does not fit: n`)
	refusal(t, "handler that refuses", b.Event(ctx, "tracker:closed", struct{}{}), platform.TypeRuntime, "closed for good")
	if err := b.Event(ctx, "tracker:opened", struct{}{}); err != nil {
		t.Errorf("an event without a handler of its own: %v", err)
	}
	want := []string{"tick 3 evt_1", "any tick", "after tick", "any tracker:closed", "any tracker:opened", "after tracker:opened"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ran (-want +got):\n%s", diff)
	}
}

func TestOnStateExpired(t *testing.T) {
	t.Parallel()
	var got []string
	stop := false
	b, ctx := start(t, bot.Env{}, func(m *bot.Mux) {
		m.BeforeStateExpired("mood", func(context.Context, *bot.Call, *platform.State) error {
			if stop {
				return bot.ErrStop
			}
			return nil
		})
		m.OnStateExpired("mood", func(_ context.Context, call *bot.StateCall) error {
			got = append(got, call.State.Name+string(call.State.Payload)+" "+call.State.UserID+" "+call.Event.ID)
			return nil
		})
		m.OnStateExpired("topic", func(context.Context, *bot.StateCall) error {
			t.Error("the handler of another state ran")
			return nil
		})
		m.AfterStateExpired(bot.Any, func(_ context.Context, _ *bot.Call, s *platform.State) error {
			got = append(got, "after "+s.Name)
			return nil
		})
	}), t.Context()
	if err := b.StateExpired(ctx, "mood", map[string]string{"is": "good"}); err != nil {
		t.Fatal(err)
	}
	stop = true
	if err := b.StateExpired(ctx, "mood", struct{}{}); err != nil {
		t.Errorf("stopped by a hook: %v", err)
	}
	if diff := cmp.Diff([]string{`mood{"is":"good"} ` + bottest.UserID + " evt_1", "after mood"}, got); diff != "" {
		t.Errorf("ran (-want +got):\n%s", diff)
	}
}

func TestHandlersRunInOrderUntilAnError(t *testing.T) {
	t.Parallel()
	var got []string
	note := func(what string, err error) func(context.Context, *bot.MessageCall) error {
		return func(context.Context, *bot.MessageCall) error {
			got = append(got, what)
			return err
		}
	}
	b := start(t, bot.Env{}, func(m *bot.Mux) {
		m.OnMessage(bot.Any, note("first", nil))
		bot.Message(m, func(_ context.Context, _ *bot.MessageCall, in message.Text) error {
			got = append(got, "text "+in.Text)
			return nil
		})
		m.OnMessage(message.TypeImage, note("image", nil))
		m.OnMessage(message.TypeText, note("third", bot.RuntimeError("enough")))
		m.OnMessage(message.TypeText, note("never", nil))
		m.AfterIncomingMessage(bot.Any, func(context.Context, *bot.Call, *platform.Message) error {
			got = append(got, "never after an error")
			return nil
		})
	})
	refusal(t, "message", b.Message(t.Context(), message.Text{Text: "a"}), platform.TypeRuntime, "enough")
	if want := []string{"first", "text a", "third"}; !slices.Equal(got, want) {
		t.Errorf("ran %q, want %q", got, want)
	}
}

func TestMessageOfAPointerIsAFault(t *testing.T) {
	t.Parallel()
	_, err := bot.New(bot.Definition{Name: "b"}, func(m *bot.Mux) {
		bot.Message(m, func(context.Context, *bot.MessageCall, *message.Text) error { return nil })
		bot.Message(m, func(context.Context, *bot.MessageCall, message.Payload) error { return nil })
	}).New(bot.Env{})
	if err == nil || !strings.Contains(err.Error(), "*message.Text") || !strings.Contains(err.Error(), "message.Payload") {
		t.Errorf("New = %v, want it to name both types", err)
	}
}

func TestOutgoingHooks(t *testing.T) {
	t.Parallel()
	var got []string
	memory := integrationtest.NewPlatform()
	integrationtest.On(memory, platform.OpCallAction, func(in *platform.CallActionInput) (*platform.CallActionOutput, error) {
		return &platform.CallActionOutput{Output: in.Input}, nil
	})
	b := start(t, bot.Env{Transport: memory}, func(m *bot.Mux) {
		m.BeforeOutgoingMessage(bot.Any, func(ctx context.Context, call *bot.Call, in *platform.CreateMessageInput) error {
			if string(in.Payload) == `{"text":"secret"}` {
				return bot.RuntimeError("that is not for others")
			}
			// What a hook itself sends is not hooked, or this would not end.
			_, err := call.Send(ctx, in.ConversationID, message.Text{Text: "of the hook"})
			return err
		})
		m.AfterOutgoingMessage(message.TypeText, func(_ context.Context, _ *bot.Call, out *platform.Message) error {
			got = append(got, "sent "+string(out.Payload))
			return nil
		})
		m.BeforeOutgoingCallAction("tracker:close", func(_ context.Context, _ *bot.Call, in *platform.CallActionInput) error {
			in.Input = json.RawMessage(`{"n":2}`)
			return nil
		})
		m.AfterOutgoingCallAction("tracker:close", func(_ context.Context, _ *bot.Call, out *platform.CallActionOutput) error {
			got = append(got, "closed "+string(out.Output))
			return nil
		})
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, in message.Text) error {
			if _, err := call.Reply(ctx, in); err != nil {
				return err
			}
			out, err := bot.CallAction[count](ctx, call.Call, "tracker:close", count{N: 1})
			if err == nil && out.N != 2 {
				t.Errorf("output %+v, want what the hook asked for", out)
			}
			return err
		})
	})
	if err := b.Message(t.Context(), message.Text{Text: "a"}); err != nil {
		t.Fatal(err)
	}
	refusal(t, "refused by a hook", b.Message(t.Context(), message.Text{Text: "secret"}), platform.TypeRuntime, "not for others")
	if diff := cmp.Diff([]string{`sent {"text":"a"}`, `closed {"n":2}`}, got); diff != "" {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
	var sent []string
	for _, m := range memory.Messages() {
		sent = append(sent, string(m.Payload))
	}
	if diff := cmp.Diff([]string{`{"text":"of the hook"}`, `{"text":"a"}`}, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A message that is made unless it is there is a message: hooks see it, and are
// told of it once.
func TestOutgoingHooksOfGetOrCreate(t *testing.T) {
	t.Parallel()
	var before, after []string
	memory := integrationtest.NewPlatform()
	b := start(t, bot.Env{Transport: memory}, func(m *bot.Mux) {
		m.BeforeOutgoingMessage(message.TypeText, func(_ context.Context, _ *bot.Call, in *platform.CreateMessageInput) error {
			before = append(before, string(in.Payload))
			in.Payload = json.RawMessage(`{"text":"changed"}`)
			return nil
		})
		m.AfterOutgoingMessage(bot.Any, func(_ context.Context, _ *bot.Call, out *platform.Message) error {
			after = append(after, string(out.Payload))
			return nil
		})
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			_, err := call.Client.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
				ConversationID: call.Conversation.ID, UserID: call.BotID, Type: message.TypeText, Payload: json.RawMessage(`{"text":"mine"}`),
				Tags: platform.Tags{"replyTo": "m"}, DiscriminateByTags: []string{"replyTo"},
			})
			return err
		})
	})
	for range 2 {
		if err := b.Message(t.Context(), message.Text{Text: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(before) != 2 || before[0] != `{"text":"mine"}` || !slices.Equal(after, []string{`{"text":"changed"}`}) {
		t.Errorf("before saw %q, after %q", before, after)
	}
	if all := memory.Messages(); len(all) != 1 || string(all[0].Payload) != `{"text":"changed"}` {
		t.Errorf("made %+v, want one message as the hook changed it", all)
	}
}

func TestStatesByScope(t *testing.T) {
	t.Parallel()
	memory := integrationtest.NewPlatform()
	b := start(t, bot.Env{Transport: memory}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			for name, id := range map[string]string{"mood": call.User.ID, "topic": call.Conversation.ID, "total": ""} {
				if err := bot.State[count](call.Call, name, id).Set(ctx, count{N: 1}); err != nil {
					return err
				}
			}
			refusal(t, "no id", bot.State[count](call.Call, "mood", "").Set(ctx, count{}), platform.TypeRuntime, "of a user")
			refusal(t, "no name", bot.State[count](call.Call, "moods", "x").Delete(ctx), platform.TypeRuntime, "defined are mood, topic, total")
			return nil
		})
	})
	if err := b.Message(t.Context(), message.Text{Text: "a"}); err != nil {
		t.Fatal(err)
	}
	got := map[platform.StateType]string{}
	for _, in := range integrationtest.Inputs(memory, platform.OpSetState) {
		got[in.Type] = in.ID + "/" + in.Name
	}
	want := map[platform.StateType]string{
		platform.StateUser: bottest.UserID + "/mood", platform.StateConversation: bottest.ConversationID + "/topic", platform.StateBot: bottest.BotID + "/total",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
}

func TestConfigurationInBothForms(t *testing.T) {
	t.Parallel()
	var got []int
	b := start(t, bot.Env{}, func(m *bot.Mux) {
		m.OnRegister(func(_ context.Context, call *bot.Call) error {
			c, err := bot.Config[count](call)
			if err == nil {
				got = append(got, c.N)
			}
			return err
		})
	})
	for _, configuration := range []any{count{N: 3}, map[string]string{"payload": `{"n":4}`}} {
		b.Configuration = configuration
		if err := b.Register(t.Context()); err != nil {
			t.Errorf("%v: %v", configuration, err)
		}
	}
	if !slices.Equal(got, []int{3, 4}) {
		t.Errorf("configurations %v, want 3 and 4", got)
	}
	b.Configuration = nil
	refusal(t, "nothing configured", b.Register(t.Context()), platform.TypeRuntime, "the configuration does not fit: n")
}

func TestBadCallsAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t, bot.Env{}, nil)
	for what, test := range map[string]struct {
		operation, typ string
		body           any
		text           string
	}{
		"unknown operation": {"frobnicate", "x", struct{}{}, "Unknown operation frobnicate"},
		"no message":        {wire.OpEventReceived, platform.EventMessageCreated, platform.EventBody{Event: platform.Event{Type: platform.EventMessageCreated, Payload: json.RawMessage(`[]`)}}, "cannot be read"},
		"no state":          {wire.OpEventReceived, platform.EventStateExpired, platform.EventBody{Event: platform.Event{Type: platform.EventStateExpired, Payload: json.RawMessage(`7`)}}, "cannot be read"},
		"no object":         {wire.OpActionTriggered, "next", 7, "cannot be read"},
	} {
		_, err := b.Call(t.Context(), test.operation, test.typ, test.body)
		refusal(t, what, err, platform.TypeInvalidPayload, test.text)
	}
	resp, err := b.Handler.Handle(t.Context(), &wire.Request{Operation: wire.OpEventReceived, Type: "x", BotID: bottest.BotID})
	if err != nil || resp.Status != 400 || !strings.Contains(string(resp.Body), "Missing body") {
		t.Errorf("without a body: %+v, %v", resp, err)
	}
}
