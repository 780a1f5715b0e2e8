package message_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/bellhop-dev/bellhop/platform/message"
)

func TestValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		payload string
		want    []string
	}{
		"choice":   {`{"text":"?","options":[{"label":"A","value":"a"},{"label":"B","value":"b"}]}`, []string{"a", "b"}},
		"card":     {`{"title":"c","actions":[{"action":"say","label":"A","value":"a"},{"action":"url","label":"B","value":"https://b"}]}`, []string{"a", "https://b"}},
		"carousel": {`{"items":[{"title":"1","actions":[{"value":"a"}]},{"title":"2","actions":[{"value":"b"},{"value":"c"}]}]}`, []string{"a", "b", "c"}},
		"text":     {`{"text":"a"}`, nil},
		"list":     {`[1]`, nil},
		"no JSON":  {`{`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := message.Values(json.RawMessage(c.payload)); !slices.Equal(got, c.want) {
				t.Errorf("Values(%s) = %q, want %q", c.payload, got, c.want)
			}
		})
	}
}
