package integration_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// Everything that an integration can declare.
func ExampleDefinition() {
	type config struct {
		APIKey string `json:"apiKey" title:"API key" secret:"true"`
	}
	type issue struct {
		ID    string `json:"id"`
		Title string `json:"title" minLength:"1"`
	}
	def := integration.Definition{
		Name: "acme/tracker", Version: "1.2.0", Title: "Tracker", Description: "Issues of Acme",
		Icon:   []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		Readme: "# Tracker\n\nMake a key and paste it.",

		Configuration:  &integration.Configuration{Schema: schema.For[config]},
		Configurations: map[string]integration.Configuration{"sandbox": {Title: "Sandbox, without a key"}},

		Channels: map[string]integration.Channel{"comments": {
			Title:            "Comments on an issue",
			Messages:         integration.StandardMessages(message.TypeText, message.TypeFile),
			MessageTags:      integration.Tags{"id": {Title: "Comment id"}},
			ConversationTags: integration.Tags{"issueId": {Title: "Issue id"}},
			Creation:         &platform.CreationDefinition{Enabled: true, RequiredTags: []string{"issueId"}},
		}},
		User:    integration.User{Tags: integration.Tags{"id": {Title: "User id"}}},
		States:  map[string]integration.StateDefinition{"draft": {Type: platform.StateConversation, Schema: schema.For[issue], Expiry: time.Hour}},
		Actions: map[string]integration.ActionDefinition{"createIssue": {Title: "Create an issue", Input: schema.For[issue], Output: schema.For[issue]}},
		Events:  map[string]integration.EventDefinition{"issueCreated": {Schema: schema.For[issue]}},
		Secrets: map[string]integration.Secret{"CLIENT_SECRET": {Description: "Of our OAuth application"}},

		Entities:   map[string]integration.Entity{"issue": {Title: "Issue", Schema: schema.For[issue]}},
		Attributes: map[string]string{"category": "Project management"},
		Interfaces: map[string]platform.InterfaceExtension{"creatable<issue>": {
			Name: "creatable", Version: "1.0.0",
			Entities: map[string]platform.InterfaceAlias{"item": {Name: "issue"}},
			Actions:  map[string]platform.InterfaceAlias{"create": {Name: "createIssue"}},
		}},
		ExtraOperations:  []string{wire.OpMessageUpdated},
		MaxExecutionTime: 30 * time.Second,
	}
	stored, err := def.Wire()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stored.Name, stored.Version, len(stored.Channels["comments"].Messages), "message types")
	fmt.Println("alternatives:", stored.Configurations["sandbox"].Title)
	fmt.Println("tags:", stored.User.Tags["id"].Title, "and", stored.Channels["comments"].Message.Tags["id"].Title)
	fmt.Println("an entity:", stored.Entities["issue"].Title, "is the item of", stored.Interfaces["creatable<issue>"].Name)
	fmt.Println("an attribute:", stored.Attributes["category"])
	fmt.Println(string(stored.Events["issueCreated"].Schema))
	// Output:
	// acme/tracker 1.2.0 2 message types
	// alternatives: Sandbox, without a key
	// tags: User id and Comment id
	// an entity: Issue is the item of creatable
	// an attribute: Project management
	// {"type":"object","properties":{"id":{"type":"string"},"title":{"type":"string","minLength":1}},"required":["id","title"],"additionalProperties":false}
}

// A definition and its handlers are checked when the code is made. All faults
// are told at once, each under the path of what it is about.
func ExampleDefinitionError() {
	_, err := integration.New(integration.Definition{
		Name: "Tracker", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{"createIssue": {}, "closeIssue": {}},
	}, func(m *integration.Mux) {
		integration.Action(m, "createIssue", func(context.Context, *integration.Call, *struct{}) (*struct{}, error) { return nil, nil })
		integration.Action(m, "creatIssue", func(context.Context, *integration.Call, *struct{}) (*struct{}, error) { return nil, nil })
	}).New(integration.Env{})
	fmt.Println(err)
	// Output:
	// definition of "Tracker" has 3 faults:
	//   actions.closeIssue: it is defined but has no handler
	//   actions.creatIssue: it has a handler but is not defined; defined are ["closeIssue" "createIssue"]
	//   name: "Tracker" is not a name: lower-case letters, digits, - and _, with an optional handle and slash before
}

// A schema may be given as JSON in place of a Go type.
func ExampleRawSchema() {
	def := integration.Definition{Name: "tracker", Version: "1.0.0", Events: map[string]integration.EventDefinition{
		"closed": {Schema: integration.RawSchema(`{"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}`)},
		"opened": {Schema: integration.RawSchema(`{"type": "objekt"}`)},
	}}
	_, err := def.Wire()
	fmt.Println(err)
	// Output:
	// definition of "tracker": events.opened: the schema cannot be used: type: must be one of "array", "boolean", "integer", "null", "number", "object", "string", not "objekt"
}

// A channel declares standard types of messages by name, and types of its own.
func ExampleStandardMessages() {
	types := integration.StandardMessages(message.TypeText, message.TypeImage)
	types["sticker"] = integration.MessageDefinition{Schema: integration.RawSchema(`{"type": "object", "required": ["name"]}`)}
	def := integration.Definition{Name: "pictures", Version: "1.0.0", Channels: map[string]integration.Channel{"dm": {Messages: types}}}
	stored, err := def.Wire()
	if err != nil {
		log.Fatal(err)
	}
	names, err := json.Marshal(stored.Channels["dm"].Messages["sticker"])
	fmt.Println(len(stored.Channels["dm"].Messages), string(names), err)
	// Output: 3 {"schema":{"type":"object","required":["name"]}} <nil>
}
