// Package handlertest has the handler that the suite of package integrationtest
// is run on wherever handlers run, in Go and as a bundle, and the calls that
// every copy of it must answer alike.
package handlertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

type settings struct {
	Key string `json:"key"`
}

type failInput struct {
	How string `json:"how"`
}

type failOutput struct {
	Done string `json:"done" minLength:"1"`
}

// Definition is what the handler declares.
func Definition() integration.Definition {
	return integration.Definition{
		Name: "acme/full", Version: "1.2.3",
		Configurations: map[string]integration.Configuration{"manual": {Schema: schema.For[settings]}},
		Channels: map[string]integration.Channel{"dm": {
			Messages: integration.StandardMessages(message.TypeText), MessageTags: integration.Tags{"id": {}},
			Creation: &platform.CreationDefinition{Enabled: true},
		}},
		User: integration.User{Tags: integration.Tags{"id": {}}, Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{"id"}}},
		States: map[string]integration.StateDefinition{
			"credentials": {Type: platform.StateIntegration, Schema: schema.For[settings], Expiry: time.Hour},
		},
		Actions:         map[string]integration.ActionDefinition{"fail": {Input: schema.For[failInput], Output: schema.For[failOutput]}},
		Events:          map[string]integration.EventDefinition{"noticed": {Schema: schema.For[settings]}},
		Secrets:         map[string]integration.Secret{"API_KEY": {}},
		ExtraOperations: []string{wire.OpMessageUpdated, wire.OpConversationUpdated},
	}
}

// fail refuses, fails, panics or succeeds as it is told.
func fail(_ context.Context, _ *integration.Call, in *failInput) (*failOutput, error) {
	switch in.How {
	case "runtime":
		return nil, integration.RuntimeError("no such account")
	case "invalid":
		return nil, platform.Errorf(platform.TypeInvalidPayload, "that is wrong")
	case "other":
		return nil, platform.Errorf(platform.TypeResourceNotFound, "user not found")
	case "later":
		e := platform.Errorf(platform.TypeRateLimited, "slow down")
		e.RetryAfter = 1500 * time.Millisecond
		return nil, e
	case "plain":
		return nil, errors.New("password hunter2 is wrong")
	case "panic":
		panic("hunter2")
	case "rubbish":
		return &failOutput{}, nil
	case "nothing":
		return nil, nil
	}
	return &failOutput{Done: in.How}, nil
}

// Script is the handler as a bundle. It calls the API as the Go one does; what
// it is answered has no members that it needs but an event's type.
//
//go:embed handler.cjs
var Script string

// Integration is the handler in Go.
func Integration() integration.Integration {
	return integration.Integration{Definition: Definition(), New: func(env integration.Env) (wire.Handler, error) {
		return newMux(env).Handler()
	}}
}

func newMux(env integration.Env) *integration.Mux {
	m := integration.NewMux(Definition(), env)
	integration.Message(m, "dm", message.TypeText, func(ctx context.Context, _ *integration.Call, out *integration.Outgoing[message.Text]) error {
		return out.Ack(ctx, platform.Tags{"id": "ext-" + out.Payload.Text})
	})
	integration.Action(m, "fail", fail)
	m.OnRegister(func(ctx context.Context, call *integration.Call) error {
		return integration.State[settings](call, "credentials", "").Set(ctx, settings{Key: call.WebhookURL})
	})
	m.OnUnregister(func(ctx context.Context, call *integration.Call) error {
		return integration.State[settings](call, "credentials", "").Delete(ctx)
	})
	m.OnWebhook(func(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
		switch req.Path {
		case "/status":
			return &integration.WebhookResponse{Status: 42}, nil
		case "/none":
			return nil, nil
		case "/event":
			e, err := call.Emit(ctx, integration.Event{Type: "noticed", Payload: settings{Key: req.Body}})
			if err != nil {
				return nil, err
			}
			return integration.JSON(http.StatusAccepted, map[string]string{"type": e.Type})
		case "/undefined":
			_, err := call.Emit(ctx, integration.Event{Type: "nonesuch"})
			return nil, err
		}
		return integration.Text(http.StatusTeapot, req.Body), nil
	})
	m.OnCreateUser(func(_ context.Context, _ *integration.Call, in *platform.CreateUserBody) (*platform.User, error) {
		return &platform.User{ID: "user_" + in.Tags["id"], Tags: in.Tags}, nil
	})
	m.OnCreateConversation(func(context.Context, *integration.Call, *platform.CreateConversationBody) (*platform.Conversation, error) {
		return nil, nil
	})
	m.OnMessageUpdated(func(context.Context, *integration.Call, *platform.MessageUpdatedBody) error { return nil })
	m.OnConversationUpdated(func(context.Context, *integration.Call, *platform.ConversationUpdatedBody) error { return nil })
	return m
}

// refused checks an error's type and that its text has, and lacks, some words.
func refused(typ platform.ErrorType, has string) func(*testing.T, *wire.Response) {
	return func(t *testing.T, resp *wire.Response) {
		t.Helper()
		var e platform.Error
		if err := json.Unmarshal(resp.Body, &e); err != nil {
			t.Fatal(err)
		}
		if e.Type != typ || !strings.Contains(e.Message, has) || e.ID == "" {
			t.Errorf("got %s, want type %s and %q", resp.Body, typ, has)
		}
		if strings.Contains(string(resp.Body), "hunter2") {
			t.Errorf("the cause is told to the caller: %s", resp.Body)
		}
	}
}

