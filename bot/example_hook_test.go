package bot_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// A hook before incoming messages may look at them, change them, or stop them.
func ExampleMux_BeforeIncomingMessage() {
	b := bot.New(bot.Definition{Name: "doorman"}, func(m *bot.Mux) {
		m.BeforeIncomingMessage(bot.Any, func(_ context.Context, _ *bot.Call, in *platform.Message) error {
			if in.Type != message.TypeText {
				fmt.Println("no", in.Type, "here")
				return bot.ErrStop // without an error, and without handlers
			}
			return nil
		})
		m.OnMessage(bot.Any, func(_ context.Context, call *bot.MessageCall) error {
			fmt.Println("come in,", call.Text())
			return nil
		})
		m.AfterIncomingMessage(bot.Any, func(_ context.Context, _ *bot.Call, in *platform.Message) error {
			fmt.Println("done with", in.ID)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Image{ImageURL: "https://a.example/x.png"}))
	fmt.Println(started.Message(context.Background(), message.Text{Text: "Ada"}))
	// Output:
	// no image here
	// <nil>
	// come in, Ada
	// done with msg_1
	// <nil>
}

// A hook before outgoing messages may change what is sent; one after them sees
// what was made.
func ExampleMux_BeforeOutgoingMessage() {
	b := bot.New(bot.Definition{Name: "polite"}, func(m *bot.Mux) {
		m.BeforeOutgoingMessage(message.TypeText, func(_ context.Context, _ *bot.Call, out *platform.CreateMessageInput) error {
			out.Payload = []byte(strings.Replace(string(out.Payload), "No", "I am afraid not", 1))
			return nil
		})
		m.AfterOutgoingMessage(message.TypeText, func(_ context.Context, _ *bot.Call, out *platform.Message) error {
			fmt.Println("sent", string(out.Payload))
			return nil
		})
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			_, err := call.Reply(ctx, message.Text{Text: "No"})
			return err
		})
	})
	started, err := bottest.Start(b, bot.Env{Transport: integrationtest.NewPlatform()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Text{Text: "Tea?"}))
	// Output:
	// sent {"text":"I am afraid not"}
	// <nil>
}

// Hooks before and after events, here to leave out those of a test account.
func ExampleMux_BeforeIncomingEvent() {
	type issue struct {
		Account string `json:"account"`
	}
	b := bot.New(bot.Definition{Name: "reporter"}, func(m *bot.Mux) {
		m.BeforeIncomingEvent("tracker:issueClosed", func(_ context.Context, _ *bot.Call, e *platform.Event) error {
			if strings.Contains(string(e.Payload), "test") {
				return bot.ErrStop
			}
			return nil
		})
		bot.OnEvent(m, "tracker:issueClosed", func(_ context.Context, call *bot.EventCall[issue]) error {
			fmt.Println("closed by", call.Payload.Account)
			return nil
		})
		m.AfterIncomingEvent(bot.Any, func(_ context.Context, _ *bot.Call, e *platform.Event) error {
			fmt.Println("handled", e.Type)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	for _, account := range []string{"test", "ada"} {
		if err := started.Event(context.Background(), "tracker:issueClosed", issue{Account: account}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// closed by ada
	// handled tracker:issueClosed
}

// Hooks around the actions that the bot calls: the input on its way out, the
// output on its way back.
func ExampleMux_BeforeOutgoingCallAction() {
	b := bot.New(bot.Definition{Name: "reporter"}, func(m *bot.Mux) {
		m.BeforeOutgoingCallAction("tracker:close", func(_ context.Context, _ *bot.Call, in *platform.CallActionInput) error {
			fmt.Println("asks", in.Type, string(in.Input))
			return nil
		})
		m.AfterOutgoingCallAction(bot.Any, func(_ context.Context, _ *bot.Call, out *platform.CallActionOutput) error {
			fmt.Println("gets", string(out.Output))
			return nil
		})
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			_, err := bot.CallAction[struct{}](ctx, call.Call, "tracker:close", map[string]string{"id": "ISS-7"})
			return err
		})
	})
	memory := integrationtest.NewPlatform()
	integrationtest.On(memory, platform.OpCallAction, func(*platform.CallActionInput) (*platform.CallActionOutput, error) {
		return &platform.CallActionOutput{Output: []byte(`{}`)}, nil
	})
	started, err := bottest.Start(b, bot.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.Message(context.Background(), message.Text{Text: "close it"}))
	// Output:
	// asks tracker:close {"id":"ISS-7"}
	// gets {}
	// <nil>
}

// Hooks around the bot's own actions.
func ExampleMux_BeforeIncomingCallAction() {
	b := bot.New(bot.Definition{
		Name: "safe", Actions: map[string]bot.ActionDefinition{"open": {}},
	}, func(m *bot.Mux) {
		m.BeforeIncomingCallAction("open", func(_ context.Context, _ *bot.Call, in *platform.ActionBody) error {
			if !strings.Contains(string(in.Input), "mellon") {
				return bot.RuntimeError("the word is wrong")
			}
			return nil
		})
		m.AfterIncomingCallAction("open", func(_ context.Context, _ *bot.Call, out *bot.ActionOutput) error {
			fmt.Println(out.Type, "answers", string(out.Answer.Output))
			return nil
		})
		bot.Action(m, "open", func(context.Context, *bot.Call, *struct{}) (*struct{ Open bool }, error) {
			return &struct{ Open bool }{true}, nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = started.Action(context.Background(), "open", map[string]string{"word": "friend"})
	fmt.Println(err)
	out, err := started.Action(context.Background(), "open", map[string]string{"word": "mellon"})
	fmt.Println(string(out), err)
	// Output:
	// Runtime: the word is wrong
	// open answers {"Open":true}
	// {"Open":true} <nil>
}

// Hooks around states that expired.
func ExampleMux_BeforeStateExpired() {
	b := bot.New(bot.Definition{
		Name: "waiter", States: map[string]bot.StateDefinition{"order": {Type: platform.StateUser}},
	}, func(m *bot.Mux) {
		m.BeforeStateExpired(bot.Any, func(_ context.Context, _ *bot.Call, s *platform.State) error {
			fmt.Println("before", s.Name)
			return nil
		})
		m.OnStateExpired("order", func(context.Context, *bot.StateCall) error {
			fmt.Println("handled")
			return nil
		})
		m.AfterStateExpired("order", func(_ context.Context, _ *bot.Call, s *platform.State) error {
			fmt.Println("after", s.Name)
			return nil
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(started.StateExpired(context.Background(), "order", struct{}{}))
	// Output:
	// before order
	// handled
	// after order
	// <nil>
}
