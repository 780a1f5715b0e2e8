package linear

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

// What bots give as words is read as those words.
func FuzzPlain(f *testing.F) {
	for _, words := range []string{"a", "# no heading", "1. no list", "12) no list", "- no list", "+ no list", "*a* _b_ ~~c~~ `d`", "[a](b) ![c](d)",
		"<b>", "a | b", "@ada", "&lt;&#65;", `back\slash`, "---", "===", "https://x.test/a_b_c", "two\nlines", "  spaces ", ":::", "> quote", "1.5 m"} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		if !isText(words) {
			t.Skip("no text")
		}
		want := strings.Join(strings.Fields(words), " ")
		if got := markdown.Render(plain(words), &markdown.Syntax{}); got != want {
			t.Errorf("plain(%q) = %q, which reads %q", words, plain(words), got)
		}
	})
}

// isText reports whether Markdown keeps the text as it is: it has no place for
// control characters and for what is not UTF-8.
func isText(s string) bool {
	for _, r := range s {
		if r == '\uFFFD' || r < ' ' && r != '\n' && r != '\t' {
			return false
		}
	}
	return true
}

func TestTarget(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		" https://x.test/a b(c)<d>\n": "https://x.test/a%20b%28c%29%3Cd%3E",
		"https://x.test/?q=1&r=2#f":   "https://x.test/?q=1&r=2#f",
	} {
		if got := target(address); got != want {
			t.Errorf("target(%q) = %q, want %q", address, got, want)
		}
	}
}
