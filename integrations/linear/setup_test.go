package linear_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const (
	hookURL = "https://bellhop.test/webhooks/hook"
	secret  = "signing-secret-1"
)

// bench is an installation between a platform and a fake of the vendor.
type bench struct {
	*testing.T
	fake       *lineartest.Fake
	platform   *integrationtest.Platform
	transport  platform.Transport // to the platform
	node       int                // which process is asked
	offline    bool
	configType string
	config     map[string]any
	log        *integrationtest.Log
}

// setup is an installation with a member's key and a webhook that was made by
// hand.
func setup(t *testing.T) *bench {
	t.Helper()
	return between(t, lineartest.New(t))
}

// between is setup with a fake that is there already.
func between(t *testing.T, f *lineartest.Fake) *bench {
	t.Helper()
	b := &bench{T: t, fake: f, platform: integrationtest.NewPlatform(), configType: "apiKey"}
	b.transport = b.platform
	b.log = integrationtest.NewLog(t, lineartest.AdminKey, lineartest.MemberKey, lineartest.ClientPass, secret, "lin_oauth_", "lin_refresh_")
	b.config = map[string]any{"apiKey": lineartest.MemberKey, "webhookSigningSecret": secret}
	return b
}

func (b *bench) request(op string, body any) *wire.Request {
	b.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	config, err := json.Marshal(b.config)
	if err != nil {
		b.Fatal(err)
	}
	return &wire.Request{
		Operation: op, Type: op, BotID: "bot_1", BotUserID: "user_bot", IntegrationID: "intver_1", IntegrationAlias: "linear",
		WebhookID: "hook", WebhookURL: hookURL, ConfigurationType: b.configType, Configuration: config, Body: raw,
	}
}

func (b *bench) handle(req *wire.Request) *wire.Response { return b.handleAt(b.node, req) }

// handleAt has one of several processes answer.
func (b *bench) handleAt(node int, req *wire.Request) *wire.Response {
	b.Helper()
	resp, err := b.call(b.Context(), node, req)
	if err != nil {
		b.Fatalf("Handle(%s): %v", req.Operation, err)
	}
	return resp
}

func (b *bench) call(ctx context.Context, node int, req *wire.Request) (*wire.Response, error) {
	all, err := nodes()
	if err != nil {
		return nil, err
	}
	resp, err := all[node].Handle(context.WithValue(ctx, benchKey{}, b), req)
	if err == nil && resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	return resp, err
}

func (b *bench) register() *wire.Response {
	b.Helper()
	return b.handle(b.request(wire.OpRegister, platform.RegisterBody{WebhookURL: hookURL}))
}

// hook is the webhook as it comes, signed by the vendor.
func (b *bench) hook(h lineartest.Hook, delivery string) platform.WebhookRequest {
	b.Helper()
	body, err := b.fake.Body(h)
	if err != nil {
		b.Fatal(err)
	}
	return platform.WebhookRequest{Method: "POST", Path: "/", Headers: lineartest.Headers(secret, body, delivery, h), Body: string(body)}
}

func (b *bench) webhook(req platform.WebhookRequest) *wire.Response {
	b.Helper()
	return b.handle(b.request(wire.OpWebhookReceived, platform.WebhookBody{Req: req}))
}

// post is a webhook that must be taken.
func (b *bench) post(h lineartest.Hook, delivery string) {
	b.Helper()
	if resp := b.webhook(b.hook(h, delivery)); resp.Status != http.StatusOK {
		b.Fatalf("the webhook was answered %d %s", resp.Status, resp.Body)
	}
}

// conversation is that of the first issue.
func (b *bench) conversation() platform.Conversation {
	b.Helper()
	out, err := b.client().GetOrCreateConversation(b.Context(), &platform.GetOrCreateConversationInput{
		Channel: "issue", Tags: platform.Tags{"id": lineartest.IssueID}, DiscriminateByTags: []string{"id"},
	})
	if err != nil {
		b.Fatal(err)
	}
	return out.Conversation
}

// say is what the bot says on the first issue, delivered for the first time.
func (b *bench) say(typ, payload string) *wire.Response {
	b.Helper()
	conv := b.conversation()
	return b.handle(b.delivery(b.platform.Say(conv.ID, typ, json.RawMessage(payload)), conv))
}

// delivery hands a message to the integration.
func (b *bench) delivery(m platform.Message, conv platform.Conversation) *wire.Request {
	b.Helper()
	req := b.request(wire.OpMessageCreated, platform.MessageCreatedBody{Type: m.Type, Payload: m.Payload, Message: m, Conversation: conv})
	req.DeliveryID, req.Attempt = "dlv_"+m.ID, 1
	return req
}

func (b *bench) client() *platform.Client { return platform.NewClient(b.platform, platform.Caller{}) }

// messages are the platform's messages, the oldest first.
func (b *bench) messages() []platform.Message {
	b.Helper()
	out, err := b.client().ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err != nil {
		b.Fatal(err)
	}
	var all []platform.Message
	for i := len(out.Messages) - 1; i >= 0; i-- {
		all = append(all, out.Messages[i])
	}
	return all
}
