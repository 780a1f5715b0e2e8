package whatsapp

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/schema"
)

// Events.
const (
	eventSent            = "messageSent"
	eventDelivered       = "messageDelivered"
	eventRead            = "messageRead"
	eventPlayed          = "messagePlayed"
	eventFailed          = "messageFailed"
	eventEcho            = "onMessageEchoReceived"
	eventReactionAdded   = "reactionAdded"
	eventReactionRemoved = "reactionRemoved"
	eventComponents      = "messageTemplateComponentsUpdate"
	eventQuality         = "messageTemplateQualityUpdate"
	eventTemplateStatus  = "messageTemplateStatusUpdate"
	eventCategory        = "templateCategoryUpdate"
	eventEdited          = "messageEdited"
	eventDeleted         = "messageDeleted"
	eventOrder           = "orderReceived"
	eventSystem          = "systemMessageReceived"
	eventUnhandled       = "unhandledReceived"
)

type nothing struct{}

type failure struct {
	Error string `json:"error" description:"Why, with WhatsApp's codes"`
}

type reactionEvent struct {
	Reaction       string `json:"reaction" description:"The emoji"`
	MessageID      string `json:"messageId" description:"The message that it is on"`
	UserID         string `json:"userId,omitempty"`
	ConversationID string `json:"conversationId,omitempty"`
}

type editEvent struct {
	MessageID      string          `json:"messageId" description:"The message that was edited"`
	Type           string          `json:"type" description:"The type of the new content"`
	Payload        json.RawMessage `json:"payload" description:"The new content"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
}

type deleteEvent struct {
	MessageID      string `json:"messageId" description:"The message that was taken back"`
	UserID         string `json:"userId"`
	ConversationID string `json:"conversationId"`
}

type orderEvent struct {
	Order          json.RawMessage `json:"order" description:"As WhatsApp describes it: catalog_id, text, product_items"`
	WhatsappID     string          `json:"whatsappMessageId"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
}

type systemEvent struct {
	Type   string `json:"type" description:"As user_changed_number"`
	Body   string `json:"body"`
	Number string `json:"number,omitempty" description:"The new number"`
	UserID string `json:"userId,omitempty"`
}

type unhandledEvent struct {
	Field   string          `json:"field" description:"The webhook's field"`
	Type    string          `json:"type,omitempty" description:"The message's type"`
	Payload json.RawMessage `json:"payload" description:"As WhatsApp sent it"`
}

func events() map[string]integration.EventDefinition {
	open := integration.RawSchema(`{"type":"object"}`)
	return map[string]integration.EventDefinition{
		eventSent:            {Title: "Message sent", Description: "WhatsApp took a message of the bot", Schema: open},
		eventDelivered:       {Title: "Message delivered", Description: "A message of the bot is on the person's phone", Schema: open},
		eventRead:            {Title: "Message read", Description: "The person read a message of the bot", Schema: open},
		eventPlayed:          {Title: "Message played", Description: "The person listened to a voice message of the bot", Schema: open},
		eventFailed:          {Title: "Message failed", Description: "A message of the bot did not arrive", Schema: schema.For[failure]},
		eventEcho:            {Title: "Message echo received", Description: "Somebody answered from the WhatsApp Business app", Schema: open},
		eventReactionAdded:   {Title: "Reaction added", Description: "The person put an emoji on a message", Schema: schema.For[reactionEvent]},
		eventReactionRemoved: {Title: "Reaction removed", Description: "The person took an emoji back", Schema: schema.For[reactionEvent]},
		eventComponents:      {Title: "Template edited", Description: "A template was edited", Schema: schema.For[componentsEvent]},
		eventQuality:         {Title: "Template quality changed", Description: "The quality score of a template changed", Schema: schema.For[qualityEvent]},
		eventTemplateStatus:  {Title: "Template status changed", Description: "A template was approved, rejected, paused or disabled", Schema: schema.For[templateStatusEvent]},
		eventCategory:        {Title: "Template category changed", Description: "The category of a template changed, or will", Schema: schema.For[categoryEvent]},
		eventEdited:          {Title: "Message edited", Description: "The person changed a message", Schema: schema.For[editEvent]},
		eventDeleted:         {Title: "Message deleted", Description: "The person took a message back", Schema: schema.For[deleteEvent]},
		eventOrder:           {Title: "Order received", Description: "The person ordered from the catalog", Schema: schema.For[orderEvent]},
		eventSystem:          {Title: "System message received", Description: "WhatsApp tells of the person, as of a new number", Schema: schema.For[systemEvent]},
		eventUnhandled:       {Title: "Unhandled webhook", Description: "WhatsApp told something that the integration does not know", Schema: schema.For[unhandledEvent]},
	}
}

// unhandled tells the bot, once for the key, of what nobody knew what to do
// with; an empty key is every time.
func (in *inbound) unhandled(ctx context.Context, field, typ string, payload json.RawMessage, key string) error {
	in.call.Logger.InfoContext(ctx, "a kind of webhook that is not known", "field", chatkit.ClipTag(field), "type", chatkit.ClipTag(typ))
	if len(payload) == 0 {
		payload = json.RawMessage("null")
	}
	_, err := in.call.Emit(ctx, integration.Event{
		Type: eventUnhandled, Payload: unhandledEvent{Field: field, Type: typ, Payload: payload}, DedupeKey: chatkit.ClipTag(key),
	})
	return err
}
