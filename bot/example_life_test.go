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
	"github.com/bellhop-dev/bellhop/wire"
)

// Register runs when the bot was made, deployed or configured; it is the place
// to see that it has what it needs.
func ExampleMux_OnRegister() {
	b := bot.New(bot.Definition{Name: "waiter", Secrets: map[string]bot.Secret{"KITCHEN_KEY": {}}}, func(m *bot.Mux) {
		m.OnRegister(func(_ context.Context, call *bot.Call) error {
			if call.Secrets["KITCHEN_KEY"] == "" {
				return bot.RuntimeError("the kitchen's key is missing: publish it with --secret KITCHEN_KEY=…")
			}
			fmt.Println("ready to serve")
			return nil
		})
	})
	for _, secrets := range []map[string]string{nil, {"KITCHEN_KEY": "k"}} {
		started, err := bottest.Start(b, bot.Env{Secrets: secrets})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(started.Register(context.Background()))
	}
	// Output:
	// Runtime: the kitchen's key is missing: publish it with --secret KITCHEN_KEY=…
	// ready to serve
	// <nil>
}

// Unregister runs once before the bot is deleted, which goes on whatever it
// answers.
func ExampleMux_OnUnregister() {
	b := bot.New(bot.Definition{Name: "waiter"}, func(m *bot.Mux) {
		m.OnUnregister(func(_ context.Context, call *bot.Call) error {
			fmt.Println("the kitchen forgets", call.BotID)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = started.Call(context.Background(), wire.OpUnregister, wire.OpUnregister, struct{}{})
	fmt.Println(err)
	// Output:
	// the kitchen forgets bot_01JG0000000000000000000001
	// <nil>
}

// Tags that a bot declares are its own on everybody's users, conversations and
// messages, beside those of the integrations.
func ExampleTags() {
	b := bot.New(bot.Definition{Name: "waiter", UserTags: bot.Tags{"vip": {Title: "Orders often"}}}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			_, err := call.Client.UpdateUser(ctx, &platform.UpdateUserInput{ID: call.User.ID, Tags: platform.Tags{"vip": "yes"}})
			return err
		})
	})
	memory := integrationtest.NewPlatform()
	integrationtest.On(memory, platform.OpUpdateUser, func(in *platform.UpdateUserInput) (*platform.UpdateUserOutput, error) {
		fmt.Println("tagged", in.Tags)
		return &platform.UpdateUserOutput{User: platform.User{ID: in.ID, Tags: in.Tags}}, nil
	})
	started, err := bottest.Start(b, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Text{Text: "the same again"}))
	// Output:
	// tagged map[vip:yes]
	// <nil>
}
