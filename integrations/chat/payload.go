package chat

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// The chat API has a message's type inside its payload and metadata beside it;
// the platform has the type beside the payload and metadata inside.

// object is a JSON object whose members stay as they are.
type object map[string]json.RawMessage

// fromChat returns the platform's type and payload of a chat message.
func fromChat(payload, metadata json.RawMessage) (string, json.RawMessage, error) {
	typ, members, err := typed(payload)
	if err != nil {
		return "", nil, err
	}
	if typ == message.TypeBloc {
		var items []json.RawMessage
		if err := json.Unmarshal(members["items"], &items); err != nil {
			return "", nil, platform.Errorf(platform.TypeInvalidPayload, "payload.items must be a list")
		}
		list := make([]message.Item, len(items))
		for i, raw := range items {
			kind, rest, err := typed(raw)
			if err != nil {
				return "", nil, err
			}
			list[i].Type = kind
			if list[i].Payload, err = json.Marshal(rest); err != nil {
				return "", nil, err
			}
		}
		if members["items"], err = json.Marshal(list); err != nil {
			return "", nil, err
		}
	}
	delete(members, "metadata")
	if len(metadata) > 0 && string(metadata) != "null" {
		if !isObject(metadata) {
			return "", nil, platform.Errorf(platform.TypeInvalidPayload, "metadata must be an object")
		}
		members["metadata"] = metadata
	}
	out, err := json.Marshal(members)
	return typ, out, err
}

// typed splits the member type from a payload; the type must be a standard one.
func typed(payload json.RawMessage) (string, object, error) {
	var members object
	if err := json.Unmarshal(payload, &members); err != nil || members == nil {
		return "", nil, platform.Errorf(platform.TypeInvalidPayload, "payload must be an object")
	}
	var typ string
	if err := json.Unmarshal(members["type"], &typ); err != nil || !slices.Contains(message.Types(), typ) {
		return "", nil, platform.Errorf(platform.TypeInvalidPayload, "payload.type must be one of %v", message.Types())
	}
	delete(members, "type")
	return typ, members, nil
}

// toChat returns the chat API's payload and metadata of a platform message.
// What is not an object becomes an empty one.
func toChat(typ string, payload json.RawMessage) (out, metadata json.RawMessage) {
	var members object
	if json.Unmarshal(payload, &members) != nil || members == nil {
		members = object{}
	}
	if m := members["metadata"]; isObject(m) {
		metadata = m
	}
	delete(members, "metadata")
	if typ == message.TypeBloc {
		var items []message.Item
		if json.Unmarshal(members["items"], &items) == nil {
			list := make([]json.RawMessage, len(items))
			for i, item := range items {
				list[i], _ = toChat(item.Type, item.Payload)
			}
			members["items"], _ = json.Marshal(list)
		}
	}
	members["type"], _ = json.Marshal(typ)
	out, _ = json.Marshal(members)
	return out, metadata
}

func isObject(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && raw[0] == '{'
}
