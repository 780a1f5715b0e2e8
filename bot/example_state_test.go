package bot_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
)

// States keep what a bot must remember, of itself, a conversation or a user.
func ExampleState() {
	type visits struct {
		N int `json:"n"`
	}
	b := bot.New(bot.Definition{
		Name: "doorman",
		States: map[string]bot.StateDefinition{
			"visits": {Type: platform.StateUser, Schema: schema.For[visits]},
			"total":  {Type: platform.StateBot, Schema: schema.For[visits]},
		},
	}, func(m *bot.Mux) {
		count := func(ctx context.Context, state *platform.StateRef[visits]) (int, error) {
			v, err := state.GetOrSet(ctx, visits{})
			if err != nil {
				return 0, err
			}
			return v.N + 1, state.Set(ctx, visits{N: v.N + 1})
		}
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			mine, err := count(ctx, bot.State[visits](call.Call, "visits", call.User.ID))
			if err != nil {
				return err
			}
			all, err := count(ctx, bot.State[visits](call.Call, "total", "")) // no id is this bot
			fmt.Println(mine, all)
			return err
		})
	})
	started, err := bottest.Start(b, bot.Env{Transport: integrationtest.NewPlatform()})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		if err := started.Message(context.Background(), message.Text{Text: "hello"}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 1 1
	// 2 2
}

// A state with an expiry is gone when nobody used it for that long. The bot is
// told what it held.
func ExampleMux_OnStateExpired() {
	type order struct {
		Item string `json:"item"`
	}
	b := bot.New(bot.Definition{
		Name:   "waiter",
		States: map[string]bot.StateDefinition{"order": {Type: platform.StateUser, Schema: schema.For[order], Expiry: time.Hour}},
	}, func(m *bot.Mux) {
		m.OnStateExpired("order", func(_ context.Context, call *bot.StateCall) error {
			fmt.Println(call.State.Name, string(call.State.Payload))
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.StateExpired(context.Background(), "order", order{Item: "tea"}))
	// Output:
	// order {"item":"tea"}
	// <nil>
}
