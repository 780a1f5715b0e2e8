package chatkit

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

const ellipsis = "…"

// Shorten puts text on one line of at most limit characters (code points),
// with an ellipsis for what it leaves out: for buttons, options and titles. It
// does not parse markup, so a cut may fall inside a mark. Blank text becomes
// empty. limit must be over 1.
func Shorten(text string, limit int) string {
	return shorten(text, limit, func(rune) int { return 1 })
}

// Label is Shorten for text that must not be empty: blank text becomes an
// ellipsis.
func Label(text string, limit int) string {
	return LabelBy(text, limit, func(rune) int { return 1 })
}

// LabelBy is Label for vendors that do not count code points: size returns the
// length of one character and is never negative. An ellipsis counts 1.
func LabelBy(text string, limit int, size func(rune) int) string {
	if text = shorten(text, limit, size); text == "" {
		return ellipsis
	}
	return text
}

func shorten(text string, limit int, size func(rune) int) string {
	text = strings.Join(strings.Fields(text), " ")
	sum := 0
	for _, r := range text {
		sum += size(r)
	}
	if sum <= limit {
		return text
	}
	return strings.TrimSpace(markdown.SplitBy(text, limit-1, size)[0]) + ellipsis
}
