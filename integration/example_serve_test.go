package integration_test

import (
	"context"
	"fmt"
	"log"
	"net"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// The same code runs as a service of its own. Main does this with what the
// environment says, and is all that most programs need.
func ExampleServe() {
	type number struct {
		N int `json:"n"`
	}
	i := integration.New(integration.Definition{
		Name: "adder", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{"increment": {Input: schema.For[number], Output: schema.For[number]}},
	}, func(m *integration.Mux) {
		integration.Action(m, "increment", func(_ context.Context, _ *integration.Call, in *number) (*number, error) {
			return &number{N: in.N + 1}, nil
		})
	})
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan net.Addr), make(chan error)
	go func() {
		done <- integration.Serve(ctx, i, integration.ServeConfig{
			Addr: "127.0.0.1:0", APIURL: "http://127.0.0.1:8080", Token: "bp_iak_1", SigningSecret: "c2VjcmV0",
			Ready: func(addr net.Addr) { ready <- addr },
		})
	}()
	remote := &wire.Remote{URL: "http://" + (<-ready).String(), Secret: "c2VjcmV0"}
	installed := &integrationtest.Installation{Handler: remote}
	out, err := installed.Action(ctx, "increment", number{N: 6})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(out))
	stop() // running calls may finish
	fmt.Println(<-done)
	// Output:
	// {"n":7}
	// <nil>
}

// The whole main function of a program that serves an integration. With the
// argument definition it prints what "bellhop integration publish" takes.
func ExampleMain() {
	i := integration.New(integration.Definition{Name: "adder", Version: "1.0.0"}, func(*integration.Mux) {})
	integration.Main(i)
}
