package whatsapp

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/markdown"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Lengths in characters.
const (
	maxText    = 4096
	maxCaption = 1024
)

// renderers are the renderers by message type.
func renderers() chatkit.Renderers[*outbound, part] {
	return chatkit.Renderers[*outbound, part]{
		message.TypeText:     chatkit.Render(renderText),
		message.TypeMarkdown: chatkit.Render(renderMarkdown),
		message.TypeImage:    chatkit.Render(renderImage),
		message.TypeAudio:    chatkit.Render(renderAudio),
		message.TypeVideo:    chatkit.Render(renderVideo),
		message.TypeFile:     chatkit.Render(renderFile),
		message.TypeLocation: chatkit.Render(renderLocation),
		message.TypeChoice:   chatkit.Render(renderChoice),
		message.TypeDropdown: chatkit.Render(renderDropdown),
		message.TypeCard:     chatkit.Render(renderCard),
		message.TypeCarousel: chatkit.Render(renderCarousel),
		typeSticker:          chatkit.Render(renderSticker),
		typeContacts:         chatkit.Render(renderContacts),
		typeReaction:         chatkit.Render(renderReaction),
		typeInteractive:      chatkit.Render(renderInteractive),
		typeTemplate:         chatkit.Render(renderTemplate),
	}
}

// text is the payload of text messages: Value is the button's or row's that
// was chosen.
type text struct {
	Text  string `json:"text"`
	Value string `json:"value,omitempty"`
}

// rich writes Markdown as WhatsApp shows it.
func rich(source string) string {
	around := func(mark string) func(string) string {
		return func(inner string) string { return mark + inner + mark }
	}
	return markdown.Render(source, &markdown.Syntax{
		Strong: around("*"), Emphasis: around("_"), Strike: around("~"),
		CodeSpan:  around("`"),
		CodeBlock: func(_, code string) string { return "```" + code + "```" },
		Quote:     func(text string) string { return "> " + strings.ReplaceAll(text, "\n", "\n> ") },
	})
}

// texts sends text that is already written for WhatsApp, in as many messages
// as it takes.
func texts(written string) []part {
	var parts []part
	for _, piece := range markdown.Split(written, maxText) {
		link := strings.Contains(piece, "https://") || strings.Contains(piece, "http://")
		parts = append(parts, part{Type: "text", Text: &partText{Body: piece, PreviewURL: link}})
	}
	return parts
}

func renderText(_ *outbound, p *text) ([]part, error) { return texts(rich(p.Text)), nil }

func renderMarkdown(_ *outbound, p *message.Markdown) ([]part, error) {
	return texts(rich(p.Markdown)), nil
}

func renderLocation(_ *outbound, p *message.Location) ([]part, error) {
	return []part{{Type: "location", Location: &partLocation{
		Latitude: p.Latitude, Longitude: p.Longitude, Name: p.Title, Address: p.Address,
	}}}, nil
}
