package markdown_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

// What would cost the parser seconds, or nest without end, is plain text.
func TestRenderIsBounded(t *testing.T) {
	t.Parallel()
	table := strings.Repeat("|a", 500) + "|\n" + strings.Repeat("|-", 500) + "|\n" + strings.Repeat("|\n", 5000)
	for name, in := range map[string]string{
		"quotes":         strings.Repeat(">", 6000) + "a",
		"spaced quotes":  strings.Repeat("> ", 6000) + "a",
		"lists":          strings.Repeat("- ", 3000) + "a",
		"numbered lists": strings.Repeat("1. ", 3000) + "a",
		"both":           strings.Repeat("> 1) ", 3000) + "a",
		"links":          strings.Repeat("[a](", 10000),
		"a table":        strings.TrimSpace(table),
		"a long text":    strings.Repeat("**a** ", 50000) + "a",
	} {
		in = "a < b\n\n" + in
		want := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(in)
		if got := markdown.Render(in, chat()); got != want {
			t.Errorf("%s: Render(%.40q…) = %.60q… of %d bytes, want the text itself, %d bytes", name, in, got, len(got), len(want))
		}
	}
}

// What people write stays Markdown.
func TestRenderWithinBounds(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(">", 50) + " **a**"
	if got := markdown.Render(nested, chat()); !strings.HasSuffix(got, " *a*") {
		t.Errorf("Render(%q) = %q, want strong text in quotes", nested, got)
	}
	long := strings.Repeat("*a* - b | c [d](https://x.test) 12. e\n", 1000)
	if got := markdown.Render(long, chat()); strings.Count(got, "_a_") != 1000 || strings.Count(got, "<https://x.test|d>") != 1000 {
		t.Errorf("a long text of ordinary marks is not rendered: %.80q", got)
	}
}
