package linear

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// messageDefinitions declares the standard types. A bloc may also hold Markdown.
func messageDefinitions() map[string]integration.MessageDefinition {
	all := integration.StandardMessages()
	all[message.TypeBloc] = integration.MessageDefinition{Title: "Bloc", Schema: integration.RawSchema(
		`{"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"type":"object",` +
			`"required":["type","payload"],"properties":{"type":{"enum":["text","markdown","image","audio","video","file","location"]},` +
			`"payload":{"type":"object"}}}}}}`)}
	return all
}
