package chatkit_test

import (
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestClip(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "short": 5, strings.Repeat("é", 500): 500, strings.Repeat("é", 501): 500} {
		got := chatkit.ClipTag(text)
		if n := utf8.RuneCountInString(got); n != want || !strings.HasPrefix(text, got) {
			t.Errorf("Clip of %d bytes = %d characters, want the first %d", len(text), n, want)
		}
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	tags := platform.Tags{"id": "1", "name": "", "title": strings.Repeat("x", 600)}
	got := chatkit.FillTags(tags)
	want := platform.Tags{"id": "1", "title": strings.Repeat("x", 500)}
	if !maps.Equal(got, want) || !maps.Equal(tags, want) {
		t.Errorf("Fill = %v, want %v in the same map", got, want)
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	stored := platform.Tags{"id": "1", "name": "Ada", "dm": "D1"}
	for _, c := range []struct{ wanted, want platform.Tags }{
		{platform.Tags{"id": "1", "name": "Ada"}, platform.Tags{}},
		{platform.Tags{"id": "1", "name": "Grace", "email": "g@x.test"}, platform.Tags{"name": "Grace", "email": "g@x.test"}},
		{nil, platform.Tags{}},
	} {
		if got := chatkit.ChangedTags(stored, c.wanted); got == nil || !maps.Equal(got, c.want) {
			t.Errorf("Changed(%v, %v) = %v, want %v", stored, c.wanted, got, c.want)
		}
	}
}
