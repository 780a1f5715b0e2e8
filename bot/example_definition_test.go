package bot_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Everything that a bot can declare of its own. What integrations declare it
// may use without declaring it again.
func ExampleDefinition() {
	type config struct {
		Greeting string `json:"greeting"`
	}
	type order struct {
		Item string `json:"item"`
	}
	def := bot.Definition{
		Name: "waiter", Title: "Waiter", Description: "Takes orders",
		Configuration:    schema.For[config],
		UserTags:         bot.Tags{"vip": {Title: "Orders often"}},
		ConversationTags: bot.Tags{"table": {}},
		MessageTags:      bot.Tags{"course": {}},
		States: map[string]bot.StateDefinition{
			"order": {Type: platform.StateConversation, Schema: schema.For[order], Expiry: time.Hour},
			"menu":  {Type: platform.StateBot, Schema: bot.RawSchema(`{"type": "object"}`)},
		},
		Events:        map[string]bot.EventDefinition{"orderServed": {Schema: schema.For[order]}},
		Actions:       map[string]bot.ActionDefinition{"takeOrder": {Title: "Take an order", Input: schema.For[order]}},
		Secrets:       map[string]bot.Secret{"KITCHEN_KEY": {Optional: true}},
		Subscriptions: []string{"orderServed", "tracker:issueClosed"},
	}
	stored, err := def.Wire()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(stored.States), "states,", *stored.States["order"].Expiry, "ms")
	fmt.Println(string(stored.Actions["takeOrder"].Input.Schema))
	// Output:
	// 2 states, 3600000 ms
	// {"type":"object","properties":{"item":{"type":"string"}},"required":["item"],"additionalProperties":false}
}

// A definition and its handlers are checked when the code is made. All faults
// are told at once.
func ExampleDefinitionError() {
	_, err := bot.New(bot.Definition{
		Name:    "waiter",
		Actions: map[string]bot.ActionDefinition{"takeOrder": {}},
		Events:  map[string]bot.EventDefinition{"orderServed": {}},
	}, func(m *bot.Mux) {
		bot.OnEvent(m, "orderServd", func(context.Context, *bot.EventCall[struct{}]) error { return nil })
		m.OnStateExpired("order", func(context.Context, *bot.StateCall) error { return nil })
	}).New(bot.Env{})
	fmt.Println(err)
	// Output:
	// definition of "waiter" has 3 faults:
	//   actions.takeOrder: it is defined but has no handler
	//   events.orderServd: it has a handler but is not defined; defined are ["orderServed"]
	//   states.order: it has a handler but is not defined; nothing is
}

// A configuration is decoded into the Go type that its schema is made of.
func ExampleConfig() {
	type config struct {
		Greeting string `json:"greeting"`
	}
	b := bot.New(bot.Definition{Name: "waiter", Configuration: schema.For[config]}, func(m *bot.Mux) {
		m.OnRegister(func(_ context.Context, call *bot.Call) error {
			c, err := bot.Config[config](call)
			if err == nil {
				fmt.Println(c.Greeting)
			}
			return err
		})
	})
	started, err := bottest.Start(b, bot.Env{})
	if err != nil {
		log.Fatal(err)
	}
	started.Configuration = config{Greeting: "Good evening"}
	fmt.Println(started.Register(context.Background()))
	started.Configuration = map[string]int{"greeting": 7}
	fmt.Println(started.Register(context.Background()))
	// Output:
	// Good evening
	// <nil>
	// Runtime: the configuration does not fit: greeting: expected string, got number
}
