package integration_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Register proves that the configuration works and tells the external system
// where its webhooks go. It runs when the integration is installed and after
// each change of the configuration.
func ExampleMux_OnRegister() {
	i := integration.New(integration.Definition{Name: "tracker", Version: "1.0.0"}, func(m *integration.Mux) {
		m.OnRegister(func(_ context.Context, call *integration.Call) error {
			fmt.Println("subscribe", call.WebhookURL)
			return integration.RuntimeError("the tracker does not know this key; make one under Settings, Keys")
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(installed.Register(context.Background()))
	// Output:
	// subscribe https://bellhop.example/webhooks/11111111-2222-3333-4444-555555555555
	// Runtime: the tracker does not know this key; make one under Settings, Keys
}

// An external system that calls one address for all its customers is told apart
// by an identifier: the definition's script (VRL) reads it from a call, and
// each installation says with ConfigureIntegration which one is its own.
func ExampleDefinition_identifier() {
	i := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0",
		Identifier: &platform.IdentifierDefinition{ExtractScript: `parse_json!(.body).workspace`},
	}, func(m *integration.Mux) {
		m.OnRegister(func(ctx context.Context, call *integration.Call) error {
			_, err := call.Client.ConfigureIntegration(ctx, &platform.ConfigureIntegrationInput{Identifier: platform.Set("W-77")})
			return err
		})
	})
	memory := integrationtest.NewPlatform()
	installed, err := integrationtest.Install(i, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(installed.Register(context.Background()))
	for _, claim := range integrationtest.Inputs(memory, platform.OpConfigureIntegration) {
		fmt.Println("calls about", claim.Identifier.Value, "are for this installation")
	}
	// Output:
	// <nil>
	// calls about W-77 are for this installation
}

// Unregister undoes what register did, before the integration is removed.
func ExampleMux_OnUnregister() {
	i := integration.New(integration.Definition{Name: "tracker", Version: "1.0.0"}, func(m *integration.Mux) {
		m.OnUnregister(func(_ context.Context, call *integration.Call) error {
			fmt.Println("no more calls to", call.WebhookID)
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(installed.Unregister(context.Background()))
	// Output:
	// no more calls to 11111111-2222-3333-4444-555555555555
	// <nil>
}

// An external system that does not call is listened to. The function runs for
// each installation until the context ends.
func ExampleMux_OnListen() {
	i := integration.New(integration.Definition{Name: "socket", Version: "1.0.0"}, func(m *integration.Mux) {
		m.OnListen(func(ctx context.Context, call *integration.Call) error {
			fmt.Println("connect for", call.Alias)
			<-ctx.Done() // read from the socket until then
			fmt.Println("disconnect")
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := installed.Call(ctx, wire.OpListen, wire.OpListen, nil); err != nil {
			log.Print(err)
		}
	}()
	stop()
	<-done
	// Output:
	// connect for test
	// disconnect
}
