// Package passage makes text searchable: it cuts a text into passages and
// passages into words, and ranks passages by the words that they share with a
// query (Okapi BM25). It knows no meanings, synonyms or inflections, and does
// not touch the database, which keeps what it made.
package passage

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Kinds of passages, as the wire names them.
const (
	Title     = "title"
	Subtitle  = "subtitle"
	Paragraph = "paragraph"
	List      = "list"
	Table     = "table"
	Code      = "code"
	Quote     = "blockquote"
)

// Passage is a part of a text.
type Passage struct {
	Kind    string
	Content string
}

// MaxLength is the longest passage, in characters; a longer one is cut at a
// space where there is one.
const MaxLength = 1000

// Split cuts a text at empty lines, headings and ends of code blocks. A
// heading is a passage of its own.
func Split(text string) []Passage {
	var s splitter
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		s.line(strings.TrimRightFunc(line, unicode.IsSpace))
	}
	s.end("")
	return s.out
}

type splitter struct {
	out   []Passage
	part  []string
	fence bool
}

func (s *splitter) line(line string) {
	bare := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(bare, "```"):
		if s.fence {
			s.end(Code)
		} else {
			s.end("")
		}
		s.fence = !s.fence
	case s.fence:
		s.part = append(s.part, line)
	case bare == "":
		s.end("")
	case strings.HasPrefix(bare, "#") && strings.HasPrefix(strings.TrimLeft(bare, "#"), " "):
		s.end("")
		kind := Subtitle
		if strings.HasPrefix(bare, "# ") {
			kind = Title
		}
		s.part = append(s.part, strings.TrimSpace(strings.TrimLeft(bare, "#")))
		s.end(kind)
	default:
		s.part = append(s.part, line)
	}
}

// end closes the passage; without a kind its first line tells.
func (s *splitter) end(kind string) {
	content := strings.TrimSpace(strings.Join(s.part, "\n"))
	s.part = nil
	if kind == "" {
		kind = kindOf(content)
	}
	for content != "" {
		var first string
		first, content = cut(content)
		if first != "" {
			s.out = append(s.out, Passage{kind, first})
		}
	}
}

func kindOf(content string) string {
	for prefix, kind := range map[string]string{"- ": List, "* ": List, "1. ": List, "|": Table, ">": Quote} {
		if strings.HasPrefix(content, prefix) {
			return kind
		}
	}
	return Paragraph
}

// cut takes the first MaxLength characters off, back to the last space in
// their second half.
func cut(content string) (first, rest string) {
	if utf8.RuneCountInString(content) <= MaxLength {
		return content, ""
	}
	at, n := 0, 0
	for at = range content {
		if n == MaxLength {
			break
		}
		n++
	}
	if space := strings.LastIndexFunc(content[:at], unicode.IsSpace); space > at/2 {
		at = space
	}
	return strings.TrimSpace(content[:at]), strings.TrimSpace(content[at:])
}

const maxWord = 64 // bytes; longer words are cut

// Words are the words of a text as they are compared: folded to lower case and
// without accents. A character of a script without spaces is a word.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, cutWord(word.String()))
			word.Reset()
		}
	}
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer):
			flush()
			words = append(words, string(r))
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsNumber(r):
			word.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	return words
}

func cutWord(w string) string {
	if len(w) <= maxWord {
		return w
	}
	at := maxWord
	for at > 0 && !utf8.RuneStart(w[at]) {
		at--
	}
	return w[:at]
}
