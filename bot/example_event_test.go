package bot_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Events of integrations are named "alias:event". The payload comes as a Go
// value.
func ExampleOnEvent() {
	type issue struct {
		ID string `json:"id"`
	}
	b := bot.New(bot.Definition{Name: "reporter"}, func(m *bot.Mux) {
		bot.OnEvent(m, "tracker:issueClosed", func(_ context.Context, call *bot.EventCall[issue]) error {
			fmt.Println(call.Event.Type, call.Payload.ID)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Event(context.Background(), "tracker:issueClosed", issue{ID: "ISS-7"}))
	// Output:
	// tracker:issueClosed ISS-7
	// <nil>
}

// A bot may tell itself of something, now or later.
func ExampleCall_Emit() {
	type reminder struct {
		Text string `json:"text" minLength:"1"`
	}
	b := bot.New(bot.Definition{
		Name: "reminder", Events: map[string]bot.EventDefinition{"due": {Schema: schema.For[reminder]}},
	}, func(m *bot.Mux) {
		m.OnRegister(func(ctx context.Context, call *bot.Call) error {
			hour := int64(3_600_000)
			_, err := call.Emit(ctx, bot.Event{Type: "due", Payload: reminder{Text: "tea"}, Schedule: &platform.Schedule{Delay: &hour}})
			if err != nil {
				return err
			}
			_, err = call.Emit(ctx, bot.Event{Type: "due", Payload: reminder{}})
			return err
		})
		bot.OnEvent(m, "due", func(_ context.Context, call *bot.EventCall[reminder]) error {
			fmt.Println("it is time for", call.Payload.Text)
			return nil
		})
	})
	memory := integrationtest.NewPlatform()
	started, err := bottest.Start(b, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Register(context.Background()))
	for _, in := range integrationtest.Inputs(memory, platform.OpCreateEvent) {
		fmt.Println(in.Type, string(in.Payload), *in.Schedule.Delay)
	}
	// Output:
	// Runtime: the payload of the event "due" does not fit: text: has 0 characters; at least 1 are needed
	// due {"text":"tea"} 3600000
}
