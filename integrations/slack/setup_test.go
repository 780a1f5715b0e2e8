package slack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const (
	general = "C0GENERAL"
	direct  = "D0ADA"
	ada     = "U0ADA"
	hookURL = "https://bellhop.test/webhooks/hook"
)

// bench is an installation between a platform and a fake of the vendor.
type bench struct {
	*testing.T
	fake       *slacktest.Fake
	platform   *integrationtest.Platform
	handler    wire.Handler
	configType string
	config     map[string]any
	hook       string // webhook id
	webhookURL string
	log        *integrationtest.Log
	fetcher    *http.Client
}

// setup installs Slack by its token: Ada is in the channel general and in a
// direct message with the bot.
func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, fake: slacktest.New(t), platform: integrationtest.NewPlatform(), configType: "manual", hook: "hook", webhookURL: hookURL, fetcher: new(http.Client)}
	b.log = integrationtest.NewLog(t, slacktest.BotToken, slacktest.SigningSecret, slacktest.AppToken, slacktest.ClientSecret, "xoxe")
	b.config = map[string]any{"botToken": slacktest.BotToken, "signingSecret": slacktest.SigningSecret}
	b.fake.AddUser(&slacktest.User{
		ID: ada, Name: "ada", RealName: "Ada Lovelace", DisplayName: "Ada", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.test",
		Phone: "+441", Title: "Countess", TZ: "Europe/London", Picture: "https://avatars.slack-edge.com/ada", StatusText: "Thinking", IsAdmin: true,
	})
	b.fake.AddChannel(&slacktest.Channel{ID: general, Name: "general", Topic: "All", Purpose: "Everything", Creator: ada, Members: 3})
	b.fake.AddChannel(&slacktest.Channel{ID: direct, DM: true, User: ada})
	b.start()
	return b
}

// start makes the integration's code anew, as after a restart.
func (b *bench) start() {
	b.Helper()
	h, err := slack.NewWith(slack.Options{URL: b.fake.URL, Pause: 1}).New(integration.Env{
		Transport: b.platform, HTTPClient: b.fake.Client(), Fetcher: b.fetcher,
		Logger: b.log.Logger(),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.handler = h
}

// call makes one call of the platform; attempt 0 is none of a delivery.
func (b *bench) call(op string, attempt int, body any) *wire.Response {
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
		Operation: op, Type: op, BotID: "bot_1", BotUserID: "user_bot", IntegrationID: "intver_1", IntegrationAlias: "slack",
		WebhookID: b.hook, WebhookURL: b.webhookURL, ConfigurationType: b.configType, Configuration: config, Body: raw,
	}
	if attempt > 0 {
		req.DeliveryID, req.Attempt = "dlv_1", attempt
	}
	resp, err := b.handler.Handle(b.Context(), req)
	if err != nil {
		b.Fatalf("Handle(%s): %v", op, err)
	}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	return resp
}

func (b *bench) webhook(req platform.WebhookRequest) *wire.Response {
	b.Helper()
	if req.Method == "" {
		req.Method = http.MethodPost
	}
	if req.Path == "" {
		req.Path = "/"
	}
	return b.call(wire.OpWebhookReceived, 0, platform.WebhookBody{Req: req})
}

// post sends a body signed by the vendor now.
func (b *bench) post(body string) *wire.Response {
	b.Helper()
	return b.webhook(platform.WebhookRequest{Headers: slacktest.Sign(body, time.Now()), Body: body})
}

// receive posts a body that must be taken.
func (b *bench) receive(body string) *wire.Response {
	b.Helper()
	resp := b.post(body)
	if resp.Status != http.StatusOK {
		b.Fatalf("the webhook was answered %d %s", resp.Status, resp.Body)
	}
	return resp
}

// tell posts an event, given as JSON.
func (b *bench) tell(id, event string) {
	b.Helper()
	b.receive(slacktest.Event(id, event))
}

// say is what the bot says in the channel general.
func (b *bench) say(typ, payload string) *wire.Response {
	b.Helper()
	return b.sayAs(message("msg_1", typ, payload), inChannel(), 1)
}

func message(id, typ, payload string) platform.Message {
	return platform.Message{ID: id, Type: typ, Payload: json.RawMessage(payload), CreatedAt: platform.At(time.Now())}
}

func inChannel() platform.Conversation {
	return platform.Conversation{ID: "conv_1", Channel: "channel", Tags: platform.Tags{"id": general}}
}

func (b *bench) sayAs(m platform.Message, conv platform.Conversation, attempt int) *wire.Response {
	b.Helper()
	return b.call(wire.OpMessageCreated, attempt, platform.MessageCreatedBody{Type: m.Type, Payload: m.Payload, Message: m, Conversation: conv})
}

func client(b *bench) *platform.Client { return platform.NewClient(b.platform, platform.Caller{}) }

// story tells what the platform was told: users, conversations, messages and
// events, with names in place of ids.
func story(b *bench) string {
	b.Helper()
	c := client(b)
	users, err := c.ListUsers(b.Context(), &platform.ListUsersInput{})
	if err != nil {
		b.Fatal(err)
	}
	conversations, err := c.ListConversations(b.Context(), &platform.ListConversationsInput{})
	if err != nil {
		b.Fatal(err)
	}
	messages, err := c.ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err != nil {
		b.Fatal(err)
	}
	var out strings.Builder
	for i := range users.Users {
		u := users.Users[len(users.Users)-1-i]
		fmt.Fprintf(&out, "user %s %q %q %s", u.ID, u.Name, u.PictureURL, integrationtest.Pretty(b.T, u.Tags))
	}
	for i := range conversations.Conversations {
		v := conversations.Conversations[len(conversations.Conversations)-1-i]
		fmt.Fprintf(&out, "conversation %s %s %s", v.ID, v.Channel, integrationtest.Pretty(b.T, v.Tags))
	}
	for i := range messages.Messages {
		m := messages.Messages[len(messages.Messages)-1-i]
		fmt.Fprintf(&out, "message %s %s of %s in %s %s%s", m.ID, m.Type, m.UserID, m.ConversationID,
			readable(b.T, m.Payload), integrationtest.Pretty(b.T, m.Tags))
	}
	for _, e := range b.platform.Events() {
		fmt.Fprintf(&out, "event %s user=%s conversation=%s message=%s %s", e.Type, e.UserID, e.ConversationID, e.MessageID, readable(b.T, e.Payload))
	}
	return named(b, out.String())
}

// readable is JSON with its members in order and its signs as they are.
func readable(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return integrationtest.Pretty(t, v)
}

// named puts short names in place of ids, and Slack's address in place of the
// fake's.
func named(b *bench, text string) string {
	text = integrationtest.Named(text)
	return strings.ReplaceAll(text, b.fake.URL, "https://slack.test")
}

// keepMessage makes a message of the bot known to the platform.
func keepMessage(b *bench, id, payload string) {
	b.Helper()
	if _, err := client(b).UpdateMessage(b.Context(), &platform.UpdateMessageInput{ID: id, Payload: json.RawMessage(payload)}); err != nil {
		b.Fatal(err)
	}
}

// newServer serves on a loopback address until the test ends.
func newServer(t *testing.T, fn http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(fn)
	t.Cleanup(server.Close)
	return server.URL
}
