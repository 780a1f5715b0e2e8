package schema

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Masked stands where a secret's value was.
const Masked = "********"

// secretPaths is the tree of places whose values are secret.
type secretPaths struct {
	secret   bool
	members  map[string]*secretPaths
	elements *secretPaths // every element or undeclared member
}

// findSecrets reads x-zui.secret, and format password, from a parsed schema,
// wherever it describes a value.
func findSecrets(doc any) *secretPaths {
	if !marked(doc) {
		return nil
	}
	return (&finder{root: doc, open: map[string]bool{}}).find(doc)
}

// isSecret reports whether a schema says that its value is secret.
func isSecret(schema map[string]any) bool {
	zui, _ := schema["x-zui"].(map[string]any)
	return zui["secret"] == true || schema["format"] == "password"
}

// marked reports whether anything in a schema is secret.
func marked(doc any) bool {
	switch doc := doc.(type) {
	case map[string]any:
		if isSecret(doc) {
			return true
		}
		for _, part := range doc {
			if marked(part) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(doc, marked)
	}
	return false
}

// maxFollowed is how many references of one schema are followed.
const maxFollowed = 1000

// finder finds the secrets of a schema. open are the references that are being
// followed.
type finder struct {
	root     any
	open     map[string]bool
	followed int
}

func (f *finder) find(doc any) *secretPaths {
	m, ok := doc.(map[string]any)
	if !ok {
		return nil
	}
	found := &secretPaths{secret: isSecret(m)}
	if ref, ok := m["$ref"].(string); ok {
		found = merge(found, f.follow(ref))
	}
	if properties, ok := m["properties"].(map[string]any); ok {
		for name, p := range properties {
			found.member(name, f.find(p))
		}
	}
	if patterns, ok := m["patternProperties"].(map[string]any); ok {
		for _, p := range patterns {
			found.elements = merge(found.elements, f.find(p))
		}
	}
	for _, key := range [...]string{"items", "prefixItems", "additionalItems", "additionalProperties", "unevaluatedProperties", "contains"} {
		for _, part := range oneOrMore(m[key]) {
			found.elements = merge(found.elements, f.find(part))
		}
	}
	for _, key := range [...]string{"anyOf", "oneOf", "allOf", "if", "then", "else"} {
		for _, alternative := range oneOrMore(m[key]) {
			found = merge(found, f.find(alternative))
		}
	}
	if !found.secret && found.members == nil && found.elements == nil {
		return nil
	}
	return found
}

// follow finds the secrets of what a reference within the schema names. Where
// that has no end, or is elsewhere, all of the value counts as secret.
func (f *finder) follow(ref string) *secretPaths {
	part, ok := f.resolve(ref)
	if f.followed++; !ok || f.open[ref] || f.followed > maxFollowed {
		return &secretPaths{secret: true}
	}
	f.open[ref] = true
	defer delete(f.open, ref)
	return f.find(part)
}

func (f *finder) resolve(ref string) (part any, ok bool) {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok || path != "" && path[0] != '/' {
		return nil, false
	}
	part = f.root
	for _, name := range strings.Split(path, "/")[1:] {
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		m, _ := part.(map[string]any)
		if part, ok = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]; !ok {
			return nil, false
		}
	}
	return part, true
}

func oneOrMore(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
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
