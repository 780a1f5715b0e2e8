package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestPickVersion(t *testing.T) {
	t.Parallel()
	list := []string{"0.1.0", "0.2.0", "1.0.0", "1.10.0", "1.9.0", "2.0.0-beta.1"}
	for wanted, want := range map[string]string{
		"0.2.0": "0.2.0", "latest": "2.0.0-beta.1", "<0.2.0": "0.1.0", "^1": "1.10.0", "1.x": "1.10.0", "~1.9": "1.9.0",
		">=0.1.0 <1.0.0": "0.2.0", "^0.1 || ^1.9": "1.10.0", "2.0.0-beta.1": "2.0.0-beta.1", "*": "1.10.0", ">=2.0.0-0": "2.0.0-beta.1",
		"^2": "", "<0.1.0": "", "3.0.0": "", "nonsense": "", "": "",
	} {
		got := ""
		if i := pickVersion(list, wanted); i >= 0 {
			got = list[i]
		}
		if got != want {
			t.Errorf("pickVersion(%q) = %q, want %q", wanted, got, want)
		}
	}
}

func TestRefuseBreaking(t *testing.T) {
	t.Parallel()
	const old = `{"name":"n","version":"1.0.0",
		"actions":{"add":{"input":{"schema":{"type":"object","properties":{"a":{"type":"number"},"mode":{"enum":["x","y"]}},"required":["a"]}},
			"output":{"schema":{"type":"object","properties":{"sum":{"type":"number"}},"required":["sum"]}}}},
		"events":{"opened":{"schema":{"type":"object","properties":{"title":{"type":"string"}}}}},
		"channels":{"line":{"messages":{"text":{"schema":{"type":"object","properties":{"text":{"type":"string"}}}}},"conversation":{"tags":{"id":{}}}}},
		"configuration":{"schema":{"type":"object","properties":{"key":{"type":"string"}}}},"user":{"tags":{"id":{}}}}`
	read := func(text string) *platform.IntegrationDefinition {
		d := &platform.IntegrationDefinition{}
		if err := json.Unmarshal([]byte(text), d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing":                    {"", "", ""},
		"another action":             {`"actions":{`, `"actions":{"more":{"input":{},"output":{}},`, ""},
		"an optional input":          {`"a":{"type":"number"}`, `"a":{"type":"number"},"b":{"type":"string"}`, ""},
		"an action is gone":          {`"add"`, `"sub"`, "actions.add is gone"},
		"an input is required":       {`"required":["a"]`, `"required":["a","mode"]`, "actions.add.input.mode is required now"},
		"an input has another type":  {`"a":{"type":"number"}`, `"a":{"type":"string"}`, "actions.add.input.a was number and is string"},
		"a value is not accepted":    {`["x","y"]`, `["x"]`, "does not accept y"},
		"an output may be absent":    {`,"required":["sum"]`, ``, "actions.add.output.sum may be absent"},
		"an output is gone":          {`"sum":{"type":"number"}`, `"total":{"type":"number"}`, "actions.add.output.sum is gone"},
		"an event lost a member":     {`"title"`, `"name"`, "events.opened.title is gone"},
		"a message type is gone":     {`"text":{"schema"`, `"words":{"schema"`, "channels.line.messages.text is gone"},
		"a tag is gone":              {`"conversation":{"tags":{"id":{}}}`, `"conversation":{"tags":{}}`, "channels.line.conversation.tags.id is gone"},
		"the configuration is other": {`"key":{"type":"string"}`, `"key":{"type":"object"}`, "configuration.key was string"},
	} {
		err := refuseBreaking(read(old), read(strings.Replace(old, c.from, c.to, 1)))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v, want no refusal", name, err)
		case c.want != "" && (!platform.IsType(err, platform.TypeBreakingChanges) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want BreakingChanges with %q", name, err, c.want)
		}
	}
}

func TestNextTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 2, 28, 23, 59, 30, 0, time.UTC)
	for expression, want := range map[string]string{
		"* * * * *": "2026-03-01T00:00:00Z", "0 9 * * 1-5": "2026-03-02T09:00:00Z", "0 0 29 2 *": "2028-02-29T00:00:00Z",
		"60 * * * *": "", "* * *": "", "0 0 31 2 *": "",
	} {
		got := ""
		if next, err := nextTime(expression, now); err == nil {
			got = next.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("nextTime(%q) = %q, want %q", expression, got, want)
		}
	}
}
