package schema

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// object evaluates the keywords of objects.
func (e *evaluation) object(s *jsonschema.Schema, object map[string]any, result *verdict) {
	has := func(name string) bool { _, ok := object[name]; return ok }
	all := func(names []string) bool {
		return e.step(len(names)) && !slices.ContainsFunc(names, func(name string) bool { return !has(name) })
	}
	if s.MinProperties != nil && len(object) < *s.MinProperties ||
		s.MaxProperties != nil && len(object) > *s.MaxProperties || !all(s.Required) {
		result.ok = false
	}
	for name, dependency := range s.Dependencies {
		if !e.step(1) || !has(name) {
			continue
		}
		switch dependency := dependency.(type) {
		case []string:
			result.ok = result.ok && all(dependency)
		case *jsonschema.Schema:
			result.and(e.check(dependency, object))
		}
	}
	for name, v := range object {
		e.member(s, name, v, result)
		if e.err != nil {
			return
		}
	}
	for name, dependent := range s.DependentSchemas {
		if e.step(1) && has(name) {
			result.and(e.check(dependent, object))
		}
	}
	for name, required := range s.DependentRequired {
		if e.step(1) && has(name) && !all(required) {
			result.ok = false
		}
	}
}

// member evaluates one member of an object.
func (e *evaluation) member(s *jsonschema.Schema, name string, v any, result *verdict) {
	evaluated := false
	if own, ok := s.Properties[name]; ok {
		evaluated = true
		result.and(e.at(name, own, v))
	}
	for p, own := range s.PatternProperties {
		if e.match(p, name) {
			evaluated = true
			result.and(e.at(name, own, v))
		}
	}
	switch additional := s.AdditionalProperties.(type) {
	case bool:
		result.ok = result.ok && (evaluated || additional)
	case *jsonschema.Schema:
		if !evaluated {
			result.and(e.at(name, additional, v))
		}
	}
	if s.PropertyNames != nil {
		result.and(e.check(s.PropertyNames, name))
	}
	if s.UnevaluatedProperties != nil {
		result.add(e.at(name, s.UnevaluatedProperties, v))
	}
}

// array evaluates the keywords of arrays.
func (e *evaluation) array(s *jsonschema.Schema, array []any, result *verdict) {
	if s.MinItems != nil && len(array) < *s.MinItems || s.MaxItems != nil && len(array) > *s.MaxItems ||
		s.UniqueItems && !e.unique(array) {
		result.ok = false
	}
	first, rest := s.PrefixItems, any(s.Items2020)
	if s.Items2020 == nil {
		rest = nil
	}
	if s.DraftVersion < 2020 {
		first, rest = nil, nil
		switch items := s.Items.(type) {
		case *jsonschema.Schema:
			rest = items
		case []*jsonschema.Schema:
			first, rest = items, s.AdditionalItems
		case nil:
			rest = s.AdditionalItems
		}
	}
	contained := 0
	for i, v := range array {
		if e.err != nil {
			return
		}
		if i < len(first) {
			result.and(e.at(strconv.Itoa(i), first[i], v))
		} else {
			switch rest := rest.(type) {
			case bool:
				result.ok = result.ok && rest
			case *jsonschema.Schema:
				result.and(e.at(strconv.Itoa(i), rest, v))
			}
		}
		if s.Contains != nil {
			found := e.probe(func() verdict { return e.at(strconv.Itoa(i), s.Contains, v) })
			result.add(found)
			if found.ok {
				contained++
			}
		}
		if s.UnevaluatedItems != nil {
			result.add(e.at(strconv.Itoa(i), s.UnevaluatedItems, v))
		}
	}
	if s.Contains != nil {
		least := 1
		if s.MinContains != nil {
			least = *s.MinContains
		}
		result.ok = result.ok && contained >= least && (s.MaxContains == nil || contained <= *s.MaxContains)
	}
}

// unique tells whether no two elements are equal.
func (e *evaluation) unique(array []any) bool {
	seen := make(map[string]bool, len(array))
	for _, v := range array {
		var b strings.Builder
		if e.canonical(&b, v); e.err != nil || seen[b.String()] {
			return false
		}
		seen[b.String()] = true
	}
	return true
}

// canonical writes a value so that equal ones have the same text.
func (e *evaluation) canonical(b *strings.Builder, v any) {
	if !e.step(2) {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(strconv.Quote(name))
			e.canonical(b, v[name])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for _, item := range v {
			e.canonical(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case string:
		e.step(len(v) / 16)
		b.WriteString(strconv.Quote(v))
	case json.Number:
		e.step(4 + len(v)/8)
		b.WriteString(ratOf(string(v)).RatString())
	case bool:
		b.WriteString(strconv.FormatBool(v))
	default:
		b.WriteString("null")
	}
}

// probe evaluates what may well not match.
func (e *evaluation) probe(check func() verdict) verdict {
	e.quiet++
	defer func() { e.quiet-- }()
	return check()
}

// combine evaluates the keywords that apply other schemas to the same value.
func (e *evaluation) combine(s *jsonschema.Schema, v any, result *verdict) {
	if s.Not != nil {
		not := e.probe(func() verdict { return e.check(s.Not, v) })
		result.add(not)
		result.ok = result.ok && !not.ok
	}
	for _, part := range s.AllOf {
		result.and(e.check(part, v))
	}
	if n := len(s.AnyOf); n > 0 {
		result.ok = e.count(s.AnyOf, v, result) > 0 && result.ok
	}
	if n := len(s.OneOf); n > 0 {
		result.ok = e.count(s.OneOf, v, result) == 1 && result.ok
	}
	if s.If == nil {
		return
	}
	test := e.probe(func() verdict { return e.check(s.If, v) })
	result.add(test)
	switch {
	case test.ok && s.Then != nil:
		result.and(e.check(s.Then, v))
	case !test.ok && s.Else != nil:
		result.and(e.check(s.Else, v))
	}
}

// count returns how many alternatives a value matches.
func (e *evaluation) count(alternatives []*jsonschema.Schema, v any, result *verdict) (n int) {
	for _, a := range alternatives {
		found := e.check(a, v)
		result.add(found)
		if found.ok {
			n++
		}
	}
	return n
}

// dynamic counts the paths of references whose target depends on the way to
// them. Such schemas are evaluated by the library.
func (e *evaluation) dynamic(s *jsonschema.Schema, v any, result *verdict) {
	var name string
	switch {
	case s.DynamicRef != nil:
		result.add(e.check(s.DynamicRef.Ref, v))
		name = s.DynamicRef.Anchor
	case s.RecursiveRef != nil:
		result.add(e.check(s.RecursiveRef, v))
		name = recursiveAnchor
	}
	for _, target := range e.anchors[name] {
		result.add(e.check(target, v))
	}
}
