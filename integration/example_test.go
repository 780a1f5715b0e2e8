package integration_test

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

type echoConfig struct {
	Prefix string `json:"prefix,omitempty"`
}

type shoutInput struct {
	Text string `json:"text"`
}

type shoutOutput struct {
	Text string `json:"text"`
}

// Everything is defined first; then each thing gets its typed handler.
func Example() {
	definition := integration.Definition{
		Name: "echo", Version: "1.0.0", Title: "Echo",
		Configuration: &integration.Configuration{Schema: schema.For[echoConfig]},
		Channels: map[string]integration.Channel{"dm": {
			Messages:         integration.StandardMessages(message.TypeText),
			ConversationTags: integration.Tags{"id": {}},
		}},
		Actions: map[string]integration.ActionDefinition{
			"shout": {Input: schema.For[shoutInput], Output: schema.For[shoutOutput]},
		},
	}
	echo := integration.Integration{Definition: definition, New: func(env integration.Env) (wire.Handler, error) {
		m := integration.NewMux(definition, env)
		integration.Message(m, "dm", message.TypeText, func(_ context.Context, call *integration.Call, out *integration.Outgoing[message.Text]) error {
			config, err := integration.Config[echoConfig](call)
			if err != nil {
				return err
			}
			fmt.Println("to", out.Conversation.Tags["id"]+":", config.Prefix+out.Payload.Text)
			return nil
		})
		integration.Action(m, "shout", func(_ context.Context, _ *integration.Call, in *shoutInput) (*shoutOutput, error) {
			return &shoutOutput{Text: in.Text + "!"}, nil
		})
		m.OnWebhook(func(_ context.Context, _ *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
			return integration.Text(200, "got "+req.Body), nil
		})
		return m.Handler()
	}}

	h, err := echo.New(integration.Env{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, req := range []*wire.Request{
		{Operation: wire.OpMessageCreated, BotID: "bot_1", Configuration: []byte(`{"prefix":"> "}`), Body: []byte(
			`{"type":"text","payload":{"text":"hello"},"conversation":{"channel":"dm","tags":{"id":"42"}}}`)},
		{Operation: wire.OpActionTriggered, BotID: "bot_1", Body: []byte(`{"type":"shout","input":{"text":"hi"}}`)},
		{Operation: wire.OpWebhookReceived, BotID: "bot_1", Body: []byte(`{"req":{"method":"POST","path":"/","query":"","headers":{},"body":"x"}}`)},
	} {
		resp, err := h.Handle(context.Background(), req)
		fmt.Println(resp.Status, string(resp.Body), err)
	}
	// Output:
	// to 42: > hello
	// 200 {} <nil>
	// 200 {"output":{"text":"hi!"},"meta":{"cost":0}} <nil>
	// 200 got x <nil>
}
