package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Split cuts text into parts of at most limit characters (code points), at the
// end of a paragraph, else of a line, else of a word, else between characters.
// A part is never empty; the white space at a cut is dropped. A limit under 1
// cuts nothing.
func Split(text string, limit int) []string {
	return SplitBy(text, limit, func(rune) int { return 1 })
}

// SplitBy is Split for systems that do not count characters: size is how much
// one counts. It is never negative.
func SplitBy(text string, limit int, size func(rune) int) []string {
	var parts []string
	for text = strings.TrimSpace(text); text != ""; {
		end, all := fits(text, limit, size)
		if limit < 1 || all {
			return append(parts, text)
		}
		end = cut(text, end)
		if part := strings.TrimSpace(text[:end]); part != "" {
			parts = append(parts, part)
		}
		text = strings.TrimSpace(text[end:])
	}
	return parts
}

// fits returns where what the limit allows of the text ends, which is after
// its first character at the earliest, and whether that is all of it.
func fits(text string, limit int, size func(rune) int) (end int, all bool) {
	sum := 0
	for i, r := range text {
		if sum += size(r); sum > limit && i > 0 {
			return i, false
		}
	}
	return len(text), true
}

// cut returns where the first part of a text ends, at end at the latest.
func cut(text string, end int) int {
	head := text[:end]
	// A cut far from the limit would make many small parts: better a word's
	// end near it than a paragraph's end near the start.
	for _, separator := range []string{"\n\n", "\n"} {
		if i := strings.LastIndex(head, separator); i > len(head)/3 {
			return i
		}
	}
	if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.IsSpace(next) {
		return end
	}
	if i := strings.LastIndexFunc(head, unicode.IsSpace); i > len(head)/3 {
		return i
	}
	return joined(text, end)
}

// joined moves a cut before characters that belong to the one before: marks,
// joiners and what they join.
func joined(text string, end int) int {
	const joiner = '\u200d'
	for start := end; start > 0; {
		next, _ := utf8.DecodeRuneInString(text[start:])
		before, size := utf8.DecodeLastRuneInString(text[:start])
		modifier := next >= 0x1f3fb && next <= 0x1f3ff
		if !unicode.Is(unicode.M, next) && next != joiner && before != joiner && !modifier {
			return start
		}
		start -= size
	}
	return end
}
