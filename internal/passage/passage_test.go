package passage_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/passage"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	text := "# Guide\nFirst line\nsecond line\r\n\r\n## Part\n- one\n- two\n\n```go\nx := 1\n\ny()\n```\n> said\n\n| a | b |\n"
	want := []passage.Passage{
		{Kind: passage.Title, Content: "Guide"},
		{Kind: passage.Paragraph, Content: "First line\nsecond line"},
		{Kind: passage.Subtitle, Content: "Part"},
		{Kind: passage.List, Content: "- one\n- two"},
		{Kind: passage.Code, Content: "x := 1\n\ny()"},
		{Kind: passage.Quote, Content: "> said"},
		{Kind: passage.Table, Content: "| a | b |"},
	}
	if diff := cmp.Diff(want, passage.Split(text)); diff != "" {
		t.Errorf("Split (-want +got):\n%s", diff)
	}
	if got := passage.Split(" \n\n\t\n"); len(got) != 0 {
		t.Errorf("Split of nothing = %q", got)
	}
}

func TestLongPassagesAreCutAndNothingIsLost(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("word ", 1000), strings.Repeat("é", 2500), strings.Repeat("a", 1001)} {
		var all strings.Builder
		for _, p := range passage.Split(text) {
			if n := utf8.RuneCountInString(p.Content); n > passage.MaxLength || !utf8.ValidString(p.Content) {
				t.Errorf("a passage has %d characters", n)
			}
			all.WriteString(p.Content)
		}
		flat := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if flat(all.String()) != flat(text) {
			t.Errorf("of %.20q something is lost", text)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Café, CAFE\u0301! x2": {"cafe", "cafe", "x2"},
		"日本 go":                {"日", "本", "go"},
		"…--":                  nil,
	} {
		if got := passage.Words(text); !slices.Equal(got, want) {
			t.Errorf("Words(%q) = %q, want %q", text, got, want)
		}
	}
	if got := passage.Words(strings.Repeat("ü", 200)); len(got) != 1 || len(got[0]) > 64 {
		t.Errorf("a long word became %q", got)
	}
}

func TestRank(t *testing.T) {
	t.Parallel()
	at := func(file string, times, length int) passage.Hit {
		return passage.Hit{Place: passage.Place{File: file}, Times: times, Length: length}
	}
	c := passage.Corpus{Passages: 100, Average: 10}
	rare := []passage.Hit{at("a", 1, 10), at("b", 2, 10), at("c", 1, 100)}
	usual := []passage.Hit{at("c", 1, 100), at("d", 1, 10)}
	for len(usual) < 60 {
		usual = append(usual, at("z"+strconv.Itoa(len(usual)), 1, 10))
	}
	list := c.Rank([][]passage.Hit{rare, usual}, 4)
	var order []string
	for _, s := range list {
		order = append(order, s.File)
		if s.Score <= 0 || s.Score > 1 {
			t.Errorf("%s has the score %v", s.File, s.Score)
		}
	}
	if !slices.Equal(order[:2], []string{"b", "a"}) {
		t.Errorf("order %v, want those with the rare word first", order)
	}
	only := c.Rank([][]passage.Hit{rare}, 10)
	if len(only) != 3 || only[0].File != "b" || only[1].File != "a" || only[2].File != "c" {
		t.Errorf("Rank = %v, want b (twice), a, c (long)", only)
	}
	if got := c.Rank(nil, 10); len(got) != 0 {
		t.Errorf("Rank of nothing = %v", got)
	}
}
