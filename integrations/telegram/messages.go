package telegram

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Types of messages beyond the standard ones.
const (
	typeSticker   = "sticker"
	typeAnimation = "animation"
	typeVoice     = "voice"
	typeContact   = "contact"
	typePoll      = "poll"
)

const replyMember = `"replyTo":{"type":"string","title":"Reply to","description":"The message that this one answers"}`

// messageDefinitions declares the standard types with what Telegram adds to them, and
// the types that only Telegram has.
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
	own(typeAnimation, "Animation", `"animationUrl":{"type":"string","minLength":1},"title":{"type":"string"}`, `"animationUrl"`)
	own(typeVoice, "Voice message", `"voiceUrl":{"type":"string","minLength":1},"title":{"type":"string"}`, `"voiceUrl"`)
	own(typeContact, "Contact", `"phoneNumber":{"type":"string","minLength":1},"firstName":{"type":"string","minLength":1},
		"lastName":{"type":"string"},"userId":{"type":"string"},"vcard":{"type":"string"}`, `"phoneNumber","firstName"`)
	own(typePoll, "Poll", `"id":{"type":"string"},"question":{"type":"string","minLength":1},
		"options":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}},"type":{"type":"string","enum":["regular","quiz"]},
		"anonymous":{"type":"boolean"},"allowsMultipleAnswers":{"type":"boolean"},
		"correctOptions":{"type":"array","items":{"type":"integer"}}`, `"question","options"`)
	return all
}

// extended is the schema of the standard type with more members.
func extended(typ string) integration.Schema {
	more := map[string]string{
		message.TypeText:  `"value":{"type":"string","title":"Value","description":"What stands behind the text: of a button that was pressed"}`,
		message.TypeImage: `"caption":{"type":"string"}`,
		message.TypeAudio: `"caption":{"type":"string"}`,
		message.TypeFile:  `"filename":{"type":"string"}`,
	}[typ]
	return chatkit.ExtendSchema(typ, more, replyMember)
}
