package linear_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// fresh is a platform that is another one for each run.
type fresh struct{ now *integrationtest.Platform }

func (f *fresh) Do(ctx context.Context, call *platform.Call) error { return f.now.Do(ctx, call) }

type offline struct{}

func (offline) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("offline") }

// Whatever is signed is taken: Linear would only send it again.
func FuzzWebhook(f *testing.F) {
	f.Add(`{"type":"Comment","action":"create","data":{"id":"c","body":"x","issueId":"i","userId":"u"}}`, "d")
	f.Add(`{"type":"Comment","action":"update","data":{"id":"c","body":"x","issue":{"id":"i"},"parent":{"id":"p"},"externalUser":{"id":"e"}}}`, "d")
	f.Add(`{"type":"Issue","action":"update","updatedFrom":{"a":1},"data":{"id":"i","labels":[{}],"team":null}}`, "")
	f.Add(`{"type":"Reaction","action":"remove","actor":{"id":"x","type":"user"},"data":{"id":"r","comment":{},"issue":{}}}`, "d")
	f.Add(`{"type":"Project","action":"restore","data":{"id":"p","status":{}}}`, "d")
	f.Add(`{"type":"Cycle","action":"create","data":{"id":"c","number":1e308}}`, "d")
	to := &fresh{}
	h, err := linear.New().New(integration.Env{Transport: to, HTTPClient: &http.Client{Transport: offline{}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, delivery string) {
		to.now = integrationtest.NewPlatform()
		var envelope map[string]any
		if json.Unmarshal([]byte(body), &envelope) == nil && envelope != nil {
			envelope["webhookTimestamp"] = time.Now().UnixMilli()
			if raw, err := json.Marshal(envelope); err == nil {
				body = string(raw)
			}
		}
		raw, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{Method: "POST", Path: "/", Body: body, Headers: map[string]string{
			"linear-signature": lineartest.Sign(secret, []byte(body)), "linear-delivery": delivery}}})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.Handle(t.Context(), &wire.Request{
			Operation: wire.OpWebhookReceived, Type: wire.OpWebhookReceived, BotID: "bot_1", IntegrationID: "intver_1", IntegrationAlias: "linear",
			WebhookID: "hook", ConfigurationType: "apiKey", Configuration: []byte(`{"apiKey":"k","webhookSigningSecret":"` + secret + `"}`), Body: raw,
		})
		if err != nil || resp.Status != http.StatusOK && resp.Status != http.StatusUnauthorized {
			t.Errorf("%q is answered %+v %v", body, resp, err)
		}
	})
}
