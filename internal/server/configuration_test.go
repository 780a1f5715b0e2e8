package server_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// TestBotConfigurationReachesTheCode has a bot at an address: each call carries
// the configuration as the official SDK reads it, and replies mask its secrets.
// The code is registered when it is deployed and when its configuration
// changes, and unregistered when the bot is deleted.
func TestBotConfigurationReachesTheCode(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	got, registered, unregistered := make(chan string, 10), make(chan string, 10), make(chan string, 10)
	code := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Bp-Configuration"))
		if err != nil {
			t.Error(err)
		}
		switch r.Header.Get("X-Bp-Operation") {
		case "register":
			registered <- string(raw)
		case "unregister":
			unregistered <- string(raw)
		default:
			got <- string(raw)
		}
	}))
	t.Cleanup(code.Close)
	schema := json.RawMessage(`{"type":"object","required":["tone"],"properties":{"tone":{"type":"string"},"key":{"type":"string","format":"password"}}}`)
	in := platform.CreateBotInput{URL: code.URL}
	in.Configuration = &platform.BotConfiguration{Schema: schema, Data: json.RawMessage(`{"tone":"dry","key":"opensesame"}`)}
	id, webhook := f.install(in)
	said := 0
	next := func(calls <-chan string) string {
		t.Helper()
		var wrapped struct{ Payload string }
		if err := json.Unmarshal([]byte(<-calls), &wrapped); err != nil {
			t.Fatal(err)
		}
		return wrapped.Payload
	}
	hear := func() string {
		t.Helper()
		said++
		body := `{"conversation":"c","user":"u","id":"` + string(rune('0'+said)) + `","text":"x"}`
		if status, answer := f.call("POST", webhook, body, nil); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		return next(got)
	}
	if data := next(registered); data != `{"tone":"dry","key":"opensesame"}` {
		t.Errorf("the code was registered with %s", data)
	}
	if data := hear(); data != `{"tone":"dry","key":"opensesame"}` {
		t.Errorf("the code got %s", data)
	}
	update := func(body string) (int, []byte) { return f.call("PUT", "/v1/admin/bots/"+id, body, nil) }
	status, body := update(`{"name":"still the same"}`)
	var shown struct {
		Bot struct {
			Configuration struct{ Data map[string]string }
		}
	}
	if err := json.Unmarshal(body, &shown); err != nil || status != 200 || shown.Bot.Configuration.Data["tone"] != "dry" || shown.Bot.Configuration.Data["key"] != "********" {
		t.Errorf("%d %s, want the data with its secret masked", status, body)
	}
	if status, body = update(`{"configuration":{"data":{"tone":"kind","key":"********"}}}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if data := hear(); data != `{"key":"opensesame","tone":"kind"}` {
		t.Errorf("after an update the code got %s", data)
	}
	if data := next(registered); data != `{"key":"opensesame","tone":"kind"}` {
		t.Errorf("after an update the code was registered with %s", data)
	}
	status, body = update(`{"configuration":{"data":{"tone":7}}}`)
	f.refused(status, body, 400, platform.TypeInvalidDataFormat, "configuration.data.tone")
	status, body = update(`{"configuration":{"schema":{"type":"strange"}}}`)
	f.refused(status, body, 400, platform.TypeInvalidJSONSchema, "configuration.schema")
	if data := hear(); data != `{"key":"opensesame","tone":"kind"}` {
		t.Errorf("after refused updates the code got %s", data)
	}
	if n := len(registered); n != 0 {
		t.Errorf("the code was registered %d times more, though nothing that it knows changed", n)
	}
	if status, body = f.call("DELETE", "/v1/admin/bots/"+id, "", nil); status != 200 || len(unregistered) != 1 {
		t.Errorf("%d %s, and the code was unregistered %d times; want it told before the answer", status, body, len(unregistered))
	}
}
