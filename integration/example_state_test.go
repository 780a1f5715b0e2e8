package integration_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// States keep what an integration must remember: for the installation, a
// conversation or a user, as a Go value.
func ExampleState() {
	type token struct {
		Access string `json:"access"`
	}
	type thread struct {
		ReplyTo string `json:"replyTo"`
		Count   int    `json:"count,omitempty"`
	}
	i := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		States: map[string]integration.StateDefinition{
			"token":  {Type: platform.StateIntegration, Schema: schema.For[token]},
			"thread": {Type: platform.StateConversation, Schema: schema.For[thread], Expiry: 24 * time.Hour},
		},
	}, func(m *integration.Mux) {
		m.OnRegister(func(ctx context.Context, call *integration.Call) error {
			// No id is this installation.
			if err := integration.State[token](call, "token", "").Set(ctx, token{Access: "t-1"}); err != nil {
				return err
			}
			state := integration.State[thread](call, "thread", "conv_1")
			first, err := state.GetOrSet(ctx, thread{ReplyTo: "m-1"})
			if err != nil {
				return err
			}
			fmt.Println("reply to", first.ReplyTo)
			changed, err := state.Patch(ctx, map[string]int{"count": 2})
			if err != nil {
				return err
			}
			fmt.Println("reply to", changed.ReplyTo, changed.Count)
			if err := state.Delete(ctx); err != nil {
				return err
			}
			_, err = state.Get(ctx)
			fmt.Println("gone:", platform.IsType(err, platform.TypeResourceNotFound))
			return integration.State[thread](call, "threads", "conv_1").Set(ctx, thread{})
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{Transport: integrationtest.NewPlatform()})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(installed.Register(context.Background()))
	// Output:
	// reply to m-1
	// reply to m-1 2
	// gone: true
	// Runtime: the state "threads" is not defined; defined are thread, token
}
