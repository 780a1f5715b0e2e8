package integration_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// An action has typed input and output; both are checked against the schemas
// that their Go types give.
func ExampleAction() {
	type input struct {
		Title string `json:"title" minLength:"1"`
	}
	type output struct {
		ID string `json:"id"`
	}
	def := integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{"createIssue": {
			Title: "Create an issue", Input: schema.For[input], Output: schema.For[output],
		}},
	}
	m := integration.NewMux(def, integration.Env{})
	integration.Action(m, "createIssue", func(_ context.Context, _ *integration.Call, in *input) (*output, error) {
		return &output{ID: "ISS-1 " + in.Title}, nil
	})
	h, err := m.Handler()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, body := range []string{`{"type":"createIssue","input":{"title":"Broken"}}`, `{"type":"createIssue","input":{}}`} {
		resp, err := h.Handle(context.Background(), &wire.Request{
			Operation: wire.OpActionTriggered, Type: "createIssue", BotID: "bot_1", BotUserID: "bot_1",
			IntegrationID: "intver_1", IntegrationAlias: "tracker", WebhookID: "w", Body: []byte(body),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		var answer struct {
			Output  json.RawMessage
			Message string
		}
		_ = json.Unmarshal(resp.Body, &answer)
		fmt.Println(resp.Status == 0 || resp.Status == 200, string(answer.Output), answer.Message != "")
	}
	// Output:
	// true {"id":"ISS-1 Broken"} false
	// false  true
}

// What is not defined has no handler, and what is defined has one: all faults
// are told at once, when the handler is made.
func ExampleMux_Handler() {
	m := integration.NewMux(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{"forgotten": {}},
	}, integration.Env{})
	integration.Action(m, "unknown", func(context.Context, *integration.Call, *struct{}) (*struct{}, error) { return nil, nil })
	_, err := m.Handler()
	faults, ok := err.(*integration.DefinitionError)
	fmt.Println(ok, len(faults.Faults))
	// Output: true 2
}

// A configuration is decoded into a Go type; the schema is made of the same
// type, and its secret members are masked wherever they are shown.
func ExampleConfig() {
	type config struct {
		Token string `json:"token" title:"Token" secret:"true"`
	}
	m := integration.NewMux(integration.Definition{
		Name: "tracker", Version: "1.0.0", Configuration: &integration.Configuration{Schema: schema.For[config]},
	}, integration.Env{})
	m.OnWebhook(func(_ context.Context, c *integration.Call, _ *platform.WebhookRequest) (*integration.WebhookResponse, error) {
		conf, err := integration.Config[config](c)
		if err != nil {
			return nil, err
		}
		return integration.Text(200, fmt.Sprint(len(conf.Token))), nil
	})
	h, err := m.Handler()
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := h.Handle(context.Background(), &wire.Request{
		Operation: wire.OpWebhookReceived, Type: wire.OpWebhookReceived, BotID: "bot_1", BotUserID: "bot_1", IntegrationID: "intver_1",
		IntegrationAlias: "tracker", WebhookID: "w", Configuration: []byte(`{"token":"abc"}`), Body: []byte(`{"req":{"method":"GET","path":"/","query":"","headers":{}}}`),
	})
	fmt.Println(string(resp.Body), err)
	// Output: 3 <nil>
}
