package chatkit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// An inbound message: the id tag identifies the person, the chat and the
// message, and the other tags follow what the vendor says.
func ExampleReceive() {
	call := newCall(integrationtest.NewPlatform()) // a handler gets it from the Mux
	out, err := chatkit.Receive(context.Background(), call, &chatkit.Inbound{
		User: &chatkit.User{
			Tags:   platform.Tags{"id": "77", "username": "ada"},
			FindBy: []platform.Tags{{"id": "77"}},
			Name:   "Ada",
		},
		Conversation: &chatkit.Conversation{
			Channel:     "chat",
			Tags:        platform.Tags{"id": "-200", "title": "Family"},
			InitialTags: platform.Tags{"openedBy": "77"},
			FindBy:      []platform.Tags{{"id": "-200"}},
		},
		Message: &chatkit.Message{
			Content: chatkit.Content{Type: message.TypeText, Payload: message.Text{Text: "Hello"}},
			Tags:    platform.Tags{"id": "42"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.User.Name, out.Conversation.Tags["title"], string(out.Message.Payload), out.Meta.Message)
	// Output: Ada Family {"text":"Hello"} true
}

// The bot's messages: each type is rendered into parts, and each part is one
// call of the vendor.
func ExampleMessages() {
	definition := integration.Definition{
		Name: "acme", Version: "1.0.0",
		Channels: map[string]integration.Channel{"chat": {
			Messages:    integration.StandardMessages(message.TypeText, message.TypeBloc),
			MessageTags: integration.Tags{"id": {}, "parts": {}},
		}},
	}
	messages := chatkit.Messages[*chatkit.Outbound, string]{
		Journal: chatkit.Journal{ID: "id", Parts: "parts"},
		Begin:   func(_ context.Context, o *chatkit.Outbound) (*chatkit.Outbound, error) { return o, nil },
		Renderers: chatkit.Renderers[*chatkit.Outbound, string]{
			message.TypeText: chatkit.Render(func(_ *chatkit.Outbound, p *message.Text) ([]string, error) {
				return []string{p.Text}, nil
			}),
		},
		Send: func(_ context.Context, o *chatkit.Outbound, p chatkit.Part[string]) (id string, err error) {
			fmt.Printf("part %d of %d to %s: %s\n", p.N, p.Of, o.Conversation.Tags["id"], *p.Value)
			return "acme-1", nil // the vendor's id of the part
		},
	}
	acme := integration.New(definition, func(m *integration.Mux) {
		m.OnRegister(func(context.Context, *integration.Call) error { return nil })
		m.OnUnregister(func(context.Context, *integration.Call) error { return nil })
		messages.Handle(m, "chat")
	})
	fmt.Println(acme.Definition.Name)
	// Output: acme
}

// A vendor's table of errors: the code decides, where the status does not.
func ExampleRefusals() {
	refusals := chatkit.Refusals{
		{Code: "rate_limited", Verdict: chatkit.Retry},
		{Text: "not in channel", Verdict: chatkit.Final, Remedy: "invite the bot", Source: "https://acme.example/errors#channel"},
	}
	e := &chatkit.Error{Vendor: "Acme", Status: http.StatusOK, Message: "Not in channel"}
	refusals.Apply(e)
	err := chatkit.Classify(e)
	refusal, _ := errors.AsType[*platform.Error](err)
	fmt.Println(refusal.Code, refusal.Message)
	// Output: 400 Acme refused: Not in channel; invite the bot
}

// A label fits a button, and a reference stands for a value that does not fit
// the button's data.
func ExampleLabel() {
	fmt.Println(chatkit.Label("Pick a meal for today", 12))
	fmt.Println(chatkit.OptionRef("msg_1", 2))
	// Output:
	// Pick a meal…
	// bellhop:msg_1:2
}

// The tags of a message record what the vendor has of it.
func ExampleJournal() {
	journal := chatkit.Journal{ID: "id", Parts: "parts", PartIDs: []string{"id1", "id2"}}
	tags := journal.Record("acme-1", 1, 2)
	for name, value := range journal.Record("acme-2", 2, 2) {
		tags[name] = value
	}
	fmt.Println(journal.Sent(tags), journal.IDs(tags))
	// Output: 2 [acme-1 acme-2]
}
