package slack

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// textSchema lets a text hold blocks of the bot's own, and people by their
// place in the text.
const textSchema = `{"type":"object","properties":{
"text":{"type":"string","title":"Text","description":"Markdown. With blocks it is what notifications show."},
"blocks":{"type":"array","maxItems":50,"title":"Blocks","description":"Block Kit, sent as it is in place of the text","items":{"type":"object","properties":{"type":{"type":"string"}},"required":["type"]}},
"mentions":{"type":"array","title":"Mentions","description":"People in the text, by their place","items":{"type":"object","properties":{
"type":{"type":"string"},"start":{"type":"number"},"end":{"type":"number"},
"user":{"type":"object","properties":{"id":{"type":"string"},"name":{"type":"string"}},"required":["id"]}},"required":["start","end","user"]}},
"value":{"type":"string","title":"Value","description":"What stands behind a button or an option that was chosen"},
"label":{"type":"string","title":"Label","description":"What the person saw of it"}},
"anyOf":[{"required":["text"],"properties":{"text":{"minLength":1}}},{"required":["blocks"],"properties":{"blocks":{"minItems":1}}}]}`

// messageDefinitions declares the standard types with what Slack adds to them.
func messageDefinitions() map[string]integration.MessageDefinition {
	all := integration.StandardMessages()
	all[message.TypeText] = integration.MessageDefinition{Schema: integration.RawSchema(textSchema)}
	all[message.TypeBloc] = integration.MessageDefinition{Schema: blocSchema}
	return all
}

// blocSchema is the standard one with Markdown among the items.
func blocSchema() (json.RawMessage, error) {
	item := func(typ string, payload json.RawMessage) map[string]any {
		return map[string]any{
			"type": "object", "required": []string{"type", "payload"},
			"properties": map[string]any{"type": map[string]any{"const": typ}, "payload": payload},
		}
	}
	var items []any
	for _, typ := range []string{message.TypeMarkdown, message.TypeImage, message.TypeAudio, message.TypeVideo, message.TypeFile, message.TypeLocation} {
		items = append(items, item(typ, message.Schema(typ)))
	}
	items = append(items, item(message.TypeText, json.RawMessage(textSchema)))
	return json.Marshal(map[string]any{
		"type": "object", "required": []string{"items"},
		"properties": map[string]any{"items": map[string]any{"type": "array", "items": map[string]any{"anyOf": items}}},
	})
}
