package whatsapp

import (
	"context"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/markdown"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Lengths in characters.
const (
	maxText    = 4096
	maxCaption = 1024
)

// rendering is the message that is being rendered.
type rendering struct {
	ctx       context.Context //nolint:containedctx // it lives as long as one call
	call      *integration.Call
	messageID string
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

func renderText(_ *rendering, p *text) ([]part, error) { return texts(rich(p.Text)), nil }

func renderMarkdown(_ *rendering, p *message.Markdown) ([]part, error) {
	return texts(rich(p.Markdown)), nil
}

func renderLocation(_ *rendering, p *message.Location) ([]part, error) {
	return []part{{Type: "location", Location: &partLocation{
		Latitude: p.Latitude, Longitude: p.Longitude, Name: p.Title, Address: p.Address,
	}}}, nil
}
