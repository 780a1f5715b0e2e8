package server_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// attack is one request that is meant to cost much. Its status is what answers
// it: a class such as 4 stands for 400 to 499.
type attack struct {
	what, method, path, body string
	header                   map[string]string
	status                   int
	stops                    string
}

// maxAttack is what a request may make the server and its client allocate, in
// bytes; one of more than 2 MB twenty times its own size beside.
const maxAttack = 64 << 20

func attacks(botID, webhook string) []attack {
	asBot := map[string]string{"X-Bot-Id": botID}
	event := func(what, payload, stops string) attack {
		return attack{what, "POST", "/v1/chat/events", `{"type":"tree","payload":` + payload + `}`, asBot, 4, stops}
	}
	rep := strings.Repeat
	script := func(what, text, stops string) attack {
		in, err := json.Marshal(platform.RunVRLInput{Script: text, Data: json.RawMessage(`{"body":"` + rep("x", 1<<20) + `"}`)})
		if err != nil {
			panic(err)
		}
		return attack{what, "POST", "/v1/admin/helper/vrl", string(in), nil, 4, stops}
	}
	publish := func(what, schema, stops string) attack {
		return attack{what, "PUT", "/v1/admin/bots/" + botID, `{"events":{"x":{"schema":` + schema + `}}}`, nil, 4, stops}
	}
	return []attack{
		event("alternatives that recurse, 24 deep", rep(`{"a":`, 24)+"1"+rep("}", 24), "results are remembered; a budget"),
		event("the same, 5000 deep", rep(`{"a":`, 5000)+"1"+rep("}", 5000), "results are remembered; a budget"),
		event("100,000 lists in lists", rep("[", 100_000)+rep("]", 100_000), "depth of JSON"),
		event("1e999999999 as a number", `{"a":1e999999999}`, "digits of numbers"),
		event("10,000 members of one name", "{"+rep(`"a":1,`, 10_000)+`"b":1}`, "a name stands once"),
		event("a payload of 1 MB", `{"a":"`+rep("x", 1<<20-100)+`"}`, "size of a payload"),
		publish("schema: a ring of references", `{"properties":{"a":{"$ref":"#/properties/a"}}}`, "examined when published"),
		publish("schema: patterns of 1000 repeats", `{"allOf":[`+rep(`{"pattern":"(x{1000}y{1000}){1}z"},`, 2000)+`{"pattern":"(a{1000}b{1000}c{1000})"}]}`, "size of patterns and schemas"),
		publish("schema: 6000 empty parts", `{"allOf":[`+rep(`{},`, 6000)+`{}]}`, "parts of a schema"),
		publish("schema: 100 levels", rep(`{"not":`, 100)+"true"+rep("}", 100), "depth of a schema"),
		script("script: an object that doubles", "a = {}\n"+rep("a = {\"l\": a, \"r\": a}\n", 24)+"a", "size of values, shared or not"),
		script("script: a text that doubles", "a = \"xx\"\n"+rep("a = a + a\n", 60)+"a", "memory of a script"),
		script("script: 300 signatures of 1 MB", rep("a = hmac(.body, \"k\")\n", 300)+"a", "what a script reads"),
		{"a bot's name of 40 MB", "POST", "/v1/admin/bots", `{"name":"` + rep("x", 40<<20) + `"}`, nil, 4, "limits of fields"},
		{"a body of 51 MB", "POST", "/v1/admin/bots", rep(" ", 51<<20), nil, 4, "size of a body"},
		{"30,000 tags", "POST", "/v1/chat/users", `{"tags":{` + manyTags(30_000) + `}}`, asBot, 4, "limits of fields"},
		{"100 MB of spaces by gzip", "POST", "/v1/chat/events", packed(100 << 20), map[string]string{"X-Bot-Id": botID, "Content-Encoding": "gzip"}, 4, "size of a body, unpacked"},
		{"a path that climbs", "GET", "/files/../../../../etc/passwd", "", nil, 4, "files are found by id"},
		{"a webhook of nobody", "POST", "/webhooks/" + rep("x", 5000), rep("x", 5<<20), nil, 4, "found before the body is read"},
		{"a webhook's body of 11 MB", "POST", webhook, rep("x", 11<<20), nil, 4, "size of a body"},
		{"a token that is guessed", "GET", "/v1/admin/bots", "", map[string]string{"Authorization": "Bearer bp_pat_" + rep("x", 50_000)}, 4, "256 bits; kept as hashes"},
	}
}

// packed is n spaces by gzip.
func packed(n int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(bytes.Repeat([]byte(" "), n))
	_ = w.Close()
	return b.String()
}

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"t%d":"v",`, i)
	}
	return b.String() + `"last":"v"`
}

// TestAttacksAreCheap sends each attack to a running server and measures what
// it costs. BELLHOP_ATTACKS=1 prints the table that docs/security.md has.
func TestAttacksAreCheap(t *testing.T) {
	f := setup(t, nil)
	botID, webhook := f.install(platform.CreateBotInput{Name: "target", BotDefinition: platform.BotDefinition{
		Events: map[string]platform.EventDefinition{"tree": {Schema: json.RawMessage(`{"type":"object","properties":{"a":{"anyOf":[{"$ref":"#"},
			{"type":"object","properties":{"a":{"$ref":"#/properties/a"}},"required":["a"]}]}},"required":["a"]}`)}},
	}})
	var table bytes.Buffer
	for _, a := range attacks(botID, webhook) {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		status, body := f.call(a.method, a.path, a.body, a.header)
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		if status/100 != a.status {
			t.Errorf("%s: answered %d %.200s, want a refusal", a.what, status, body)
		}
		if len(body) > 20_000 {
			t.Errorf("%s: the refusal has %d bytes", a.what, len(body))
		}
		most := uint64(maxAttack)
		if len(a.body) > 2<<20 {
			most += 20 * uint64(len(a.body))
		}
		if allocated > most {
			t.Errorf("%s: %d MB were allocated", a.what, allocated>>20)
		}
		fmt.Fprintf(&table, "| %s | %d | %d ms | %.1f MB | %s |\n", a.what, status, took.Milliseconds(), float64(allocated)/(1<<20), a.stops)
	}
	if os.Getenv("BELLHOP_ATTACKS") != "" {
		t.Logf("\n| attack | answer | time | allocated | what stops it |\n|---|---|---|---|---|\n%s", table.String())
	}
}
