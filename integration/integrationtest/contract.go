package integrationtest

import (
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// contract returns the calls that every integration with the definition must
// answer in the same way, whoever wrote it.
func contract(d *platform.IntegrationDefinition) []Case {
	refused := func(name, op, body string) Case {
		return Case{Name: name, Request: wire.Request{Operation: op, Body: []byte(body)}, Status: 400, Check: checkError}
	}
	cases := []Case{
		{Name: "ping", Request: wire.Request{Operation: wire.OpPing, Body: []byte("{}")}, Body: "{}"},
		refused("unknown operation", "frobnicate", `{}`),
		refused("undefined action", wire.OpActionTriggered, `{"type":"no-such-action","input":{}}`),
		refused("undefined channel", wire.OpMessageCreated,
			`{"type":"text","payload":{"text":"x"},"conversation":{"channel":"no-such-channel"}}`),
		refused("malformed webhook", wire.OpWebhookReceived, `{"req":`),
		refused("malformed message", wire.OpMessageCreated, `[1,`),
		refused("malformed action", wire.OpActionTriggered, `"text"`),
	}
	for channel, c := range d.Channels {
		body, _ := json.Marshal(map[string]any{
			"type": "no-such-type", "payload": map[string]any{}, "conversation": map[string]any{"channel": channel},
		})
		cases = append(cases, refused("undefined message of "+channel, wire.OpMessageCreated, string(body)))
		for typ := range c.Messages {
			body, _ := json.Marshal(map[string]any{
				"type": typ, "payload": []int{1}, "conversation": map[string]any{"channel": channel},
			})
			cases = append(cases, refused("payload of "+channel+" "+typ+" is a list", wire.OpMessageCreated, string(body)))
		}
	}
	for name := range d.Actions {
		body, _ := json.Marshal(map[string]any{"type": name, "input": []int{1}})
		cases = append(cases, refused("input of "+name+" is a list", wire.OpActionTriggered, string(body)))
	}
	if d.User == nil || d.User.Creation == nil {
		cases = append(cases, Case{
			Name: "create user", Request: wire.Request{Operation: wire.OpCreateUser, Body: []byte(`{"tags":{}}`)}, Body: "{}",
		})
	}
	return cases
}

// checkError checks the shape of an error: an id, a type that says whose fault
// it was, a text.
func checkError(t *testing.T, resp *wire.Response) {
	t.Helper()
	var e platform.Error
	if err := json.Unmarshal(resp.Body, &e); err != nil {
		t.Errorf("the error is not JSON: %v: %s", err, resp.Body)
		return
	}
	if e.ID == "" || e.Message == "" {
		t.Errorf("the error %s has no id or no message", resp.Body)
	}
	if e.Type != platform.TypeInvalidPayload && e.Type != platform.TypeRuntime {
		t.Errorf("the error's type is %q, want InvalidPayload or Runtime", e.Type)
	}
}
