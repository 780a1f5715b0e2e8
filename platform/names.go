package platform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Names is a list of names. It reads a JSON array, or an object whose keys are
// the names: uploads carry secrets as {"NAME": ""} and extra operations as
// {"name": {"enabled": true}}. A name whose value is null or disabled is left
// out. It is written as an array; values are not kept (see Secrets).
type Names []string

// UnmarshalJSON reads an array of names or an object keyed by them.
func (n *Names) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return json.Unmarshal(data, (*[]string)(n))
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("read names: %w", err)
	}
	*n = make(Names, 0, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if enabled(members[name]) {
			*n = append(*n, name)
		}
	}
	return nil
}

// enabled reports whether a member stands for its name.
func enabled(value json.RawMessage) bool {
	if string(value) == "null" {
		return false
	}
	var v struct{ Enabled *bool }
	if json.Unmarshal(value, &v) != nil {
		return true // a text, say
	}
	return v.Enabled == nil || *v.Enabled
}
