package platform

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		`["b","a"]`:            {"b", "a"},
		`{"B":"","A":""}`:      {"A", "B"},
		`{"A":null,"B":""}`:    {"B"},
		`{"KEY":"opensesame"}`: {"KEY"},
		`{"message_updated":{"enabled":true},"conversation_updated":{"enabled":false}}`: {"message_updated"},
		`{}`:   {},
		`null`: nil,
	} {
		var got Names
		if err := json.Unmarshal([]byte(in), &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", in, got, err, want)
		}
	}
	var got Names
	if err := json.Unmarshal([]byte(`{"a"`), &got); err == nil {
		t.Error("broken JSON is read")
	}
	if err := json.Unmarshal([]byte(`7`), &got); err == nil {
		t.Error("a number is read")
	}
}
