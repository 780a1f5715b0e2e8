package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// The error of a handler says what becomes of a delivery: a RuntimeError ends
// it, any other is tried again later, a RetryAfter not before that time.
func ExampleRuntimeError() {
	b := bot.New(bot.Definition{Name: "moody"}, func(m *bot.Mux) {
		bot.Message(m, func(_ context.Context, _ *bot.MessageCall, in message.Text) error {
			if in.Text == "now" {
				return bot.RetryAfter(time.Minute, errors.New("not now"))
			}
			return bot.RuntimeError("I do not talk about " + in.Text)
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Text{Text: "money"}))
	fmt.Println(started.Message(context.Background(), message.Text{Text: "now"}))
	// Output:
	// Runtime: I do not talk about money
	// Internal: not now
}
