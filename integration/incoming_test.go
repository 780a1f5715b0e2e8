package integration_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

func incomingDefinition() integration.Definition {
	return integration.Definition{
		Name: "inbox", Version: "1.0.0",
		Channels: map[string]integration.Channel{"dm": {
			Messages:    integration.StandardMessages(message.TypeText, message.TypeImage, message.TypeBloc),
			MessageTags: integration.Tags{"id": {}}, ConversationTags: integration.Tags{"id": {}},
		}},
		User: integration.User{Tags: integration.Tags{"id": {}}},
	}
}

// handle makes the integration's code and calls it.
func handle(t *testing.T, i integration.Integration, env integration.Env, op, body string) *wire.Response {
	t.Helper()
	h, err := i.New(env)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.Handle(t.Context(), &wire.Request{Operation: op, BotID: "bot_1", IntegrationID: "intver_1", Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestReceive(t *testing.T) {
	t.Parallel()
	good := integration.Incoming{
		Channel: "dm", UserTags: platform.Tags{"id": "u"}, ConversationTags: platform.Tags{"id": "c"},
		MessageTags: platform.Tags{"id": "m"}, Payload: message.Text{Text: "hello"}, UserName: "Ada",
	}
	for name, test := range map[string]struct {
		change func(*integration.Incoming)
		want   string // in the refusal; empty takes the message
	}{
		"good":                    {func(*integration.Incoming) {}, ""},
		"type not defined":        {func(in *integration.Incoming) { in.Payload = message.Audio{AudioURL: "https://a.example/x"} }, ""},
		"channel not defined":     {func(in *integration.Incoming) { in.Channel = "sms" }, `the channel "sms" is not defined; defined are dm`},
		"empty text":              {func(in *integration.Incoming) { in.Payload = message.Text{} }, "the payload of the text message does not fit"},
		"no payload":              {func(in *integration.Incoming) { in.Payload = nil }, "no payload"},
		"nothing names the user":  {func(in *integration.Incoming) { in.UserTags = nil }, "no user tags"},
		"nothing names the place": {func(in *integration.Incoming) { in.ConversationTags = nil }, "no conversation tags"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := good
			test.change(&in)
			p := integrationtest.NewPlatform()
			i := integration.New(incomingDefinition(), func(m *integration.Mux) {
				m.OnMessages("dm", func(context.Context, *integration.Call, *integration.Outgoing[message.Payload]) error { return nil })
				m.OnWebhook(func(ctx context.Context, call *integration.Call, _ *platform.WebhookRequest) (*integration.WebhookResponse, error) {
					first, err := call.Receive(ctx, in)
					if err != nil {
						return nil, err
					}
					again, err := call.Receive(ctx, in)
					if err == nil && (again.Message.ID != first.Message.ID || again.User.ID != first.User.ID || again.Conversation.ID != first.Conversation.ID) {
						t.Errorf("received twice: %+v and %+v", first, again)
					}
					return nil, err
				})
			})
			resp := handle(t, i, integration.Env{Transport: p}, wire.OpWebhookReceived, `{"req":{"method":"POST","path":"/"}}`)
			if resp.OK() != (test.want == "") || !strings.Contains(string(resp.Body), strings.ReplaceAll(test.want, `"`, `\"`)) {
				t.Errorf("got %d %s, want %q", resp.Status, resp.Body, test.want)
			}
			if calls := len(p.Calls()); resp.OK() != (calls == 2) {
				t.Errorf("%d calls of the platform", calls)
			}
		})
	}
}

func TestReceiveNamesWhatIdentifies(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	i := integration.New(integration.Definition{
		Name: "inbox", Version: "1.0.0", Channels: map[string]integration.Channel{"dm": {}},
	}, func(m *integration.Mux) {
		m.OnWebhook(func(ctx context.Context, call *integration.Call, _ *platform.WebhookRequest) (*integration.WebhookResponse, error) {
			_, err := call.Receive(ctx, integration.Incoming{
				Channel: "dm", UserTags: platform.Tags{"b": "2", "a": "1"}, ConversationTags: platform.Tags{"c": "3"},
				Payload: message.Text{Text: "x"}, PictureURL: "https://a.example/p",
			})
			return nil, err
		})
	})
	handle(t, i, integration.Env{Transport: p}, wire.OpWebhookReceived, `{"req":{"method":"POST","path":"/"}}`)
	want := []platform.InitializeIncomingMessageInput{{
		User:         &platform.IncomingUser{Tags: platform.Tags{"a": "1", "b": "2"}, DiscriminateByTags: []string{"a", "b"}, PictureURL: "https://a.example/p"},
		Conversation: &platform.IncomingConversation{Channel: "dm", Tags: platform.Tags{"c": "3"}, DiscriminateByTags: []string{"c"}},
		Message:      &platform.IncomingMessage{Type: "text", Payload: json.RawMessage(`{"text":"x"}`)},
	}}
	if diff := cmp.Diff(want, integrationtest.Inputs(p, platform.OpInitializeIncomingMessage)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOneHandlerForAChannel(t *testing.T) {
	t.Parallel()
	var got []string
	i := integration.New(incomingDefinition(), func(m *integration.Mux) {
		m.OnMessages("dm", func(_ context.Context, _ *integration.Call, out *integration.Outgoing[message.Payload]) error {
			switch p := out.Payload.(type) {
			case message.Image:
				got = append(got, "picture "+p.ImageURL)
			case message.Text:
				got = append(got, "not for me")
			}
			return nil
		})
		integration.Message(m, "dm", message.TypeText, func(_ context.Context, _ *integration.Call, out *integration.Outgoing[message.Text]) error {
			got = append(got, "text "+out.Payload.Text)
			return nil
		})
	})
	for typ, payload := range map[string]string{"image": `{"imageUrl":"u"}`, "text": `{"text":"t"}`} {
		resp := handle(t, i, integration.Env{}, wire.OpMessageCreated, `{"type":"`+typ+`","payload":`+payload+`,"conversation":{"channel":"dm"}}`)
		if !resp.OK() {
			t.Errorf("%s: %d %s", typ, resp.Status, resp.Body)
		}
	}
	if len(got) != 2 || !strings.Contains(strings.Join(got, ","), "picture u") || !strings.Contains(strings.Join(got, ","), "text t") {
		t.Errorf("handled %q", got)
	}
	_, err := integration.New(incomingDefinition(), func(m *integration.Mux) {
		m.OnMessages("sms", nil)
	}).New(integration.Env{})
	for _, want := range []string{"channels.sms: it has a handler but is not defined", "channels.sms: its handler is nil", "channels.dm.messages.bloc: it is defined but has no handler"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %q", err, want)
		}
	}
}

func TestOwnTypesOfAChannelNeedTheirHandlers(t *testing.T) {
	t.Parallel()
	d := incomingDefinition()
	d.Channels["dm"].Messages["sticker"] = integration.MessageDefinition{}
	_, err := integration.New(d, func(m *integration.Mux) {
		m.OnMessages("dm", func(context.Context, *integration.Call, *integration.Outgoing[message.Payload]) error { return nil })
	}).New(integration.Env{})
	if err == nil || !strings.Contains(err.Error(), "channels.dm.messages.sticker: it is defined but has no handler") {
		t.Errorf("error %v does not ask for a handler of the sticker", err)
	}
}
