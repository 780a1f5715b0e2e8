package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

func ExampleNamed() {
	type ticket struct {
		Title string `json:"title"`
	}
	drafts := []string{"Printer is on fire", "Smoke from the printer"} // a model words it anew each time
	helpdesk := bot.New(bot.Definition{Name: "helpdesk"}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, _ message.Text) error {
			draft := ticket{Title: drafts[call.Attempt-1]}
			made, err := bot.CallAction[ticket](bot.Named(ctx, "ticket"), call.Call, "desk:create", draft)
			if err != nil {
				return err
			}
			if _, err := call.Reply(ctx, message.Text{Text: "I opened: " + made.Title}); err != nil {
				return err
			}
			if call.Attempt == 1 {
				return errors.New("the connection broke")
			}
			return nil
		})
	})

	p := integrationtest.NewPlatform()
	integrationtest.On(p, platform.OpCallAction, func(in *platform.CallActionInput) (*platform.CallActionOutput, error) {
		fmt.Println("create", string(in.Input))
		return &platform.CallActionOutput{Output: in.Input}, nil
	})
	b, err := bottest.Start(helpdesk, bot.Env{Transport: p})
	if err != nil {
		fmt.Println(err)
		return
	}
	b.DeliveryID = "dlv_1"
	for b.Attempt = 1; b.Attempt <= 2; b.Attempt++ {
		if err := b.Message(context.Background(), message.Text{Text: "it burns"}); err != nil {
			fmt.Println("attempt", b.Attempt, "failed")
		}
	}
	for _, m := range p.Messages() {
		var said message.Text
		if err := json.Unmarshal(m.Payload, &said); err != nil {
			fmt.Println(err)
		}
		fmt.Println(said.Text)
	}
	// Output:
	// create {"title":"Printer is on fire"}
	// attempt 1 failed
	// I opened: Printer is on fire
}
