package bot_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// The same code runs as a service of its own. Main does this with what the
// environment says, and is all that most programs need.
func ExampleServe() {
	b := bot.New(bot.Definition{Name: "listener"}, func(m *bot.Mux) {
		bot.Message(m, func(_ context.Context, _ *bot.MessageCall, in message.Text) error {
			fmt.Println("heard", in.Text)
			return nil
		})
	})
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan net.Addr), make(chan error)
	go func() {
		done <- bot.Serve(ctx, b, bot.ServeConfig{
			Addr: "127.0.0.1:0", APIURL: "http://127.0.0.1:8080", Token: "bp_bak_1", SigningSecret: "c2VjcmV0",
			Ready: func(addr net.Addr) { ready <- addr },
		})
	}()
	remote := &bottest.Bot{Handler: &wire.Remote{URL: "http://" + (<-ready).String(), Secret: "c2VjcmV0"}}
	if err := remote.Message(ctx, message.Text{Text: "hello"}); err != nil {
		log.Fatal(err)
	}
	stop() // running calls may finish
	fmt.Println(<-done)
	// Output:
	// heard hello
	// <nil>
}

// The whole main function of a program that serves a bot. With the argument
// definition it prints what "bellhop bot publish" takes.
func ExampleMain() {
	b := bot.New(bot.Definition{Name: "listener"}, func(*bot.Mux) {})
	bot.Main(b)
}
