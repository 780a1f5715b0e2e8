package whatsapp

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

// maxText is the length of a text, in characters.
const maxText = 4096

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

func renderText(source string) []part {
	var parts []part
	for _, piece := range markdown.Split(rich(source), maxText) {
		parts = append(parts, part{Type: "text", Text: &partText{Body: piece, PreviewURL: strings.Contains(piece, "http")}})
	}
	return parts
}
