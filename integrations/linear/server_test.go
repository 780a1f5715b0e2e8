package linear_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integrations/linear"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// asker is a bot that asks what to do, and says what it was told.
func asker() bot.Bot {
	definition := bot.Definition{Name: "asker"}
	return bot.Bot{Definition: definition, New: func(env bot.Env) (wire.Handler, error) {
		m := bot.NewMux(definition, env)
		m.OnMessage(message.TypeText, func(ctx context.Context, call *bot.MessageCall) error {
			var said struct{ Value string }
			if err := json.Unmarshal(call.Message.Payload, &said); err != nil {
				return err
			}
			if said.Value != "" {
				_, err := call.Reply(ctx, message.Text{Text: "value " + said.Value})
				return err
			}
			_, err := call.Reply(ctx, message.Choice{Text: "Which?", Options: []message.Option{{Label: "Lift", Value: "l"}, {Label: "Stairs", Value: "s"}}})
			return err
		})
		return m.Handler()
	}}
}

// The whole way, through a server with its database: a person writes, the bot
// asks, the person answers by number in the thread below, and the bot
// understands and answers there.
func TestThroughAServer(t *testing.T) {
	t.Parallel()
	f := lineartest.New(t)
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.AllowPrivate, cfg.ShutdownGrace = "127.0.0.1:0", t.TempDir(), true, time.Second
	srv, err := server.Open(t.Context(), server.Options{
		Config: cfg, Version: "test", Bots: map[string]bot.Bot{"asker": asker()},
		Integrations: []integration.Integration{linear.NewWith(linear.Options{APIURL: f.URL, AppURL: f.URL})},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	c := srv.Client()
	made, err := c.CreateBot(t.Context(), &platform.CreateBotInput{Name: "asker", Builtin: "asker"})
	if err != nil {
		t.Fatal(err)
	}
	put, err := c.PutInstallation(t.Context(), &platform.PutInstallationInput{
		BotID: made.Bot.ID, Alias: "linear", Integration: "linear@latest", ConfigurationType: platform.Set("apiKey"),
		Configuration: json.RawMessage(`{"apiKey":"` + lineartest.MemberKey + `","webhookSigningSecret":"` + secret + `"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if put.Installation.Status != platform.Registered {
		t.Fatalf("the installation is %s: %s", put.Installation.Status, put.Installation.StatusReason)
	}
	post := func(h lineartest.Hook, delivery string) {
		t.Helper()
		body, err := f.Body(h)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, put.Installation.WebhookURL, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range lineartest.Headers(secret, body, delivery, h) {
			req.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("the webhook is answered %d", resp.StatusCode)
		}
	}
	first := lineartest.Comment(lineartest.CommentID, "The lift!", nil)
	post(first, "d1")
	post(first, "d1")
	asked := f.Await(t, 3)
	if asked["body"] != "Which?\n\n1. Lift\n2. Stairs\n\n_Answer with the number or the words._" || asked["parentId"] != nil {
		t.Errorf("the bot asked %v", asked)
	}
	post(lineartest.Comment(lineartest.ReplyID, "2", map[string]any{"parentId": asked["id"]}), "d2")
	if told := f.Await(t, 4); told["body"] != "value s" || told["parentId"] != asked["id"] {
		t.Errorf("the bot said %v, want it below %v", told, asked["id"])
	}
	if all := f.Comments(); len(all) != 4 {
		t.Errorf("%d comments, want 4: %v", len(all), all)
	}
}
