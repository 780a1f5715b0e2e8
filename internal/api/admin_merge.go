package api

import "encoding/json"

// mergeDefinition reads into def the stored definition as changed by the patch,
// or by the upload where there is no patch: absent members stay, null ones go,
// objects merge, and schemas and a configuration's data are replaced whole.
func mergeDefinition(def any, stored, patch json.RawMessage, upload any) (err error) {
	if patch == nil {
		if patch, err = json.Marshal(upload); err != nil {
			return err
		}
	}
	var old, change any
	if len(stored) > 0 {
		if err := json.Unmarshal(stored, &old); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(patch, &change); err != nil {
		return err
	}
	merged, err := json.Marshal(merge(old, change))
	if err != nil {
		return err
	}
	return json.Unmarshal(merged, def)
}

// merge is a JSON merge patch, but for schemas and for lists of names that are
// uploaded as objects (platform.Names).
func merge(old, change any) any {
	members, ok := change.(map[string]any)
	if !ok {
		return change
	}
	into := map[string]any{}
	switch old := old.(type) {
	case map[string]any:
		into = old
	case []any:
		for _, name := range old {
			if name, ok := name.(string); ok {
				into[name] = true
			}
		}
	}
	for name, value := range members {
		switch {
		case value == nil:
			delete(into, name)
		case name == "schema" || name == "data":
			into[name] = value
		default:
			into[name] = merge(into[name], value)
		}
	}
	return into
}
