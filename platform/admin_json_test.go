package platform

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// members reads the JSON of v as an object.
func members(t *testing.T, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestBotJSONIsWhole(t *testing.T) {
	t.Parallel()
	m := members(t, Bot{ID: "bot_1", Name: "clerk"})
	for name, want := range map[string]any{
		"integrations":  map[string]any{},
		"user":          map[string]any{"tags": map[string]any{}},
		"states":        map[string]any{},
		"configuration": map[string]any{"data": map[string]any{}, "schema": map[string]any{}},
		"subscriptions": map[string]any{"events": nil},
		"medias":        []any{},
		"name":          "clerk",
	} {
		if diff := cmp.Diff(want, m[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestIntegrationJSONIsWhole(t *testing.T) {
	t.Parallel()
	m := members(t, Integration{IntegrationDefinition: IntegrationDefinition{
		Name:     "relay",
		Channels: map[string]ChannelDefinition{"thread": {Messages: map[string]SchemaDefinition{"text": {}}}},
		Actions:  map[string]ActionDefinition{"add": {}},
	}})
	creation := map[string]any{"enabled": false, "requiredTags": []any{}}
	for name, want := range map[string]any{
		"title":       "relay",
		"description": "",
		"secrets":     []any{},
		"url":         "",
		"user":        map[string]any{"tags": map[string]any{}, "creation": creation},
		"channels": map[string]any{"thread": map[string]any{
			"messages":     map[string]any{"text": map[string]any{"schema": map[string]any{}}},
			"message":      map[string]any{"tags": map[string]any{}},
			"conversation": map[string]any{"tags": map[string]any{}, "creation": creation},
		}},
		"actions": map[string]any{"add": map[string]any{
			"input":  map[string]any{"schema": map[string]any{}},
			"output": map[string]any{"schema": map[string]any{}},
		}},
		"visibility": "private",
	} {
		if diff := cmp.Diff(want, m[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAdminJSONComesBack(t *testing.T) {
	t.Parallel()
	at := At(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	in := Bot{ID: "bot_1", CreatedAt: at, UpdatedAt: at, Name: "clerk", Integrations: map[string]BotIntegration{
		"relay": {ID: "intver_1", CreatedAt: at, UpdatedAt: at, Name: "relay", Configuration: json.RawMessage(`{"a":1}`)},
	}}
	in.Subscriptions = &Subscriptions{Events: map[string]struct{}{}}
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Bot
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	if out.ID != in.ID || string(out.Integrations["relay"].Configuration) != `{"a":1}` {
		t.Errorf("%s became %+v", raw, out)
	}
	if out.Subscriptions.Events == nil {
		t.Error("no subscriptions became all of them")
	}
}
