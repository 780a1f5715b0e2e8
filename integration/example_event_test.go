package integration_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// What happens outside becomes an event, which the bot is told as
// "tracker:issueClosed". The payload is checked first. The key makes one event
// of a webhook that is repeated.
func ExampleCall_Emit() {
	type issue struct {
		ID string `json:"id" minLength:"1"`
	}
	tracker := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Events: map[string]integration.EventDefinition{"issueClosed": {Schema: schema.For[issue]}},
	}, func(m *integration.Mux) {
		m.OnWebhook(func(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
			_, err := call.Emit(ctx, integration.Event{
				Type: "issueClosed", Payload: issue{ID: req.Body}, DedupeKey: req.Headers["x-request-id"],
			})
			return nil, err
		})
	})
	memory := integrationtest.NewPlatform()
	installed, err := integrationtest.Install(tracker, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range []string{"ISS-7", "ISS-7", ""} {
		resp, err := installed.Webhook(context.Background(), platform.WebhookRequest{
			Method: "POST", Path: "/", Headers: map[string]string{"x-request-id": "r-" + id}, Body: id,
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Status, integrationtest.Refusal(resp))
	}
	for _, e := range memory.Events() {
		fmt.Println(e.Type, string(e.Payload))
	}
	// Output:
	// 200 <nil>
	// 200 <nil>
	// 400 Runtime: the payload of the event "issueClosed" does not fit: id: has 0 characters; at least 1 are needed
	// issueClosed {"id":"ISS-7"}
}
