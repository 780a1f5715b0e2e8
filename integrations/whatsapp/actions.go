package whatsapp

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/schema"
)

// Actions.
const (
	actionStart       = "startConversation"
	actionTemplate    = "sendTemplateMessage"
	actionTemplates   = "listTemplates"
	actionNumbers     = "getBusinessPhoneNumbers"
	actionTyping      = "startTypingIndicator"
	actionStopTyping  = "stopTypingIndicator"
	maxTemplates      = 100
	defaultTemplates  = 20
	maxPagesOfNumbers = 20
)

type templatesIn struct {
	Status     string `json:"status,omitempty" description:"As APPROVED, PENDING, REJECTED, PAUSED"`
	Name       string `json:"name,omitempty" description:"The template's name or a part of it"`
	Limit      int    `json:"limit,omitempty" minimum:"1" maximum:"100" default:"20"`
	NextCursor string `json:"nextCursor,omitempty" description:"From the page before"`
}

type numbersOut struct {
	PhoneNumbers []businessNumber `json:"phoneNumbers"`
}

type businessNumber struct {
	ID                 string `json:"id" description:"Meta's id of the number: the tag botPhoneNumberId"`
	DisplayPhoneNumber string `json:"displayPhoneNumber"`
	VerifiedName       string `json:"verifiedName,omitempty" description:"What people see as the sender"`
}

type typingIn struct {
	ConversationID string  `json:"conversationId" minLength:"1"`
	MessageID      string  `json:"messageId" minLength:"1" description:"The person's message that is being answered"`
	Timeout        float64 `json:"timeout,omitempty" description:"Not used: WhatsApp shows it until the answer comes, 25 seconds at most"`
}

// templateListed is a template as Meta lists it; more members may come along.
const templateListed = `{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"},` +
	`"status":{"type":"string","description":"As APPROVED, PENDING, REJECTED, PAUSED"},` +
	`"category":{"type":"string","description":"MARKETING, UTILITY or AUTHENTICATION"},"language":{"type":"string"},` +
	`"components":{"type":"array","items":{"type":"object","properties":{` +
	`"type":{"type":"string","description":"HEADER, BODY, FOOTER or BUTTONS"},"format":{"type":"string","description":"Of a header, as TEXT or IMAGE"},` +
	`"text":{"type":"string","description":"With places for parameters, as {{1}}"},"example":{"type":"object"},` +
	`"buttons":{"type":"array","items":{"type":"object","properties":{"type":{"type":"string"},"text":{"type":"string"},` +
	`"url":{"type":"string"},"phone_number":{"type":"string"}},"required":["type"]}}},"required":["type"]}}},` +
	`"required":["id","name","status","category","language","components"]}`

// templateTo is a template and whom it is for.
const templateTo = `{"type":"object","properties":{` +
	`"userPhone":{"type":"string","minLength":1,"title":"Phone number","description":"Of the person, with the country code"},` +
	`"botPhoneNumberId":{"type":"string","title":"Sender","description":"Meta's id of the business's number; the configured one when left out"},` +
	templateMembers + `},"required":["userPhone","templateName"]}`

func actions() map[string]integration.ActionDefinition {
	start := integration.RawSchema(`{"type":"object","properties":{"conversation":` + templateTo + `},"required":["conversation"]}`)
	started := integration.RawSchema(`{"type":"object","properties":{"conversationId":{"type":"string"},"messageId":{"type":"string"}},"required":["conversationId"]}`)
	none := schema.For[nothing]
	return map[string]integration.ActionDefinition{
		actionStart: {Title: "Start a conversation", Input: start, Output: started,
			Description: "Write to a person first, with a template that Meta has approved"},
		actionTemplate: {Title: "Send a template", Input: start, Output: started,
			Description: "Send a template, as when the person's last message is over 24 hours old"},
		actionTemplates: {Title: "List templates", Description: "List the account's templates", Input: schema.For[templatesIn],
			Output: integration.RawSchema(`{"type":"object","properties":{"templates":{"type":"array","items":` + templateListed + `},"nextCursor":{"type":"string"}},"required":["templates"]}`)},
		actionNumbers: {Title: "Get the business's phone numbers", Description: "List the account's numbers", Input: none, Output: schema.For[numbersOut]},
		actionTyping: {Title: "Start the typing indicator", Input: schema.For[typingIn], Output: none,
			Description: "Mark a message as read and show that the bot is typing"},
		actionStopTyping: {Title: "Stop the typing indicator", Input: schema.For[typingIn], Output: none,
			Description: "Take back the emoji of the typing indicator; the indicator itself ends with the answer"},
	}
}

func (s *service) handleActions(m *integration.Mux) {
	integration.Action(m, actionStart, s.start)
	integration.Action(m, actionTemplate, s.start)
	integration.Action(m, actionTemplates, s.templates)
	integration.Action(m, actionNumbers, s.numbers)
	integration.Action(m, actionTyping, s.startTyping)
	integration.Action(m, actionStopTyping, s.stopTyping)
	m.OnCreateUser(s.createUser)
	m.OnCreateConversation(s.createConversation)
}
