// Package chat is the integration for chat on web pages and in apps: it speaks
// the public chat API under its webhook, so that the official chat client and
// the page of Page work with it.
//
// Users and conversations may carry a name of the caller's choice, a foreign id
// ("fid"); it is kept as the tag fid. A user proves who they are with a user
// key, a JWT (HS256) with the member id. The key is made with a secret of the
// installation, or by an own back end with the configured encryptionKey.
//
// What happens in a conversation is told to listeners with server-sent events.
// Listen first and list afterwards: then nothing can be missed. See listen.go.
package chat

import (
	"encoding/json"
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// Names of the definition.
const (
	channelName = "channel"
	stateAuth   = "auth"
	eventCustom = "custom"
	actionSend  = "sendEvent"
	tagFID      = "fid"
	tagOwner    = "owner"
	tagProfile  = "profile"
)

// authState is the installation's own secret for user keys.
type authState struct {
	Key string `json:"key"`
}

// customEvent is what the bot gets of an event that a user created.
type customEvent struct {
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
	Payload        json.RawMessage `json:"payload"`
}

// sendEventInput is the input of the action sendEvent.
type sendEventInput struct {
	ConversationID string          `json:"conversationId"`
	Payload        json.RawMessage `json:"payload"`
}

type nothing struct{}

const (
	customSchema = `{"type":"object","required":["userId","conversationId","payload"],"properties":{` +
		`"userId":{"type":"string"},"conversationId":{"type":"string"},"payload":{"type":"object"}}}`
	sendSchema = `{"type":"object","required":["conversationId","payload"],"properties":{` +
		`"conversationId":{"type":"string"},"payload":{"type":"object"}}}`
)

func definition() integration.Definition {
	return integration.Definition{
		Name: "chat", Version: "1.0.0", Title: "Chat",
		Description:   "Chat with the bot from a web page or an app over HTTP.",
		Configuration: &integration.Configuration{Schema: schema.For[Configuration]},
		Channels: map[string]integration.Channel{channelName: {
			Title:    "Channel",
			Messages: integration.StandardMessages(),
			ConversationTags: integration.Tags{
				tagOwner: {Title: "Owner", Description: "The user who made the conversation"},
				tagFID:   {Title: "Foreign id", Description: "The conversation's name as its maker chose it"},
			},
			MessageTags: integration.Tags{tagFID: {Title: "Foreign id"}},
		}},
		User: integration.User{Tags: integration.Tags{
			tagFID:     {Title: "Foreign id", Description: "The user's name as the client or the back end chose it"},
			tagProfile: {Title: "Profile", Description: "Data about the user, a text"},
		}},
		States: map[string]integration.StateDefinition{
			stateAuth: {Type: platform.StateIntegration, Schema: schema.For[authState]},
		},
		Events: map[string]integration.EventDefinition{
			eventCustom: {Title: "Custom event", Description: "A user's client sent an event", Schema: integration.RawSchema(customSchema)},
		},
		Actions: map[string]integration.ActionDefinition{
			actionSend: {Title: "Send custom event", Description: "Send an event to the clients that listen", Input: integration.RawSchema(sendSchema)},
		},
		ExtraOperations: []string{wire.OpMessageUpdated, wire.OpDeliveryFailed},
	}
}

// New returns the integration. Each handler that it makes has listeners of its
// own, so one place needs one handler for all installations.
func New() integration.Integration {
	return integration.Integration{Definition: definition(), MaxWebhook: maxBody, New: newHandler}
}

// handler adds streaming to what the Mux makes.
type handler struct {
	wire.Handler
	service *service
}

var _ wire.Streamer = (*handler)(nil)

// Stream answers the requests that listen to a conversation.
func (h *handler) Stream(w http.ResponseWriter, r *http.Request, req *wire.Request) bool {
	return h.service.stream(w, r, req)
}

func newHandler(env integration.Env) (wire.Handler, error) {
	s := newService(env)
	m := integration.NewMux(definition(), env)
	m.OnRegister(s.register)
	m.OnWebhook(s.webhook)
	m.OnMessageUpdated(s.messageUpdated)
	m.OnDeliveryFailed(s.deliveryFailed)
	for _, typ := range message.Types() {
		integration.Message(m, channelName, typ, s.messageCreated)
	}
	integration.Action(m, actionSend, s.sendEvent)
	h, err := m.Handler()
	if err != nil {
		return nil, err
	}
	return &handler{Handler: h, service: s}, nil
}
