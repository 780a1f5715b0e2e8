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

// A bot may write first: to somebody who is not a user yet. The integration
// makes sure that they exist outside, and makes the user.
func ExampleMux_OnCreateUser() {
	i := integration.New(integration.Definition{
		Name: "mail", Version: "1.0.0",
		User: integration.User{
			Tags:     integration.Tags{"address": {}},
			Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{"address"}},
		},
	}, func(m *integration.Mux) {
		m.OnCreateUser(func(ctx context.Context, call *integration.Call, in *platform.CreateUserBody) (*platform.User, error) {
			out, err := call.Client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: in.Tags})
			if err != nil {
				return nil, err
			}
			return &out.User, nil
		})
	})
	memory := integrationtest.NewPlatform()
	installed, err := integrationtest.Install(i, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	body := platform.CreateUserBody{Tags: platform.Tags{"address": "ada@a.example"}}
	resp, err := installed.Call(context.Background(), wire.OpCreateUser, wire.OpCreateUser, body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Status, integrationtest.Inputs(memory, platform.OpGetOrCreateUser)[0].Tags)
	// Output: 200 map[address:ada@a.example]
}

// A bot may open a conversation in a channel that lets it. An integration that
// answers nil leaves it to the platform to make it.
func ExampleMux_OnCreateConversation() {
	i := integration.New(integration.Definition{
		Name: "mail", Version: "1.0.0",
		Channels: map[string]integration.Channel{"thread": {
			ConversationTags: integration.Tags{"subject": {}}, Creation: &platform.CreationDefinition{Enabled: true},
		}},
	}, func(m *integration.Mux) {
		m.OnCreateConversation(func(_ context.Context, _ *integration.Call, in *platform.CreateConversationBody) (*platform.Conversation, error) {
			if in.Tags["subject"] == "" {
				return nil, integration.RuntimeError("a thread needs a subject")
			}
			return nil, nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	for _, subject := range []string{"Hello", ""} {
		body := platform.CreateConversationBody{Channel: "thread", Tags: platform.Tags{"subject": subject}}
		resp, err := installed.Call(context.Background(), wire.OpCreateConversation, wire.OpCreateConversation, body)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Status, integrationtest.Refusal(resp))
	}
	// Output:
	// 200 <nil>
	// 400 Runtime: a thread needs a subject
}
