// Package label writes text where an external system has little room and one
// line: on buttons, options, titles. It does not read marks; text that is
// written in the system's own marks may be cut within one.
package label

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

const ellipsis = "…"

// Shorten puts text on one line of at most limit characters (code points),
// with an ellipsis for what is left out. Blank text becomes empty. limit is
// over 1.
func Shorten(text string, limit int) string {
	return shorten(text, limit, func(rune) int { return 1 })
}

// Fit is Shorten for what must not be empty: blank text becomes an ellipsis.
func Fit(text string, limit int) string {
	return FitBy(text, limit, func(rune) int { return 1 })
}

// FitBy is Fit for systems that do not count characters: size is how much one
// counts, and is never negative. An ellipsis counts 1.
func FitBy(text string, limit int, size func(rune) int) string {
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
