package whatsapp_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// renewed is a platform that can be put in another's place.
type renewed struct{ *integrationtest.Platform }

func (r *renewed) Do(ctx context.Context, call *platform.Call) error { return r.Platform.Do(ctx, call) }

// FuzzWebhook posts signed bodies: all are taken, and twice makes nothing more
// than once.
func FuzzWebhook(f *testing.F) {
	ada := whatsapptest.Contact("15551234567", "Ada")
	for _, message := range []string{
		`{"id":"a","type":"text","text":{"body":"hi"},"context":{"id":"b"}}`, `{"id":"a","type":"image","image":{"id":"9","caption":"c"}}`,
		`{"id":"a","type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"bellhop:msg_1:0","title":"T"}}}`,
		`{"id":"a","type":"reaction","reaction":{"message_id":"b","emoji":"👍"}}`, `{"id":"a","type":"order","order":{"catalog_id":"7"}}`,
		`{"id":"a","type":"system","system":{"type":"user_changed_number","wa_id":"155","body":"b"}}`,
		`{"id":"a","type":"edit","edit":{"original_message_id":"b","message":{"text":{"body":"c"}}}}`, `{"id":"a","type":"contacts","contacts":[{}]}`,
		`{"id":"a","type":"location","location":{"latitude":1,"longitude":2}}`, `{"type":"text"}`, `{"id":"a","type":"unsupported","errors":[{"code":1}]}`,
	} {
		f.Add(whatsapptest.Webhook(whatsapptest.Messages(ada, message), whatsapptest.Messages(ada, message)))
	}
	f.Add(whatsapptest.Webhook(whatsapptest.Statuses(`{"id":"a","status":"failed","biz_opaque_callback_data":"bellhop msg_1 1 1","errors":[{"code":131053}]}`)))
	f.Add([]byte(`{"object":"whatsapp_business_account","entry":[{"time":1,"changes":[{"field":"message_template_status_update","value":{"event":"APPROVED"}}]}]}`))
	place := &renewed{}
	h, err := whatsapp.NewWith(whatsapp.Options{APIURL: "http://127.0.0.1:1"}).New(integration.Env{Transport: place})
	if err != nil {
		f.Fatal(err)
	}
	config := []byte(`{"verifyToken":"v","accessToken":"t","clientSecret":"` + whatsapptest.AppSecret + `","defaultBotPhoneNumberId":"1","messageReadBehavior":"none","listenMessageEchoes":true}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
			Method: "POST", Path: "/", Headers: map[string]string{"x-hub-signature-256": whatsapptest.Sign([]byte(jsonText(body)))}, Body: jsonText(body)}})
		if err != nil {
			t.Skip()
		}
		place.Platform = integrationtest.NewPlatform()
		var made [2]int
		for i := range made {
			resp, err := h.Handle(t.Context(), &wire.Request{
				Operation: wire.OpWebhookReceived, BotID: "bot_1", BotUserID: "user_bot", IntegrationID: "intver_1", WebhookID: "hook",
				WebhookURL: "https://bellhop.test/webhooks/hook", ConfigurationType: "manual", Configuration: config, Body: raw,
			})
			if err != nil || resp.Status != 200 {
				t.Fatalf("a signed body was answered %+v, %v", resp, err)
			}
			out, err := platform.NewClient(place, platform.Caller{}).ListMessages(t.Context(), &platform.ListMessagesInput{})
			if err != nil {
				t.Fatal(err)
			}
			made[i] = len(out.Messages)
		}
		if made[0] != made[1] {
			t.Errorf("once made %d messages, twice %d", made[0], made[1])
		}
	})
}

// jsonText is the body as it survives being a text in JSON.
func jsonText(body []byte) string {
	raw, err := json.Marshal(string(body))
	if err != nil {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}
