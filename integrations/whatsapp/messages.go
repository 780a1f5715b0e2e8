package whatsapp

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Types of messages beyond the standard ones.
const (
	typeSticker     = "sticker"
	typeContacts    = "contacts"
	typeReaction    = "reaction"
	typeInteractive = "interactive"
	typeTemplate    = "template"
)

const replyMember = `"replyTo":{"type":"string","title":"Reply to","description":"The message that this one answers"}`

// messageDefinitions declares the standard types with what WhatsApp adds to them, and
// the types that only WhatsApp has.
func messageDefinitions() map[string]integration.MessageDefinition {
	all := map[string]integration.MessageDefinition{}
	for _, typ := range message.Types() {
		all[typ] = integration.MessageDefinition{Schema: extended(typ)}
	}
	own := func(typ, title, members, required string) {
		all[typ] = integration.MessageDefinition{Title: title, Schema: integration.RawSchema(
			`{"type":"object","properties":{` + members + `,` + replyMember + `},"required":[` + required + `]}`)}
	}
	own(typeSticker, "Sticker", `"stickerUrl":{"type":"string","minLength":1}`, `"stickerUrl"`)
	own(typeContacts, "Contacts", `"contacts":{"type":"array","minItems":1,"items":{"type":"object"}}`, `"contacts"`)
	own(typeReaction, "Reaction", `"messageId":{"type":"string","minLength":1},"reaction":{"type":"string"}`, `"messageId"`)
	own(typeInteractive, "Interactive", `"interactive":{"type":"object","required":["type","action"]}`, `"interactive"`)
	all[typeTemplate] = integration.MessageDefinition{Title: "Template", Schema: integration.RawSchema(
		`{"type":"object","properties":{` + templateMembers + `},"required":["templateName"]}`)}
	return all
}

// extended is the schema of the standard type with more members.
func extended(typ string) integration.Schema {
	more := map[string]string{
		message.TypeText:     `"value":{"type":"string","title":"Value","description":"What stands behind the text: of a button or row that was chosen"}`,
		message.TypeImage:    `"caption":{"type":"string"}`,
		message.TypeFile:     `"filename":{"type":"string"}`,
		message.TypeChoice:   `"buttonLabel":{"type":"string","maxLength":20}`,
		message.TypeDropdown: `"buttonLabel":{"type":"string","maxLength":20}`,
	}[typ]
	return chatkit.ExtendSchema(typ, more, replyMember)
}
