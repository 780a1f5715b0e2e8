package schema

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Masked stands where a secret's value was.
const Masked = "********"

// secretPaths is the tree of places whose values are secret.
type secretPaths struct {
	secret   bool
	members  map[string]*secretPaths
	elements *secretPaths // every element or undeclared member
}

// findSecrets reads x-zui.secret, and format password, from a parsed schema.
func findSecrets(doc any) *secretPaths {
	m, ok := doc.(map[string]any)
	if !ok {
		return nil
	}
	found := &secretPaths{}
	if zui, ok := m["x-zui"].(map[string]any); ok && zui["secret"] == true || m["format"] == "password" {
		found.secret = true
	}
	if properties, ok := m["properties"].(map[string]any); ok {
		for name, p := range properties {
			found.member(name, findSecrets(p))
		}
	}
	for _, key := range [...]string{"items", "additionalProperties"} {
		found.elements = merge(found.elements, findSecrets(m[key]))
	}
	for _, key := range [...]string{"anyOf", "oneOf", "allOf"} {
		alternatives, _ := m[key].([]any)
		for _, alternative := range alternatives {
			found = merge(found, findSecrets(alternative))
		}
	}
	if !found.secret && found.members == nil && found.elements == nil {
		return nil
	}
	return found
}

func (s *secretPaths) member(name string, p *secretPaths) {
	if p == nil {
		return
	}
	if s.members == nil {
		s.members = map[string]*secretPaths{}
	}
	s.members[name] = merge(s.members[name], p)
}

func merge(a, b *secretPaths) *secretPaths {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	a.secret = a.secret || b.secret
	for name, p := range b.members {
		a.member(name, p)
	}
	a.elements = merge(a.elements, b.elements)
	return a
}

func (s *secretPaths) covers(location []string) bool {
	for _, part := range location {
		if s == nil || s.secret {
			break
		}
		s = s.at(part)
	}
	return s != nil && s.secret
}

func (s *secretPaths) at(part string) *secretPaths {
	if p, ok := s.members[part]; ok {
		return p
	}
	return s.elements
}

// Mask returns value with each secret of the schema replaced by Masked; empty
// and null secrets stay, so that one can see that they are not set. A value or
// a schema that is not JSON gives {}.
func Mask(schema, value json.RawMessage) json.RawMessage {
	var doc any
	if len(bytes.TrimSpace(schema)) == 0 {
		schema = json.RawMessage("{}")
	}
	if json.Unmarshal(schema, &doc) != nil {
		return json.RawMessage("{}")
	}
	var v any
	if decodeNumbers(value, &v) != nil {
		return json.RawMessage("{}")
	}
	text, err := json.Marshal(findSecrets(doc).mask(v))
	if err != nil {
		return json.RawMessage("{}")
	}
	return text
}

func (s *secretPaths) mask(v any) any {
	switch {
	case s == nil || v == nil || v == "":
		return v
	case s.secret:
		return Masked
	}
	switch v := v.(type) {
	case map[string]any:
		for name, m := range v {
			v[name] = s.at(name).mask(m)
		}
	case []any:
		for i, m := range v {
			v[i] = s.at(strconv.Itoa(i)).mask(m)
		}
	}
	return v
}

// decodeNumbers reads JSON and keeps numbers as they are written.
func decodeNumbers(raw json.RawMessage, v *any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(v)
}

// Unmask returns value with each Masked text replaced by what old has in its
// place, so that who got a masked value can give it back. Lists go by their
// positions. A value that is not JSON is returned as it is.
func Unmask(value, old json.RawMessage) json.RawMessage {
	if !bytes.Contains(value, []byte(`"`+Masked+`"`)) {
		return value
	}
	var v, o any
	if decodeNumbers(value, &v) != nil || decodeNumbers(old, &o) != nil {
		return value
	}
	text, err := json.Marshal(unmask(v, o))
	if err != nil {
		return value
	}
	return text
}

func unmask(v, old any) any {
	switch v := v.(type) {
	case string:
		if v == Masked && old != nil {
			return old
		}
	case map[string]any:
		before, _ := old.(map[string]any)
		for name, m := range v {
			v[name] = unmask(m, before[name])
		}
	case []any:
		before, _ := old.([]any)
		for i, m := range v {
			if i < len(before) {
				v[i] = unmask(m, before[i])
			}
		}
	}
	return v
}
