package integration_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/schema"
)

// An action has typed input and output. Both are checked against the schemas
// that their Go types give.
func ExampleAction() {
	type input struct {
		Title string `json:"title" minLength:"1"`
	}
	type output struct {
		ID string `json:"id"`
	}
	tracker := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{
			"createIssue": {Title: "Create an issue", Input: schema.For[input], Output: schema.For[output]},
		},
	}, func(m *integration.Mux) {
		integration.Action(m, "createIssue", func(_ context.Context, _ *integration.Call, in *input) (*output, error) {
			return &output{ID: "ISS-1: " + in.Title}, nil
		})
	})
	installed, err := integrationtest.Install(tracker, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	out, err := installed.Action(context.Background(), "createIssue", input{Title: "Broken"})
	fmt.Println(string(out), err)
	_, err = installed.Action(context.Background(), "createIssue", map[string]string{"titel": "Broken"})
	fmt.Println(err)
	// Output:
	// {"id":"ISS-1: Broken"} <nil>
	// InvalidPayload: the input of the action "createIssue" does not fit: titel: it is not declared; remove it or declare it in the schema; title: it is required and missing
}
