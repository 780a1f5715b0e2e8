package platform

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	declared := Field[string]{}
	for in, want := range map[string]Secrets{
		`["B","A"]`:                   {"A": declared, "B": declared},
		`{"A":"x","B":null,"C":""}`:   {"A": Set("x"), "B": Null[string](), "C": Set("")},
		`{"A":true,"B":{},"C":"\"}"}`: {"A": declared, "B": declared, "C": Set(`"}`)},
		`{}`:                          {},
		`null`:                        nil,
	} {
		var got Secrets
		if err := json.Unmarshal([]byte(in), &got); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", in, got, err, want)
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var again Secrets
		if err := json.Unmarshal(text, &again); err != nil || !maps.Equal(again, want) {
			t.Errorf("%s is read again as %v, %v; want %v", text, again, err, want)
		}
	}
	for _, in := range []string{`7`, `"opensesame"`, `["opensesame", 7]`} {
		var got Secrets
		if err := json.Unmarshal([]byte(in), &got); err == nil || strings.Contains(err.Error(), "opensesame") {
			t.Errorf("%s: %v, want an error that does not tell it", in, err)
		}
	}
}
