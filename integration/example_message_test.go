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

// Each message type of each channel has a handler, which gets the payload as a
// Go value. A payload that does not fit its schema does not reach it.
func ExampleMessage() {
	i := integration.New(integration.Definition{
		Name: "pictures", Version: "1.0.0",
		Channels: map[string]integration.Channel{"dm": {Messages: integration.StandardMessages(message.TypeImage)}},
	}, func(m *integration.Mux) {
		integration.Message(m, "dm", message.TypeImage, func(_ context.Context, _ *integration.Call, out *integration.Outgoing[message.Image]) error {
			fmt.Println("show", out.Payload.ImageURL)
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	dm := platform.Conversation{Channel: "dm"}
	fmt.Println(installed.Message(context.Background(), dm, message.Image{ImageURL: "https://a.example/cat.png"}))
	fmt.Println(installed.Message(context.Background(), dm, message.Image{}))
	fmt.Println(installed.Message(context.Background(), dm, message.Text{Text: "hello"}))
	// Output:
	// show https://a.example/cat.png
	// <nil>
	// InvalidPayload: the payload of the image message does not fit: imageUrl: has 0 characters; at least 1 are needed
	// InvalidPayload: Message of type text not found in channel dm
}

// One handler may take every standard type of a channel. Types of its own, and
// those that want something special, still have theirs.
func ExampleMux_OnMessages() {
	i := integration.New(integration.Definition{
		Name: "pager", Version: "1.0.0",
		Channels: map[string]integration.Channel{"dm": {Messages: integration.StandardMessages()}},
	}, func(m *integration.Mux) {
		m.OnMessages("dm", func(_ context.Context, _ *integration.Call, out *integration.Outgoing[message.Payload]) error {
			switch p := out.Payload.(type) {
			case message.Text:
				fmt.Println("text", p.Text)
			case message.Choice:
				fmt.Println("question", p.Text, "with", len(p.Options), "answers")
			default:
				return integration.RuntimeError("a pager shows no " + p.Type())
			}
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, dm := context.Background(), platform.Conversation{Channel: "dm"}
	fmt.Println(installed.Message(ctx, dm, message.Text{Text: "hello"}))
	fmt.Println(installed.Message(ctx, dm, message.Choice{Text: "Tea?", Options: []message.Option{{Label: "Yes", Value: "y"}}}))
	fmt.Println(installed.Message(ctx, dm, message.Audio{AudioURL: "https://a.example/song.mp3"}))
	// Output:
	// text hello
	// <nil>
	// question Tea? with 1 answers
	// <nil>
	// Runtime: a pager shows no audio
}

// Ack notes the external system's id on the message that was sent, for events
// and replies that refer to it.
func ExampleOutgoing_Ack() {
	i := integration.New(integration.Definition{
		Name: "pager", Version: "1.0.0",
		Channels: map[string]integration.Channel{"dm": {
			Messages: integration.StandardMessages(message.TypeText), MessageTags: integration.Tags{"id": {}},
		}},
	}, func(m *integration.Mux) {
		integration.Message(m, "dm", message.TypeText, func(ctx context.Context, _ *integration.Call, out *integration.Outgoing[message.Text]) error {
			externalID := "4711" // from the answer of the external system
			return out.Ack(ctx, platform.Tags{"id": externalID})
		})
	})
	memory := integrationtest.NewPlatform()
	installed, err := integrationtest.Install(i, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	if err := installed.Message(context.Background(), platform.Conversation{Channel: "dm"}, message.Text{Text: "hello"}); err != nil {
		log.Fatal(err)
	}
	for _, in := range integrationtest.Inputs(memory, platform.OpUpdateMessage) {
		fmt.Println(in.ID, in.Tags)
	}
	// Output: msg_1 map[id:4711]
}

// Receive finds the user, the conversation and the message by their tags, or
// makes them, in one transaction. What is received twice is there once.
func ExampleCall_Receive() {
	i := integration.New(integration.Definition{
		Name: "pager", Version: "1.0.0",
		User: integration.User{Tags: integration.Tags{"number": {}}},
		Channels: map[string]integration.Channel{"dm": {
			ConversationTags: integration.Tags{"number": {}}, MessageTags: integration.Tags{"id": {}},
		}},
	}, func(m *integration.Mux) {
		m.OnWebhook(func(ctx context.Context, call *integration.Call, _ *platform.WebhookRequest) (*integration.WebhookResponse, error) {
			_, err := call.Receive(ctx, integration.Incoming{
				Channel:          "dm",
				UserTags:         platform.Tags{"number": "555-0100"},
				ConversationTags: platform.Tags{"number": "555-0100"},
				MessageTags:      platform.Tags{"id": "m-1"},
				Payload:          message.Text{Text: "hello"},
				UserName:         "Ada",
			})
			return nil, err
		})
	})
	memory := integrationtest.NewPlatform()
	installed, err := integrationtest.Install(i, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 { // the external system repeats its call
		if _, err := installed.Webhook(context.Background(), platform.WebhookRequest{Method: "POST", Path: "/"}); err != nil {
			log.Fatal(err)
		}
	}
	for _, m := range memory.Messages() {
		fmt.Println(m.Tags["id"], string(m.Payload))
	}
	// Output: m-1 {"text":"hello"}
}
