package integration_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// An integration with one channel: everything is declared first, then each
// thing gets its typed handler. The main function of a program that serves it
// is integration.Main(echo).
func Example() {
	echo := integration.New(integration.Definition{
		Name: "echo", Version: "1.0.0", Title: "Echo",
		User: integration.User{Tags: integration.Tags{"id": {}}},
		Channels: map[string]integration.Channel{"dm": {
			Messages:         integration.StandardMessages(message.TypeText),
			ConversationTags: integration.Tags{"id": {}},
			MessageTags:      integration.Tags{"id": {}},
		}},
	}, func(m *integration.Mux) {
		// The external system calls: a user wrote.
		m.OnWebhook(func(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
			_, err := call.Receive(ctx, integration.Incoming{
				Channel: "dm", UserTags: platform.Tags{"id": "ada"}, ConversationTags: platform.Tags{"id": "ada"},
				MessageTags: platform.Tags{"id": req.Headers["x-id"]}, Payload: message.Text{Text: req.Body},
			})
			return integration.Text(200, "thanks"), err
		})
		// The platform calls: the bot wrote.
		integration.Message(m, "dm", message.TypeText, func(_ context.Context, _ *integration.Call, out *integration.Outgoing[message.Text]) error {
			fmt.Printf("to %s: %s\n", out.Conversation.Tags["id"], out.Payload.Text)
			return nil
		})
	})

	ctx, memory := context.Background(), integrationtest.NewPlatform()
	installed, err := integrationtest.Install(echo, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := installed.Webhook(ctx, platform.WebhookRequest{Method: "POST", Path: "/", Headers: map[string]string{"x-id": "1"}, Body: "hello"})
	fmt.Println(resp.Status, string(resp.Body), err)
	for _, m := range memory.Messages() {
		fmt.Println("received", m.Type, string(m.Payload))
	}
	in := platform.Conversation{Channel: "dm", Tags: platform.Tags{"id": "ada"}}
	if err := installed.Message(ctx, in, message.Text{Text: "hello yourself"}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 200 thanks <nil>
	// received text {"text":"hello"}
	// to ada: hello yourself
}
