package chatkit

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// ExtendSchema returns the schema of a standard type with more members, each written as
// `"name":{...}`; empty ones are left out. A member that the type has already is
// replaced. A bloc may also hold Markdown. The schema fails for a type that is
// not of message.Types, and for members that are not JSON.
func ExtendSchema(typ string, members ...string) integration.Schema {
	return func() (json.RawMessage, error) {
		var s map[string]any
		if err := json.Unmarshal(message.Schema(typ), &s); err != nil {
			return nil, fmt.Errorf("extend the message type %q: %w", typ, err)
		}
		properties, ok := s["properties"].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("extend the message type %q: its schema has no properties", typ)
		}
		for _, member := range members {
			if member == "" {
				continue
			}
			var add map[string]any
			if err := json.Unmarshal([]byte("{"+member+"}"), &add); err != nil {
				return nil, fmt.Errorf("extend the message type %q with %s: %w", typ, member, err)
			}
			maps.Copy(properties, add)
		}
		if typ == message.TypeBloc {
			holdMarkdown(properties)
		}
		return json.Marshal(s)
	}
}

// holdMarkdown adds Markdown to what a bloc may hold.
func holdMarkdown(properties map[string]any) {
	items, _ := properties["items"].(map[string]any)
	each, _ := items["items"].(map[string]any)
	kinds, _ := each["anyOf"].([]any)
	each["anyOf"] = append(kinds, map[string]any{
		"type": "object", "required": []string{"type", "payload"},
		"properties": map[string]any{
			"type":    map[string]any{"const": message.TypeMarkdown},
			"payload": json.RawMessage(message.Schema(message.TypeMarkdown)),
		},
	})
}
