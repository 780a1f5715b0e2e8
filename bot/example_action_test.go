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
	"github.com/bellhop-dev/bellhop/schema"
)

// A bot may have actions of its own, which others call. Input and output are
// checked against the schemas that their Go types give.
func ExampleAction() {
	type sum struct {
		A int `json:"a"`
		B int `json:"b"`
	}
	type result struct {
		Sum int `json:"sum"`
	}
	b := bot.New(bot.Definition{
		Name: "adder", Actions: map[string]bot.ActionDefinition{"add": {Input: schema.For[sum], Output: schema.For[result]}},
	}, func(m *bot.Mux) {
		bot.Action(m, "add", func(_ context.Context, _ *bot.Call, in *sum) (*result, error) {
			return &result{Sum: in.A + in.B}, nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	out, err := started.Action(context.Background(), "add", sum{A: 2, B: 3})
	fmt.Println(string(out), err)
	_, err = started.Action(context.Background(), "add", map[string]any{"a": "two", "b": 3})
	fmt.Println(err)
	// Output:
	// {"sum":5} <nil>
	// InvalidPayload: the input of the action "add" does not fit: a: expected integer, got string
}

// CallAction asks an integration for something and waits for its output.
func ExampleCallAction() {
	type issue struct {
		ID string `json:"id"`
	}
	b := bot.New(bot.Definition{Name: "reporter"}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, in message.Text) error {
			made, err := bot.CallAction[issue](ctx, call.Call, "tracker:createIssue", map[string]string{"title": in.Text})
			if err != nil {
				return err
			}
			fmt.Println("made", made.ID)
			return nil
		})
	})
	memory := integrationtest.NewPlatform()
	integrationtest.On(memory, platform.OpCallAction, func(in *platform.CallActionInput) (*platform.CallActionOutput, error) {
		fmt.Println(in.Type, string(in.Input))
		return &platform.CallActionOutput{Output: []byte(`{"id":"ISS-8"}`)}, nil
	})
	started, err := bottest.Start(b, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Text{Text: "It is broken"}))
	// Output:
	// tracker:createIssue {"title":"It is broken"}
	// made ISS-8
	// <nil>
}
