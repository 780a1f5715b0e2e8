package vrl_test

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/vrl"
)

// TestExplosiveProgramsAreStopped: a short program cannot make the server work
// or allocate beyond its limits, however it shares, repeats or nests.
func TestExplosiveProgramsAreStopped(t *testing.T) {
	t.Parallel()
	big := map[string]any{"body": strings.Repeat("x", 4<<20), "list": make([]any, 50_000)}
	lines := func(n int, line string) string { return strings.Repeat(line+"\n", n) }
	for name, program := range map[string]string{
		"an object that doubles":        "a = {}\n" + lines(24, `a = {"l": a, "r": a}`) + "encode_json(a)",
		"a result that doubles":         "a = {}\n" + lines(24, `a = {"l": a, "r": a}`) + "a",
		"a result just under the work":  "a = {}\n" + lines(18, `a = {"l": a, "r": a}`) + "a",
		"a list that doubles":           "a = [1]\n" + lines(30, `a = [a, a]`) + "a",
		"two that are compared":         "a = {}\nb = {}\n" + lines(17, `a = {"l": a, "r": a}`) + lines(17, `b = {"l": b, "r": b}`) + lines(300, "c = a == b"),
		"members that are set":          "a = {}\n" + lines(30, "a.l = a\na.r = a") + "a",
		"elements that are set":         "a = []\n" + lines(30, "a[0] = a\na[1] = a") + "a",
		"the event in itself":           lines(30, ".l = .\n.r = .") + ".",
		"merged objects":                "a = {}\n" + lines(40, `a = a | {"l": a, "r": a}`) + "a",
		"a long text shared":            `a = [.body]` + "\n" + lines(10, "a = [a, a]") + "encode_json(a)",
		"a text that doubles":           `a = "xx"` + "\n" + lines(40, "a = a + a") + "a",
		"a template that doubles":       `a = "xx"` + "\n" + lines(40, `a = "{{ a }}{{ a }}"`) + "a",
		"a text repeated":               `"xxxxxxxxxxxxxxxx" * 1000000000`,
		"a replacement of nothing":      `replace(.body, "", .body)`,
		"a replacement of each letter":  `replace(.body, "x", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")`,
		"a text in letters":             `split(.body, "")`,
		"a search again and again":      lines(400, `a = contains(.body, "xxxxxxxy")`),
		"a search in any case":          lines(400, `a = contains(.body, "xxxxxxxy", false)`),
		"a signature again and again":   lines(300, `a = hmac(.body, "k", "SHA-512")`),
		"a comparison again and again":  "b = .body\n" + lines(900, `a = b == .body`),
		"an order again and again":      "b = .body\n" + lines(900, `a = b > .body`),
		"a list joined again and again": `a = split(join!(["x"] , ""), "")` + "\n" + lines(13, "a = [a, a]") + lines(400, "b = a == a"),
		"text in percents":              lines(60, `a = encode_percent(.body)`),
		"a query of many names":         `parse_query_string!(replace(.body, "x", "&a"))`,
		"JSON of many lists":            `parse_json!(replace(.body, "x", "[],"))`,
		"JSON that is deep":             `parse_json!("[" * 1000000)`,
		"JSON encoded again and again":  "a = encode_json(.)\n" + lines(30, "a = encode_json(a)") + "a",
		"a high index":                  lines(200, ".list[99999] = 1"),
		"a low index":                   lines(200, ".list[-99999] = 1"),
		"a nested list":                 "a = []\n" + lines(2000, "a = [a]") + "a",
		"half of base64":                lines(90, "a = encode_base64(.body)"),
		"a text with a broken half":     lines(90, `a = decode_percent(.body)`),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := vrl.Compile(program, vrl.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := p.Run(t.Context(), big)
			runtime.ReadMemStats(&after)
			if err == nil {
				text, _ := json.Marshal(got)
				t.Errorf("the program ended with %d bytes, want an error that names the limit", len(text))
			} else if !strings.Contains(err.Error(), "more data than it may") && !strings.Contains(err.Error(), "too") {
				t.Errorf("Run: %v, want a limit", err)
			}
			if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 400 {
				t.Errorf("the program allocated %d MB", n)
			}
		})
	}
}

// Values that are shared a few times are ordinary.
func TestSharedValuesAreOrdinary(t *testing.T) {
	t.Parallel()
	p, err := vrl.Compile(`b = parse_json!(.body)
a = {"first": b, "second": b, "raw": .body}
a.third = b.id
if a.first == a.second { encode_json(a) } else { "" }`, vrl.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Run(t.Context(), map[string]any{"body": `{"id":"x","text":"` + strings.Repeat("y", 1<<20) + `"}`})
	if err != nil || !strings.Contains(got.(string), `"third":"x"`) {
		t.Errorf("Run = %.80v, %v", got, err)
	}
}