// Action is a call of the action, which succeeds or fails as it is told.
func Action(how string) wire.Request {
	return wire.Request{Operation: wire.OpActionTriggered, Body: []byte(`{"type":"fail","input":{"how":"` + how + `"}}`)}
}

func webhook(path, body string) wire.Request {
	return wire.Request{Operation: wire.OpWebhookReceived, Body: []byte(
		`{"req":{"method":"POST","path":"` + path + `","query":"a=b","headers":{},"body":"` + body + `"}}`)}
}

// Cases are calls and their answers.
func Cases() []integrationtest.Case {
	register := wire.Request{Operation: wire.OpRegister, Body: []byte(`{"webhookUrl":"https://x/y"}`)}
	manual := func(config string) wire.Request {
		r := register
		r.ConfigurationType, r.Configuration = "manual", []byte(config)
		return r
	}
	unknown := register
	unknown.ConfigurationType = "nonesuch"
	text := func(payload string) wire.Request {
		return wire.Request{Operation: wire.OpMessageCreated, Body: []byte(
			`{"type":"text","payload":` + payload + `,"message":{"id":"msg_1"},"conversation":{"channel":"dm"},"more":1}`)}
	}
	return []integrationtest.Case{
		{Name: "register", Request: register, Body: "{}"},
		{Name: "register manual", Request: manual(`{"key":"k"}`), Body: "{}"},
		{Name: "register with a bad configuration", Request: manual(`{}`), Status: 400, Check: refused(platform.TypeRuntime, "key")},
		{Name: "register with an unknown configuration", Request: unknown, Status: 400, Check: refused(platform.TypeRuntime, "nonesuch")},
		{Name: "message", Request: text(`{"text":"a"}`), Body: "{}"},
		{Name: "message with a bad payload", Request: text(`{"text":""}`), Status: 400, Check: refused(platform.TypeInvalidPayload, "text")},
		{Name: "message without a payload", Request: text(`null`), Status: 400, Check: refused(platform.TypeInvalidPayload, "payload")},
		{Name: "action", Request: Action("well"), Body: `{"output":{"done":"well"},"meta":{"cost":0}}`},
		{Name: "runtime error", Request: Action("runtime"), Status: 400, Check: refused(platform.TypeRuntime, "no such account")},
		{Name: "invalid payload", Request: Action("invalid"), Status: 400, Check: refused(platform.TypeInvalidPayload, "that is wrong")},
		{Name: "error of the API", Request: Action("other"), Status: 500, Check: refused(platform.TypeResourceNotFound, "not found")},
		{Name: "plain error", Request: Action("plain"), Status: 500, Check: refused(platform.TypeRuntime, "unexpected")},
		{Name: "panic", Request: Action("panic"), Status: 500, Check: refused(platform.TypeRuntime, "unexpected")},
		{Name: "rubbish output", Request: Action("rubbish"), Status: 500, Check: refused(platform.TypeRuntime, "unexpected")},
		{Name: "no output", Request: Action("nothing"), Status: 500, Check: refused(platform.TypeRuntime, "unexpected")},
		{Name: "retry later", Request: Action("later"), Status: 503, Check: func(t *testing.T, resp *wire.Response) {
			if got := resp.Header.Get("Retry-After"); got != "2" {
				t.Errorf("Retry-After = %q, want 2", got)
			}
		}},
		{Name: "webhook", Request: webhook("/", "<raw>"), Status: http.StatusTeapot, Body: "<raw>"},
		{Name: "webhook without an answer", Request: webhook("/none", ""), Body: "{}", Check: func(t *testing.T, resp *wire.Response) {
			if got := resp.Header.Get("Content-Type"); got != "" {
				t.Errorf("content type %q, want none", got)
			}
		}},
		{Name: "webhook with an impossible status", Request: webhook("/status", ""), Status: 500},
		{Name: "event", Request: webhook("/event", "x"), Status: 202, Body: `{"type":"noticed"}`},
		{Name: "undefined event", Request: webhook("/undefined", ""), Status: 400, Check: refused(platform.TypeRuntime, "nonesuch")},
		{Name: "create a user", Request: wire.Request{Operation: wire.OpCreateUser, Body: []byte(`{"tags":{"id":"7"}}`)}, Check: func(t *testing.T, resp *wire.Response) {
			if !strings.Contains(string(resp.Body), `"user":{"id":"user_7"`) {
				t.Errorf("got %s", resp.Body)
			}
		}},
		{Name: "create a conversation", Request: wire.Request{Operation: wire.OpCreateConversation, Body: []byte(`{"channel":"dm","tags":{}}`)}, Body: "{}"},
		{Name: "message updated", Request: wire.Request{Operation: wire.OpMessageUpdated, Body: []byte(`{}`)}, Body: "{}"},
		{Name: "conversation updated", Request: wire.Request{Operation: wire.OpConversationUpdated, Body: []byte(`{}`)}, Body: "{}"},
		{Name: "unregister", Request: wire.Request{Operation: wire.OpUnregister, Body: []byte(`{"webhookUrl":"https://x/y"}`)}, Body: "{}"},
	}
}
