package bot_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Each type of message may have a handler, which gets the payload as a Go
// value.
func ExampleMessage() {
	b := bot.New(bot.Definition{Name: "critic"}, func(m *bot.Mux) {
		bot.Message(m, func(_ context.Context, _ *bot.MessageCall, in message.Text) error {
			fmt.Println("read", in.Text)
			return nil
		})
		bot.Message(m, func(_ context.Context, _ *bot.MessageCall, in message.Image) error {
			fmt.Println("look at", in.ImageURL)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Text{Text: "hello"}))
	fmt.Println(started.Message(context.Background(), message.Image{ImageURL: "https://a.example/cat.png"}))
	// Output:
	// read hello
	// <nil>
	// look at https://a.example/cat.png
	// <nil>
}

// OnMessage takes a type by name, or every type.
func ExampleMux_OnMessage() {
	b := bot.New(bot.Definition{Name: "critic"}, func(m *bot.Mux) {
		m.OnMessage(bot.Any, func(_ context.Context, call *bot.MessageCall) error {
			fmt.Printf("%s: %q\n", call.Message.Type, call.Text())
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Choice{Text: "Tea?"}))
	fmt.Println(started.Message(context.Background(), message.Audio{AudioURL: "https://a.example/song.mp3"}))
	// Output:
	// choice: "Tea?"
	// <nil>
	// audio: ""
	// <nil>
}

// What a person picked comes as a text with the value that stands behind the
// label; Decode reads members that are not standard.
func ExampleMessageCall_Value() {
	b := bot.New(bot.Definition{Name: "waiter"}, func(m *bot.Mux) {
		m.OnMessage(message.TypeText, func(_ context.Context, call *bot.MessageCall) error {
			var said struct {
				Table int `json:"table"`
			}
			if err := call.Decode(&said); err != nil {
				return err
			}
			fmt.Printf("%q is %q, at table %d\n", call.Text(), call.Value(), said.Table)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	err = started.Event(context.Background(), platform.EventMessageCreated, platform.MessagePayload{
		Message: platform.Message{Type: message.TypeText, Payload: []byte(`{"text":"Tea","value":"t","table":4}`)},
	})
	fmt.Println(err)
	// Output:
	// "Tea" is "t", at table 4
	// <nil>
}

// A bot answers with any type that the user's channel shows.
func ExampleMessageCall_Reply() {
	b := bot.New(bot.Definition{Name: "waiter"}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			_, err := call.Reply(ctx, message.Choice{Text: "Tea?", Options: []message.Option{
				{Label: "Yes, please", Value: "yes"}, {Label: "No", Value: "no"},
			}})
			return err
		})
	})
	memory := integrationtest.NewPlatform()
	started, err := bottest.Start(b, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	if err := started.Message(context.Background(), message.Text{Text: "hello"}); err != nil {
		log.Fatal(err)
	}
	for _, m := range memory.Messages() {
		fmt.Println(m.Type, string(m.Payload))
	}
	// Output: choice {"text":"Tea?","options":[{"label":"Yes, please","value":"yes"},{"label":"No","value":"no"}]}
}

// Send writes into any conversation, for a bot that speaks first.
func ExampleCall_Send() {
	b := bot.New(bot.Definition{Name: "waiter"}, func(m *bot.Mux) {
		bot.OnEvent(m, "kitchen:ready", func(ctx context.Context, call *bot.EventCall[struct{ Table string }]) error {
			_, err := call.Send(ctx, call.Payload.Table, message.Text{Text: "Here it comes"})
			return err
		})
	})
	memory := integrationtest.NewPlatform()
	started, err := bottest.Start(b, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Event(context.Background(), "kitchen:ready", map[string]string{"table": "conv_7"}))
	for _, in := range integrationtest.Inputs(memory, platform.OpCreateMessage) {
		fmt.Println(in.ConversationID, string(in.Payload))
	}
	// Output:
	// <nil>
	// conv_7 {"text":"Here it comes"}
}
