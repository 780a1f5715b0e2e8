package server_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// A bot in mode burst answers what was said during its turn in one more turn;
// a change of the mode applies to what is queued.
func TestMessagesOfOneTurnReachTheBot(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		begun, finish := make(chan struct{}, 10), make(chan struct{}, 10)
		listener := bot.New(bot.Definition{Name: "listener"}, func(m *bot.Mux) {
			bot.Message(m, func(ctx context.Context, call *bot.MessageCall, in message.Text) error {
				begun <- struct{}{}
				<-finish
				texts := []string{}
				for _, earlier := range call.Skipped {
					var p message.Text
					if err := json.Unmarshal(earlier.Payload, &p); err != nil {
						return err
					}
					texts = append(texts, p.Text)
				}
				_, err := call.Reply(ctx, message.Text{Text: strings.Join(append(texts, in.Text), "+")})
				return err
			})
		})
		f := setupWith(t, map[string]bot.Bot{"listener": listener}, func(cfg *config.Config) {
			engine(cfg)
			cfg.DeliveryTimeout = 0
		})
		botID, webhook := f.install(platform.CreateBotInput{Builtin: "listener"})
		f.says(webhook, "a")
		<-begun
		f.says(webhook, "b")
		f.says(webhook, "c")
		settings := json.RawMessage(`{"delivery":{"concurrency":{"mode":"burst"}}}`)
		if _, err := f.srv.Client().UpdateBotSettings(t.Context(), &platform.UpdateBotSettingsInput{ID: botID, Settings: settings}); err != nil {
			t.Fatal(err)
		}
		finish <- struct{}{}
		f.hears("a")
		<-begun
		finish <- struct{}{}
		f.hears("b+c")
		carried := f.message(botID, func(d platform.Delivery) bool { return d.CarriedBy != "" && d.State == platform.DeliveryDelivered })
		by := f.message(botID, func(d platform.Delivery) bool { return d.ID == carried.CarriedBy })
		if by.State != platform.DeliveryDelivered || by.Attempts != 1 {
			t.Errorf("the delivery that carried it is %+v", by)
		}
	})
}
