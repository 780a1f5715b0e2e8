package api

import (
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestMergeDefinition(t *testing.T) {
	t.Parallel()
	const stored = `{"title":"Old","secrets":["A","B"],
		"events":{"opened":{"schema":{"type":"object","required":["x"]}},"closed":{}},
		"channels":{"thread":{"messages":{"text":{"schema":{}},"image":{}},"message":{"tags":{"id":{}}},"conversation":{"tags":{}}}}}`
	for name, tt := range map[string]struct{ patch, path, want string }{
		"absent stays":        {`{}`, "title", `"Old"`},
		"given replaces":      {`{"title":"New"}`, "title", `"New"`},
		"null removes":        {`{"events":{"closed":null}}`, "events", `{"opened":{"schema":{"required":["x"],"type":"object"}}}`},
		"null removes deeply": {`{"channels":{"thread":{"messages":{"image":null}}}}`, "channels", `{"thread":{"messages":{"text":{"schema":{}}},"message":{"tags":{"id":{}}},"conversation":{"tags":{}}}}`},
		"schemas are whole":   {`{"events":{"closed":null,"opened":{"schema":{"type":"string"}}}}`, "events", `{"opened":{"schema":{"type":"string"}}}`},
		"secrets by name":     {`{"secrets":{"A":null,"C":""}}`, "secrets", `["B","C"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var def platform.IntegrationDefinition
			if err := mergeDefinition(&def, json.RawMessage(stored), json.RawMessage(tt.patch), nil); err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(def)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]json.RawMessage
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			if string(got[tt.path]) != tt.want {
				t.Errorf("%s is %s, want %s", tt.path, got[tt.path], tt.want)
			}
		})
	}
	t.Run("an upload in the process", func(t *testing.T) {
		t.Parallel()
		var def platform.BotDefinition
		upload := platform.BotDefinition{Events: map[string]platform.EventDefinition{"tick": {}}}
		if err := mergeDefinition(&def, nil, nil, upload); err != nil || len(def.Events) != 1 {
			t.Errorf("%+v, %v", def, err)
		}
	})
}
