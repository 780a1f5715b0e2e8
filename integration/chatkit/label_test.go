package chatkit_test

import (
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text         string
		limit        int
		shorten, fit string
	}{
		{"", 5, "", "…"},
		{" \n\t", 5, "", "…"},
		{"Yes", 5, "Yes", "Yes"},
		{"  Yes\nplease ", 20, "Yes please", "Yes please"},
		{"exact", 5, "exact", "exact"},
		{"exactly", 5, "exac…", "exac…"},
		{"pick a meal for today", 12, "pick a meal…", "pick a meal…"},
		{"ééééé", 5, "ééééé", "ééééé"},
		{"éééééé", 5, "éééé…", "éééé…"},
	} {
		if got := chatkit.Shorten(c.text, c.limit); got != c.shorten {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.text, c.limit, got, c.shorten)
		}
		if got := chatkit.Label(c.text, c.limit); got != c.fit {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.text, c.limit, got, c.fit)
		}
	}
}

func TestFitBy(t *testing.T) {
	t.Parallel()
	units := func(r rune) int { return max(1, utf16.RuneLen(r)) }
	for _, c := range []struct{ text, want string }{
		{"", "…"}, {"👍👍", "👍👍"}, {"👍👍👍", "👍…"}, {"abcde", "abc…"},
	} {
		if got := chatkit.LabelBy(c.text, 4, units); got != c.want {
			t.Errorf("FitBy(%q, 4) = %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzLabels(f *testing.F) {
	f.Add("pick a meal", 5)
	f.Add("\xff\n…", 2)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 2 || limit > 1<<20 {
			t.Skip()
		}
		got := chatkit.Label(text, limit)
		if n := utf8.RuneCountInString(got); n == 0 || n > limit {
			t.Errorf("Fit(%q, %d) = %q with %d characters", text, limit, got, n)
		}
	})
}
