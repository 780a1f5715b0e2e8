package whatsapp_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// bench is an installation between a platform and a fake of the vendor.
type bench struct {
	*testing.T
	fake     *whatsapptest.Fake
	platform *integrationtest.Platform
	handler  wire.Handler
	config   map[string]any
	// configType is the configuration in use.
	configType string
	log        *integrationtest.Log
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, fake: whatsapptest.New(t), platform: integrationtest.NewPlatform(), configType: "manual"}
	b.log = integrationtest.NewLog(t, whatsapptest.Token, whatsapptest.AppSecret, whatsapptest.VerifyToken)
	b.config = map[string]any{
		"verifyToken": whatsapptest.VerifyToken, "accessToken": whatsapptest.Token, "clientSecret": whatsapptest.AppSecret,
		"defaultBotPhoneNumberId": whatsapptest.PhoneID, "whatsappBusinessAccountId": whatsapptest.AccountID,
		"messageReadBehavior": "none",
	}
	h, err := whatsapp.NewWith(whatsapp.Options{APIURL: b.fake.URL, Pause: 1}).New(integration.Env{
		Transport: b.platform, HTTPClient: b.fake.Client(),
		Logger: b.log.Logger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.handler = h
	return b
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
		Operation: op, Type: op, BotID: "bot_1", BotUserID: "user_bot", IntegrationID: "intver_1", IntegrationAlias: "whatsapp",
		WebhookID: "hook", WebhookURL: "https://bellhop.test/webhooks/hook", ConfigurationType: b.configType, Configuration: config, Body: raw,
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

// post sends a webhook signed by the vendor.
func (b *bench) post(body []byte) *wire.Response {
	b.Helper()
	return b.webhook(platform.WebhookRequest{
		Method: "POST", Path: "/", Headers: map[string]string{"x-hub-signature-256": whatsapptest.Sign(body)}, Body: string(body),
	})
}

// receive posts a webhook that must be taken.
func (b *bench) receive(changes ...map[string]any) {
	b.Helper()
	body := whatsapptest.Webhook(changes...)
	if err := b.fake.CheckWebhook(body); err != nil {
		b.Errorf("Meta posts no such webhook: %v\n%s", err, body)
	}
	b.receiveOdd(changes...)
}

// receiveOdd posts a webhook that must be taken although it is not Meta's
// contract as we know it.
func (b *bench) receiveOdd(changes ...map[string]any) {
	b.Helper()
	body := whatsapptest.Webhook(changes...)
	if resp := b.post(body); resp.Status != http.StatusOK {
		b.Fatalf("the webhook was answered %d %s", resp.Status, resp.Body)
	}
}

func (b *bench) webhook(req platform.WebhookRequest) *wire.Response {
	b.Helper()
	return b.call(wire.OpWebhookReceived, 0, platform.WebhookBody{Req: req})
}

// say is what the bot says, in a conversation with +15551234567.
func (b *bench) say(typ, payload string) *wire.Response {
	b.Helper()
	return b.sayAs(platform.Message{ID: "msg_1", Type: typ, Payload: json.RawMessage(payload)}, 1)
}

func (b *bench) sayAs(m platform.Message, attempt int) *wire.Response {
	b.Helper()
	return b.call(wire.OpMessageCreated, attempt, platform.MessageCreatedBody{
		Type: m.Type, Payload: m.Payload, Message: m,
		Conversation: platform.Conversation{ID: "conv_1", Channel: "channel", Tags: platform.Tags{
			"botPhoneNumberId": whatsapptest.PhoneID, "userPhone": "+15551234567"}},
	})
}

// integrationInputs are the messages that were handed over.
func integrationInputs(b *bench) []platform.ReceivedMessage {
	var all []platform.ReceivedMessage
	for _, in := range integrationtest.Inputs(b.platform, platform.OpReceiveMessage) {
		if in.Message != nil {
			all = append(all, *in.Message)
		}
	}
	return all
}

func client(b *bench) *platform.Client {
	return platform.NewClient(b.platform, platform.Caller{})
}

// listMessages are the platform's messages, the newest first.
func listMessages(b *bench) []platform.Message {
	b.Helper()
	out, err := client(b).ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err != nil {
		b.Fatal(err)
	}
	return out.Messages
}
