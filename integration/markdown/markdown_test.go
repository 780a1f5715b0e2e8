package markdown_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

func around(with string) func(string) string {
	return func(text string) string { return with + text + with }
}

// chat is a syntax like that of chat systems.
func chat() *markdown.Syntax {
	return &markdown.Syntax{
		Escape: strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace,
		Strong: around("*"), Emphasis: around("_"), Strike: around("~"),
		CodeSpan:  around("`"),
		CodeBlock: func(language, code string) string { return "```" + language + "\n" + code + "\n```" },
		Quote:     func(text string) string { return "> " + strings.ReplaceAll(text, "\n", "\n> ") },
		Link:      func(text, url string) string { return "<" + url + "|" + text + ">" },
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, chat, plain string }{
		"text":         {"a & b < c", "a &amp; b &lt; c", "a & b < c"},
		"strong":       {"**a** __b__", "*a* *b*", "a b"},
		"emphasis":     {"*a* _b_", "_a_ _b_", "a b"},
		"nested":       {"**a *b* c**", "*a _b_ c*", "a b c"},
		"strike":       {"~~a~~", "~a~", "a"},
		"not strong":   {"2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"},
		"escaped":      {`\*a\* &amp; &#42;`, "*a* &amp; *", "*a* & *"},
		"no entity":    {`\&lt; &\lt;`, "&amp;lt; &amp;\\lt;", `&lt; &\lt;`},
		"code":         {"`a < b`", "`a < b`", "a < b"},
		"code block":   {"```go\nx := 1 < 2\n```", "```go\nx := 1 < 2\n```", "x := 1 < 2"},
		"link":         {"[a](https://x.test/?a=1&b=2)", "<https://x.test/?a=1&b=2|a>", "a (https://x.test/?a=1&b=2)"},
		"bare address": {"see https://x.test/a.", "see <https://x.test/a|https://x.test/a>.", "see https://x.test/a."},
		"image":        {"![cat](https://x.test/c.png)", "<https://x.test/c.png|cat>", "cat (https://x.test/c.png)"},
		"heading":      {"# A\nb", "*A*\n\nb", "A\n\nb"},
		"list":         {"- a\n- b\n  - c", "• a\n• b\n   • c", "• a\n• b\n   • c"},
		"numbers":      {"3. a\n4. b", "3. a\n4. b", "3. a\n4. b"},
		"quote":        {"> a\n> b", "> a\n> b", "a\nb"},
		"rule":         {"a\n\n---\n\nb", "a\n\n---\n\nb", "a\n\n---\n\nb"},
		"table":        {"|a|b|\n|-|-|\n|1|2|", "*a* | *b*\n1 | 2", "a | b\n1 | 2"},
		"html":         {"<b>a</b>", "&lt;b&gt;a&lt;/b&gt;", "<b>a</b>"},
		"open html":    {"<b>\nand more", "&lt;b&gt;\nand more", "<b>\nand more"},
		"html comment": {"<!-- a\nb -->", "&lt;!-- a\nb --&gt;", "<!-- a\nb -->"},
		"lines":        {"a\nb  \nc", "a\nb\nc", "a\nb\nc"},
		"nothing":      {"", "", ""},
	} {
		if got := markdown.Render(c.in, chat()); got != c.chat {
			t.Errorf("%s: Render(%q) = %q, want %q", name, c.in, got, c.chat)
		}
		if got := markdown.Render(c.in, &markdown.Syntax{}); got != c.plain {
			t.Errorf("%s: plain Render(%q) = %q, want %q", name, c.in, got, c.plain)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in    string
		limit int
		want  string // parts apart by |
	}{
		"fits":            {"abc", 3, "abc"},
		"one past":        {"abcd", 3, "abc|d"},
		"words":           {"aa bb cc", 5, "aa bb|cc"},
		"line":            {"aaaa\nbb cc", 8, "aaaa|bb cc"},
		"paragraph":       {"aaaa\n\nbb\ncc dd", 10, "aaaa|bb\ncc dd"},
		"no limit":        {"abc", 0, "abc"},
		"wide characters": {"日本語文字", 2, "日本|語文|字"},
		"nothing":         {" \n ", 3, ""},
	} {
		if got := strings.Join(markdown.Split(c.in, c.limit), "|"); got != c.want {
			t.Errorf("%s: Split(%q, %d) = %q, want %q", name, c.in, c.limit, got, c.want)
		}
	}
}

func TestSplitBy(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a😀b": "a😀|b", "😀😀": "😀|😀", "abc": "abc", "ab😀": "ab|😀"} {
		if got := strings.Join(markdown.SplitBy(in, 3, utf16.RuneLen), "|"); got != want {
			t.Errorf("SplitBy(%q, 3) = %q, want %q", in, got, want)
		}
	}
}

func TestSplitKeepsCharacters(t *testing.T) {
	t.Parallel()
	const family = "👨\u200d👩\u200d👧"
	if got := markdown.Split("ab"+family, 5); fmt.Sprintf("%+q", got) != fmt.Sprintf("%+q", []string{"ab", family}) {
		t.Errorf("Split = %+q", got)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("a b\n\nc", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = limit%50 + 1
		var kept int
		for _, part := range markdown.Split(text, limit) {
			if limit > 0 && utf8.RuneCountInString(part) > limit {
				t.Errorf("the part %q has more than %d characters", part, limit)
			}
			kept += len(strings.Join(strings.Fields(part), ""))
		}
		if want := len(strings.Join(strings.Fields(text), "")); kept != want {
			t.Errorf("Split(%q, %d) keeps %d bytes of %d", text, limit, kept, want)
		}
	})
}

func FuzzRender(f *testing.F) {
	f.Add("# a\n- **b** [c](d)\n\n|a|\n|-|\n|b|")
	f.Fuzz(func(t *testing.T, text string) {
		markdown.Render(text, chat())
		if got := markdown.Render(text, chat()); strings.Contains(strings.ReplaceAll(got, "<http", ""), "<script") {
			t.Errorf("Render(%q) = %q", text, got)
		}
	})
}
