package message

import (
	"encoding/json"
	"slices"
	"strings"
)

// Types returns the names of the standard types, in the order of this
// package's constants.
func Types() []string {
	return []string{
		TypeText, TypeImage, TypeAudio, TypeVideo, TypeFile, TypeLocation, TypeCard,
		TypeCarousel, TypeChoice, TypeDropdown, TypeBloc, TypeMarkdown,
	}
}

// Schema returns the JSON Schema of a standard type, nil for other names.
func Schema(typ string) json.RawMessage {
	var s string
	switch typ {
	case TypeText:
		s = object("text", text("text"))
	case TypeMarkdown:
		s = object("markdown", text("markdown"))
	case TypeImage:
		s = media("imageUrl")
	case TypeAudio:
		s = media("audioUrl")
	case TypeVideo:
		s = media("videoUrl")
	case TypeFile:
		s = media("fileUrl")
	case TypeLocation:
		s = object("latitude longitude",
			`"latitude":{"type":"number"}`, `"longitude":{"type":"number"}`,
			`"address":{"type":"string"}`, `"title":{"type":"string"}`)
	case TypeCard:
		s = card()
	case TypeCarousel:
		s = object("items", list("items", card()))
	case TypeChoice, TypeDropdown:
		s = object("text options", text("text"), list("options", object("label value", text("label"), text("value"))))
	case TypeBloc:
		s = object("items", list("items", items()))
	default:
		return nil
	}
	return json.RawMessage(s)
}

func card() string {
	button := object("action label value",
		`"action":{"type":"string","enum":["postback","url","say"]}`, text("label"), text("value"))
	return object("title actions", text("title"), text("subtitle"), text("imageUrl"), list("actions", button))
}

func items() string {
	var each []string
	for _, typ := range []string{TypeText, TypeImage, TypeAudio, TypeVideo, TypeFile, TypeLocation} {
		each = append(each, object("type payload",
			`"type":{"type":"string","const":"`+typ+`"}`, `"payload":`+string(Schema(typ))))
	}
	return `{"anyOf":[` + strings.Join(each, ",") + `]}`
}

func media(address string) string { return object(address, text(address), text("title")) }

func text(name string) string { return `"` + name + `":{"type":"string","minLength":1}` }

func list(name, of string) string { return `"` + name + `":{"type":"array","items":` + of + `}` }

// object writes the schema of an object; required is a list of words. Members
// that are not named are let through: vendors and newer bots add some.
func object(required string, members ...string) string {
	names := strings.Fields(required)
	slices.Sort(names)
	return `{"type":"object","properties":{` + strings.Join(members, ",") +
		`},"required":["` + strings.Join(names, `","`) + `"]}`
}
