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

// A bot that answers each text, wherever the user writes. The main function of
// a program that serves it is bot.Main(parrot).
func Example() {
	parrot := bot.New(bot.Definition{Name: "parrot"}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, in message.Text) error {
			_, err := call.Reply(ctx, message.Text{Text: "you said " + in.Text})
			return err
		})
	})

	memory := integrationtest.NewPlatform()
	started, err := bottest.Start(parrot, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	if err := started.Message(context.Background(), message.Text{Text: "hello"}); err != nil {
		log.Fatal(err)
	}
	for _, reply := range integrationtest.Inputs(memory, platform.OpCreateMessage) {
		fmt.Println(reply.Type, string(reply.Payload))
	}
	// Output: text {"text":"you said hello"}
}
