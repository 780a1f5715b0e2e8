package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// events stands for the platform and passes on the payloads of events.
type events chan json.RawMessage

func (e events) Do(_ context.Context, c *platform.Call) error {
	e <- c.In.(*platform.CreateEventInput).Payload
	return nil
}

func request(t *testing.T, h wire.Handler, op, config string, body any) *wire.Response {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.Handle(t.Context(), &wire.Request{Operation: op, BotID: "bot_1", IntegrationAlias: "webhook", Configuration: []byte(config), Body: raw})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	platformSide := make(events, 10)
	h, err := New().New(integration.Env{Transport: platformSide})
	if err != nil {
		t.Fatal(err)
	}
	post := platform.WebhookRequest{Method: "POST", Path: "/x", Query: "a=1", Headers: map[string]string{"k": "v"}, Body: `{"n":1}`}
	for config, want := range map[string]int{`{}`: 200, `{"secret":"s"}`: 401} {
		if resp := request(t, h, wire.OpWebhookReceived, config, platform.WebhookBody{Req: post}); resp.Status != want {
			t.Errorf("%s: status %d, want %d: %s", config, resp.Status, want, resp.Body)
		}
	}
	const want = `{"body":{"n":1},"query":{"a":"1"},"method":"POST","path":"/x","headers":{"k":"v"}}`
	if got := string(<-platformSide); got != want {
		t.Errorf("event %s, want %s", got, want)
	}
	post.Headers["origin"] = "https://other.example"
	if resp := request(t, h, wire.OpWebhookReceived, `{"allowedOrigins":["https://a.example"]}`, platform.WebhookBody{Req: post}); resp.Status != 403 {
		t.Errorf("other origin: status %d", resp.Status)
	}
}

// refusing stands for a platform that takes no events.
type refusing struct{ *platform.Error }

func (r refusing) Do(context.Context, *platform.Call) error { return r.Error }

func TestCallThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for kind, want := range map[platform.ErrorType]int{platform.TypePayloadTooLarge: 413, platform.TypeInternal: 500} {
		h, err := New().New(integration.Env{Transport: refusing{platform.Errorf(kind, "payload has 9 bytes; give at most 8")}})
		if err != nil {
			t.Fatal(err)
		}
		body := platform.WebhookBody{Req: platform.WebhookRequest{Method: "POST", Path: "/x", Body: "123456789"}}
		if resp := request(t, h, wire.OpWebhookReceived, `{}`, body); resp.Status != want {
			t.Errorf("%s: status %d, want %d: %s", kind, resp.Status, want, resp.Body)
		}
	}
}

func TestSyncAnswer(t *testing.T) {
	t.Parallel()
	platformSide := make(events, 1)
	h, err := New().New(integration.Env{Transport: platformSide})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan *wire.Response, 1)
	go func() {
		body, _ := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{Method: "GET", Path: "/"}})
		resp, _ := h.Handle(context.Background(), &wire.Request{
			Operation: wire.OpWebhookReceived, BotID: "bot_1", IntegrationAlias: "webhook", Configuration: []byte(`{"answer":"sync"}`), Body: body,
		})
		done <- resp
	}()
	var in call
	if err := json.Unmarshal(<-platformSide, &in); err != nil {
		t.Fatal(err)
	}
	input := json.RawMessage(fmt.Sprintf(`{"requestId":%q,"status":201,"body":{"ok":true}}`, in.RequestID))
	if resp := request(t, h, wire.OpActionTriggered, `{}`, platform.ActionBody{Type: "respond", Input: input}); !resp.OK() {
		t.Fatalf("respond: %d %s", resp.Status, resp.Body)
	}
	if resp := <-done; resp.Status != 201 || string(resp.Body) != `{"ok":true}` {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
	if resp := request(t, h, wire.OpActionTriggered, `{}`, platform.ActionBody{Type: "respond", Input: input}); resp.OK() {
		t.Error("a call was answered twice")
	}
}
