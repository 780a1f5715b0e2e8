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

// The bot changed a message that was sent: an external system that can edit
// messages gets the new text. The definition asks to be told.
func ExampleMux_OnMessageUpdated() {
	i := integration.New(integration.Definition{
		Name: "board", Version: "1.0.0", ExtraOperations: []string{wire.OpMessageUpdated},
	}, func(m *integration.Mux) {
		m.OnMessageUpdated(func(_ context.Context, _ *integration.Call, in *platform.MessageUpdatedBody) error {
			fmt.Println("edit", in.CurrentMessage.Tags["id"], "to", string(in.Payload))
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = installed.Call(context.Background(), wire.OpMessageUpdated, "text", platform.MessageUpdatedBody{
		Type: "text", Payload: []byte(`{"text":"corrected"}`),
		CurrentMessage: platform.Message{Payload: []byte(`{}`), Tags: platform.Tags{"id": "4711"}}, PreviousMessage: platform.Message{Payload: []byte(`{}`)},
	})
	fmt.Println(err)
	// Output:
	// edit 4711 to {"text":"corrected"}
	// <nil>
}

// The bot changed a conversation, such as one of its tags.
func ExampleMux_OnConversationUpdated() {
	i := integration.New(integration.Definition{
		Name: "board", Version: "1.0.0", ExtraOperations: []string{wire.OpConversationUpdated},
	}, func(m *integration.Mux) {
		m.OnConversationUpdated(func(_ context.Context, _ *integration.Call, in *platform.ConversationUpdatedBody) error {
			fmt.Println("topic", in.PreviousConversation.Tags["topic"], "is now", in.CurrentConversation.Tags["topic"])
			return nil
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = installed.Call(context.Background(), wire.OpConversationUpdated, wire.OpConversationUpdated, platform.ConversationUpdatedBody{
		PreviousConversation: platform.Conversation{Tags: platform.Tags{"topic": "tea"}},
		CurrentConversation:  platform.Conversation{Tags: platform.Tags{"topic": "coffee"}},
	})
	fmt.Println(err)
	// Output:
	// topic tea is now coffee
	// <nil>
}
