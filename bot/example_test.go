package bot_test

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// printer stands for the platform and prints the messages that are created.
type printer struct{}

func (printer) Do(_ context.Context, call *platform.Call) error {
	if in, ok := call.In.(*platform.CreateMessageInput); ok {
		fmt.Println(call.Op.Name, in.ConversationID, in.Type, string(in.Payload))
	}
	return nil
}

// A bot that answers each text.
func Example() {
	definition := bot.Definition{Name: "parrot"}
	parrot := bot.Bot{Definition: definition, New: func(env bot.Env) (wire.Handler, error) {
		m := bot.NewMux(definition, env)
		m.OnMessage(message.TypeText, func(ctx context.Context, call *bot.MessageCall) error {
			_, err := call.Reply(ctx, message.Text{Text: "you said " + call.Text()})
			return err
		})
		return m.Handler()
	}}

	h, err := parrot.New(bot.Env{Transport: printer{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := h.Handle(context.Background(), &wire.Request{
		Operation: wire.OpEventReceived, Type: platform.EventMessageCreated, BotID: "bot_1",
		Body: []byte(`{"event":{"id":"evt_1","type":"message_created","payload":{
			"message":{"id":"msg_1","type":"text","payload":{"text":"hello"}},
			"user":{"id":"user_1"},"conversation":{"id":"conv_1"}}}}`),
	})
	fmt.Println(resp.Status, string(resp.Body), err)
	// Output:
	// createMessage conv_1 text {"text":"you said hello"}
	// 200 {} <nil>
}
