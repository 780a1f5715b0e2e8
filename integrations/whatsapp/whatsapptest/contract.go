package whatsapptest

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is Meta's schema with what is newer than it.
type contract struct {
	messages map[string]*jsonschema.Schema // by type
	receipt  *jsonschema.Schema
	others   map[string]*jsonschema.Schema // requests by their names in the contract
	webhook  *jsonschema.Schema
}

// contracts are those that were compiled, by file: it takes a while, and the
// tests of a package share one. They are not changed afterwards.
var contracts sync.Map

func contractOf(file string) (*contract, error) {
	load, _ := contracts.LoadOrStore(file, sync.OnceValues(func() (*contract, error) { return loadContract(file) }))
	return load.(func() (*contract, error))()
}

// object is a schema in the making.
type object = map[string]any

func loadContract(file string) (*contract, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc object
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	schemas, ok := dig(doc, "components", "schemas")
	if !ok {
		return nil, fmt.Errorf("%s has no components.schemas", file)
	}
	overlay(schemas)
	c := jsonschema.NewCompiler()
	const address = "https://meta.test/schema.json"
	if err := c.AddResource(address, doc); err != nil {
		return nil, err
	}
	out := &contract{messages: map[string]*jsonschema.Schema{}, others: map[string]*jsonschema.Schema{}}
	compile := func(name string) *jsonschema.Schema {
		s, e := c.Compile(address + "#/components/schemas/" + name)
		if e != nil && err == nil {
			err = fmt.Errorf("%s: %w", name, e)
		}
		return s
	}
	for typ, name := range map[string]string{
		"text": "TextMessage", "image": "ImageMessage", "audio": "AudioMessage", "video": "VideoMessage",
		"document": "DocumentMessage", "sticker": "StickerMessage", "location": "LocationMessage", "contacts": "ContactsMessage",
		"reaction": "ReactionMessage", "interactive": "InteractiveMessage", "template": "TemplateMessage",
	} {
		out.messages[typ] = compile(name)
	}
	for _, name := range []string{"SubscriptionRequest", "RegisterRequest"} {
		out.others[name] = compile(name)
	}
	out.receipt, out.webhook = compile("ReadReceipt"), compile("WebhookPayload")
	return out, err
}

func dig(o object, path ...string) (object, bool) {
	for _, name := range path {
		inner, ok := o[name].(object)
		if !ok {
			return nil, false
		}
		o = inner
	}
	return o, true
}

// overlay adds what Meta documents since the published text: messages to a
// lasting user id, our own data on statuses, people without a number, a
// status for voice messages, and fields beside messages. It also forbids
// members that nobody documents where the text forgot to.
func overlay(schemas object) {
	if base, ok := dig(schemas, "BaseMessageProperties"); ok {
		base["required"] = []any{"messaging_product", "type"}
		base["anyOf"] = []any{object{"required": []any{"to"}}, object{"required": []any{"recipient"}}}
		if p, ok := dig(base, "properties"); ok {
			p["biz_opaque_callback_data"] = object{"type": "string", "maxLength": json.Number("512")}
			p["recipient"] = object{"type": "string", "minLength": json.Number("1")}
			p["messaging_product"] = object{"const": "whatsapp"}
			// Meta takes a plus before a number too, and the official integration sends it.
			p["to"] = object{"type": "string", "pattern": `^\+?[0-9]{5,20}$`}
		}
	}
	for _, name := range []string{"InteractiveObject", "HeaderObject", "BodyObject", "FooterObject", "SectionObject", "TemplateObject", "LanguageObject", "SubscriptionRequest", "RegisterRequest"} {
		if s, ok := dig(schemas, name); ok {
			s["additionalProperties"] = false
		}
	}
	overlayWebhooks(schemas)
}
