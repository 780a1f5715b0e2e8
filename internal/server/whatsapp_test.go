package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/samplebot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// whatsappServer is a whole server with the sample bot on WhatsApp, which can
// be stopped and started again on the same data.
type whatsappServer struct {
	*testing.T
	fake *whatsapptest.Fake
	data string
	srv  *server.Server
	stop func()
	hook string // path of the webhook
}

func startWhatsApp(t *testing.T) *whatsappServer {
	t.Helper()
	w := &whatsappServer{T: t, fake: whatsapptest.New(t), data: t.TempDir()}
	w.start()
	made, err := w.srv.Client().CreateBot(t.Context(), &platform.CreateBotInput{Name: "hotel", Builtin: samplebot.Name})
	if err != nil {
		t.Fatal(err)
	}
	put, err := w.srv.Client().PutInstallation(t.Context(), &platform.PutInstallationInput{
		BotID: made.Bot.ID, Alias: "whatsapp", Integration: "whatsapp@latest", ConfigurationType: platform.Set("manual"),
		Configuration: json.RawMessage(`{"verifyToken":"` + whatsapptest.VerifyToken + `","accessToken":"` + whatsapptest.Token +
			`","clientSecret":"` + whatsapptest.AppSecret + `","defaultBotPhoneNumberId":"` + whatsapptest.PhoneID + `"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.hook = strings.TrimPrefix(put.Installation.WebhookURL, w.srv.URL())
	t.Cleanup(func() { w.stop() })
	return w
}

// start opens a server on the data; stop ends it.
func (w *whatsappServer) start() {
	w.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.AllowPrivate, cfg.ShutdownGrace = "127.0.0.1:0", w.data, true, time.Second
	srv, err := server.Open(context.Background(), server.Options{
		Config: cfg, Version: "test", Bots: map[string]bot.Bot{samplebot.Name: samplebot.New()},
		Integrations: []integration.Integration{whatsapp.NewWith(whatsapp.Options{APIURL: w.fake.URL, Pause: 1})},
	})
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	w.srv = srv
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("Run = %v", err)
		}
		w.stop = func() {}
	}
}

// post posts a webhook as Meta does, until it is taken.
func (w *whatsappServer) post(messages ...string) {
	w.Helper()
	body := whatsapptest.Webhook(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), messages...))
	req, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.srv.URL()+w.hook, bytes.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("X-Hub-Signature-256", whatsapptest.Sign(body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it is not read
	if resp.StatusCode != http.StatusOK {
		w.Fatalf("the webhook was answered %d", resp.StatusCode)
	}
}

// sent waits until so many messages are sent, and returns the last one.
func (w *whatsappServer) sent(n int) string {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 30*time.Second)
	defer cancel()
	all, err := w.fake.Await(ctx, n)
	if err != nil || len(all) != n {
		w.Fatalf("%d messages are sent, want %d: %v\n%s", len(all), n, err, all)
	}
	return string(all[n-1])
}

func TestWhatsAppConversation(t *testing.T) {
	t.Parallel()
	w := startWhatsApp(t)
	w.post(`{"id":"wamid.1","type":"text","text":{"body":"hello"}}`)
	if menu := w.sent(1); !strings.Contains(menu, `"to":"15551234567"`) || !strings.Contains(menu, `"title":"Some cards"`) {
		t.Errorf("the bot said %s", menu)
	}
	w.post(`{"id":"wamid.2","type":"interactive","context":{"from":"15550783881","id":"wamid.OUT1"},` +
		`"interactive":{"type":"button_reply","button_reply":{"id":"text","title":"Formatted text"}}}`)
	if text := w.sent(2); !strings.Contains(text, "Markdown") || !strings.Contains(text, `links (https://example.com)`) {
		t.Errorf("the bot said %s", text)
	}
	if reads := w.fake.Reads(); len(reads) != 2 {
		t.Errorf("%d messages were marked as read, want 2: %s", len(reads), reads)
	}
}

// TestWhatsAppRestart stops the server while an answer could not be sent, and
// has Meta post its webhooks once more: each message is answered once.
func TestWhatsAppRestart(t *testing.T) {
	t.Parallel()
	w := startWhatsApp(t)
	w.post(`{"id":"wamid.1","type":"text","text":{"body":"hello"}}`)
	w.sent(1)
	w.fake.Fail(whatsapptest.Refusal(500, 131000, "Something went wrong", 0), whatsapptest.Refusal(500, 131000, "Something went wrong", 0))
	w.post(`{"id":"wamid.2","type":"text","text":{"body":"I am Ada"}}`, `{"id":"wamid.3","type":"text","text":{"body":"text"}}`)
	w.stop()
	w.start()
	for range 2 {
		w.post(`{"id":"wamid.1","type":"text","text":{"body":"hello"}}`, `{"id":"wamid.2","type":"text","text":{"body":"I am Ada"}}`,
			`{"id":"wamid.3","type":"text","text":{"body":"text"}}`)
	}
	w.sent(3)
	w.post(`{"id":"wamid.4","type":"text","text":{"body":"what is my name?"}}`)
	if last := w.sent(4); !strings.Contains(last, "You are Ada") {
		t.Errorf("the bot said %s", last)
	}
}
