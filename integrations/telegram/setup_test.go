package telegram_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/telegram"
	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tokenSecret is the part of the token that nobody may see; the other is the
// bot's id.
var _, tokenSecret, _ = strings.Cut(telegramtest.Token, ":")

// bench is an installation between a platform and a fake of the vendor.
type bench struct {
	*testing.T
	fake       *telegramtest.Fake
	platform   *integrationtest.Platform
	handler    wire.Handler
	config     map[string]any
	webhookURL string
	log        *integrationtest.Log
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, fake: telegramtest.New(t), platform: integrationtest.NewPlatform(), log: integrationtest.NewLog(t, tokenSecret)}
	b.config = map[string]any{"botToken": telegramtest.Token}
	b.webhookURL = "https://bellhop.example/webhooks/hook"
	b.restart()
	t.Cleanup(func() {
		for _, c := range b.platform.Calls() {
			if told := integrationtest.Pretty(t, c.In); strings.Contains(told, tokenSecret) {
				t.Errorf("the token was told: %s", told)
			}
		}
	})
	return b
}

// restart makes the code anew, as a server that starts again does.
func (b *bench) restart() {
	b.Helper()
	h, err := telegram.NewWith(telegram.Options{APIURL: b.fake.URL}).New(integration.Env{
		Transport: b.platform, HTTPClient: b.fake.Client(), Fetcher: b.fake.Client(),
		Logger: b.log.Logger(),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.handler = h
}

// request is one call of the platform; attempt 0 is none of a delivery.
func (b *bench) request(op string, attempt int, body any) *wire.Request {
	b.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	config, err := json.Marshal(b.config)
	if err != nil {
		b.Fatal(err)
	}
	req := &wire.Request{
		Operation: op, Type: op, BotID: "bot_1", BotUserID: "bot_1", IntegrationID: "intver_1", IntegrationAlias: "telegram",
		WebhookID: "hook", WebhookURL: b.webhookURL, Configuration: config, Body: raw,
	}
	if attempt > 0 {
		req.DeliveryID, req.Attempt = "dlv_1", attempt
	}
	return req
}

func (b *bench) call(op string, attempt int, body any) *wire.Response {
	b.Helper()
	resp, err := b.handler.Handle(b.Context(), b.request(op, attempt, body))
	if err != nil {
		b.Fatalf("Handle(%s): %v", op, err)
	}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	return resp
}

// register registers, which must do, and returns the webhook's secret; empty
// where updates are polled for.
func (b *bench) register() string {
	b.Helper()
	if resp := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: b.webhookURL}); !resp.OK() {
		b.Fatalf("register: %d %s", resp.Status, resp.Body)
	}
	secret, _ := b.fake.Webhook()["secret_token"].(string)
	return secret
}

func (b *bench) webhook(req platform.WebhookRequest) *wire.Response {
	b.Helper()
	return b.call(wire.OpWebhookReceived, 0, platform.WebhookBody{Req: req})
}

// post sends an update as Telegram does.
func (b *bench) post(secret string, update []byte) *wire.Response {
	b.Helper()
	return b.webhook(platform.WebhookRequest{
		Method: "POST", Path: "/", Headers: map[string]string{"x-telegram-bot-api-secret-token": secret}, Body: string(update),
	})
}

// receive posts updates that must be taken.
func (b *bench) receive(updates ...json.RawMessage) {
	b.Helper()
	secret := b.register()
	for _, u := range updates {
		if resp := b.post(secret, u); resp.Status != http.StatusOK {
			b.Fatalf("the update was answered %d %s", resp.Status, resp.Body)
		}
	}
}

// say has the bot say something to Ada.
func (b *bench) say(typ, payload string) *wire.Response {
	b.Helper()
	return b.sayIn(platform.Tags{"id": "77", "chatId": "77"}, platform.Message{ID: "msg_1", Type: typ, Payload: json.RawMessage(payload)}, 1)
}

func (b *bench) sayIn(tags platform.Tags, m platform.Message, attempt int) *wire.Response {
	b.Helper()
	m.ConversationID = "conv_1"
	return b.call(wire.OpMessageCreated, attempt, platform.MessageCreatedBody{
		Type: m.Type, Payload: m.Payload, Message: m,
		Conversation: platform.Conversation{ID: "conv_1", Channel: "channel", Tags: tags},
	})
}

// act has the bot do something, and returns its output.
func (b *bench) act(name, input string) *wire.Response {
	b.Helper()
	return b.call(wire.OpActionTriggered, 0, map[string]any{"type": name, "input": json.RawMessage(input)})
}

func (b *bench) client() *platform.Client { return platform.NewClient(b.platform, platform.Caller{}) }

// story tells what the platform was told: users, conversations, messages and
// events, with names in place of ids.
func (b *bench) story() string {
	b.Helper()
	c := b.client()
	users, err1 := c.ListUsers(b.Context(), &platform.ListUsersInput{})
	conversations, err2 := c.ListConversations(b.Context(), &platform.ListConversationsInput{})
	messages, err3 := c.ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err1 != nil || err2 != nil || err3 != nil {
		b.Fatal(err1, err2, err3)
	}
	var out strings.Builder
	for i := range users.Users {
		u := users.Users[len(users.Users)-1-i]
		fmt.Fprintf(&out, "user %s %q picture=%s %s", u.ID, u.Name, u.PictureURL, integrationtest.Pretty(b.T, u.Tags))
	}
	for i := range conversations.Conversations {
		v := conversations.Conversations[len(conversations.Conversations)-1-i]
		fmt.Fprintf(&out, "conversation %s %s", v.ID, integrationtest.Pretty(b.T, v.Tags))
	}
	for i := range messages.Messages {
		m := messages.Messages[len(messages.Messages)-1-i]
		fmt.Fprintf(&out, "message %s %s of %s in %s %s%s", m.ID, m.Type, m.UserID, m.ConversationID,
			integrationtest.Pretty(b.T, m.Payload), integrationtest.Pretty(b.T, m.Tags))
	}
	for _, e := range b.platform.Events() {
		fmt.Fprintf(&out, "event %s user=%s conversation=%s message=%s %s", e.Type, e.UserID, e.ConversationID, e.MessageID, integrationtest.Pretty(b.T, e.Payload))
	}
	text := regexp.MustCompile(`"pictureAsked": "[0-9-]+"`).ReplaceAllString(integrationtest.Named(out.String()), `"pictureAsked": "today"`)
	return regexp.MustCompile(`sig=[\w-]+`).ReplaceAllString(text, "sig=…")
}

// calls writes what Telegram was asked to do.
func (b *bench) calls() string {
	b.Helper()
	return integrationtest.Runs(integrationtest.Pretty(b.T, b.fake.Sent()))
}
