package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

const incoming = `{"event":{"type":"message_created","payload":{
	"message":{"type":"text","payload":{"text":"hi"}},"user":{},"conversation":{"id":"conv_1"}}}}`

func TestHooksRunAroundAMessageInOrder(t *testing.T) {
	t.Parallel()
	for _, stop := range []bool{false, true} {
		var order []string
		p := integrationtest.NewPlatform()
		m := bot.NewMux(bot.Definition{Name: "b"}, bot.Env{Transport: p})
		m.BeforeIncomingMessage(bot.Any, func(context.Context, *bot.Call, *platform.Message) error {
			order = append(order, "before incoming")
			if stop {
				return bot.ErrStop
			}
			return nil
		})
		m.OnMessage(message.TypeText, func(ctx context.Context, call *bot.MessageCall) error {
			_, err := call.Reply(ctx, message.Text{Text: call.Text()})
			return err
		})
		m.BeforeOutgoingMessage(message.TypeText, func(_ context.Context, _ *bot.Call, in *platform.CreateMessageInput) error {
			order = append(order, "before outgoing")
			in.Payload = []byte(`{"text":"changed"}`)
			return nil
		})
		m.AfterIncomingMessage(message.TypeText, func(context.Context, *bot.Call, *platform.Message) error {
			order = append(order, "after incoming")
			return nil
		})
		h, err := m.Handler()
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.Handle(t.Context(), &wire.Request{
			Operation: wire.OpEventReceived, Type: platform.EventMessageCreated, BotID: "bot_1", Body: []byte(incoming),
		})
		if err != nil || !resp.OK() {
			t.Fatalf("Handle = %+v, %v", resp, err)
		}
		want, sent := []string{"before incoming", "before outgoing", "after incoming"}, 1
		if stop {
			want, sent = want[:1], 0
		}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("stop %v (-want +got):\n%s", stop, diff)
		}
		made := integrationtest.Inputs(p, platform.OpCreateMessage)
		if len(made) != sent || sent == 1 && string(made[0].Payload) != `{"text":"changed"}` {
			t.Errorf("stop %v: sent %+v, want %d", stop, made, sent)
		}
	}
}

func TestHandlerTellsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	m := bot.NewMux(bot.Definition{
		Name: "b", Actions: map[string]bot.ActionDefinition{"go": {}}, Subscriptions: []string{"own", "tracker:closed", "elsewhere"},
	}, bot.Env{})
	bot.OnEvent(m, "own", func(context.Context, *bot.EventCall[struct{}]) error { return nil })
	m.OnStateExpired("nonesuch", func(context.Context, *bot.StateCall) error { return nil })
	m.BeforeIncomingEvent("tracker:closed", func(context.Context, *bot.Call, *platform.Event) error { return nil })
	m.AfterIncomingEvent("closd", func(context.Context, *bot.Call, *platform.Event) error { return nil })
	m.AfterStateExpired("nonesuch", func(context.Context, *bot.Call, *platform.State) error { return nil })
	m.BeforeIncomingCallAction("goo", func(context.Context, *bot.Call, *platform.ActionBody) error { return nil })
	_, err := m.Handler()
	found, ok := errors.AsType[*bot.DefinitionError](err)
	if !ok {
		t.Fatalf("Handler() = %v, want faults", err)
	}
	var paths []string
	for _, fault := range found.Faults {
		path, _, _ := strings.Cut(fault, ":")
		paths = append(paths, path)
	}
	if diff := cmp.Diff([]string{
		"actions.go", "events.own", "hooks.afterIncomingEvent.closd", "hooks.afterStateExpired.nonesuch", "hooks.beforeIncomingCallAction.goo",
		"states.nonesuch", "subscriptions.elsewhere", "subscriptions.own",
	}, paths); diff != "" {
		t.Errorf("Handler() = %v (-want +got):\n%s", err, diff)
	}
}
