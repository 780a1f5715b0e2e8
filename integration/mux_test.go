package integration_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/handlertest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestHandlerTellsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	m := integration.NewMux(integration.Definition{
		Name: "Bad Name", Version: "one", Icon: []byte("png"),
		Channels: map[string]integration.Channel{"dm": {Messages: map[string]integration.MessageDefinition{
			"text": {Schema: integration.RawSchema(`{"type":"string"}`)}, "image": {},
		}}},
		States:  map[string]integration.StateDefinition{"s": {Type: platform.StateBot, Expiry: 40 * 24 * time.Hour}},
		Actions: map[string]integration.ActionDefinition{"go": {Input: schema.For[map[string]chan int]}},
		Events:  map[string]integration.EventDefinition{"message_created": {}},
		Secrets: map[string]integration.Secret{"lower": {}},
		Interfaces: map[string]platform.InterfaceExtension{"hitl": {
			Actions: map[string]platform.InterfaceAlias{"start": {Name: "nonesuch"}},
		}},
		ExtraOperations: []string{wire.OpConversationUpdated, "frobnicate"},
	}, integration.Env{})
	handle := func(context.Context, *integration.Call, *integration.Outgoing[message.Text]) error { return nil }
	integration.Message(m, "dm", "text", handle)
	integration.Message(m, "dm", "text", handle)
	integration.Message(m, "sms", "text", handle)
	integration.Action(m, "stop", func(context.Context, *integration.Call, *struct{}) (*struct{}, error) { return nil, nil })
	m.OnWebhook(nil)
	m.OnCreateUser(func(context.Context, *integration.Call, *platform.CreateUserBody) (*platform.User, error) {
		return nil, nil
	})
	m.OnMessageUpdated(func(context.Context, *integration.Call, *platform.MessageUpdatedBody) error { return nil })

	_, err := m.Handler()
	found, ok := errors.AsType[*integration.DefinitionError](err)
	if !ok {
		t.Fatalf("Handler() = %v, want a *DefinitionError", err)
	}
	var paths []string
	for _, fault := range found.Faults {
		path, _, _ := strings.Cut(fault, ":")
		paths = append(paths, path)
	}
	want := []string{
		"actions.go.input", "actions.go", "actions.stop", "channels.dm.messages.image", "channels.dm.messages.text",
		"channels.dm.messages.text", "channels.sms", "conversation_updated", "create_user",
		"events.message_created", "extraOperations", "icon", "interfaces.hitl.actions.start", "message_updated", "name",
		"secrets.lower", "states.s", "states.s", "version", "webhook_received",
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("faults (-want +got):\n%s\n%v", diff, err)
	}
}

func TestCausesAreLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"plain", "panic"} {
		var log bytes.Buffer
		h, err := handlertest.Integration().New(integration.Env{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		req := handlertest.Action(how)
		resp, err := h.Handle(t.Context(), &req)
		if err != nil {
			t.Fatal(err)
		}
		var e platform.Error
		if err := json.Unmarshal(resp.Body, &e); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), e.ID) {
			t.Errorf("%s: the log %s lacks the cause or the id %s", how, &log, e.ID)
		}
	}
}

func TestCallsAreMadeAsTheInstallation(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	h, err := handlertest.Integration().New(integration.Env{Transport: p, Token: "tok"})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.Handle(t.Context(), &wire.Request{
		Operation: wire.OpMessageCreated, BotID: "bot_1", IntegrationID: "intver_1", IntegrationAlias: "dm", TraceParent: "00-1", TraceState: "s=1",
		Body: []byte(`{"type":"text","payload":{"text":"a"},"message":{"id":"msg_1"},"conversation":{"channel":"dm"}}`),
	})
	if err != nil || !resp.OK() {
		t.Fatalf("Handle = %+v, %v", resp, err)
	}
	want := platform.Caller{Token: "tok", BotID: "bot_1", IntegrationID: "intver_1", IntegrationAlias: "dm", TraceParent: "00-1", TraceState: "s=1"}
	if diff := cmp.Diff(want, p.Calls()[0].Caller); diff != "" {
		t.Errorf("caller (-want +got):\n%s", diff)
	}
	acks := integrationtest.Inputs(p, platform.OpUpdateMessage)
	if diff := cmp.Diff([]platform.UpdateMessageInput{{ID: "msg_1", Tags: platform.Tags{"id": "ext-a"}}}, acks); diff != "" {
		t.Errorf("acks (-want +got):\n%s", diff)
	}
}

func FuzzBodies(f *testing.F) {
	for _, c := range handlertest.Cases() {
		f.Add(c.Request.Operation, c.Request.Body, []byte("{}"))
	}
	f.Fuzz(func(t *testing.T, op string, body, config []byte) {
		h, err := handlertest.Integration().New(integration.Env{Transport: integrationtest.NewPlatform()})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.Handle(t.Context(), &wire.Request{Operation: op, BotID: "bot_1", Configuration: config, Body: body})
		if err != nil || resp.Status == 0 && resp.Body == nil {
			t.Errorf("Handle(%q, %q) = %+v, %v", op, body, resp, err)
		}
		if !resp.OK() && op != wire.OpWebhookReceived && !json.Valid(resp.Body) {
			t.Errorf("Handle(%q, %q): the error is not JSON: %s", op, body, resp.Body)
		}
	})
}
