package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// With the setting delivery.concurrency.mode=burst, one turn has all messages
// that arrived during the turn before it.
func ExampleMessageCall_skipped() {
	b := bot.New(bot.Definition{Name: "listener"}, func(m *bot.Mux) {
		bot.Message(m, func(_ context.Context, call *bot.MessageCall, in message.Text) error {
			for _, earlier := range call.Skipped {
				fmt.Println("before:", string(earlier.Payload))
			}
			fmt.Println("last:", in.Text)
			return nil
		})
	})
	h, err := b.New(bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	event := func(text string) platform.Event {
		payload, _ := json.Marshal(platform.MessagePayload{
			Message: platform.Message{Type: message.TypeText, Payload: json.RawMessage(`{"text":"` + text + `"}`)},
		})
		return platform.Event{Type: platform.EventMessageCreated, Payload: payload}
	}
	body, _ := json.Marshal(platform.EventBody{Event: event("and milk"), Skipped: []platform.Event{event("bread"), event("eggs")}})
	resp, err := h.Handle(context.Background(), &wire.Request{
		Operation: wire.OpEventReceived, Type: platform.EventMessageCreated, BotID: "bot_1", Body: body,
	})
	if err != nil || !resp.OK() {
		log.Fatal(resp, err)
	}
	// Output:
	// before: {"text":"bread"}
	// before: {"text":"eggs"}
	// last: and milk
}
