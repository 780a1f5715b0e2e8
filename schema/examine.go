package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// recursiveAnchor is the name of $recursiveAnchor among the dynamic anchors.
const recursiveAnchor = "$recursiveAnchor"

// examination looks at a compiled schema before any value does.
type examination struct {
	anchors   map[string][]*jsonschema.Schema
	byLibrary bool // a keyword needs the library's evaluation
	expanded  map[*jsonschema.Schema]int
	open      map[*jsonschema.Schema]bool
	seen      map[*jsonschema.Schema]bool
	all       []*jsonschema.Schema // in the order in which they were reached
	cycle     map[*jsonschema.Schema]int
	err       error
}

// examine refuses a schema that takes more than maxExpansion evaluations of
// one value, or that has no end.
func examine(root *jsonschema.Schema) (*examination, error) {
	x := &examination{
		anchors: map[string][]*jsonschema.Schema{}, expanded: map[*jsonschema.Schema]int{},
		open: map[*jsonschema.Schema]bool{}, seen: map[*jsonschema.Schema]bool{},
	}
	x.walk(root)
	for _, s := range x.all {
		x.expand(s)
	}
	if x.err == nil && x.byLibrary {
		x.findCycles(root)
		for _, s := range x.all {
			x.branches(s)
		}
	}
	return x, x.err
}

func (x *examination) walk(s *jsonschema.Schema) {
	if x.seen[s] {
		return
	}
	x.seen[s] = true
	x.all = append(x.all, s)
	if s.DynamicAnchor != "" {
		x.anchors[s.DynamicAnchor] = append(x.anchors[s.DynamicAnchor], s)
	}
	if s.RecursiveAnchor {
		x.anchors[recursiveAnchor] = append(x.anchors[recursiveAnchor], s)
	}
	if s.UnevaluatedProperties != nil || s.UnevaluatedItems != nil || s.DynamicRef != nil || s.RecursiveRef != nil {
		x.byLibrary = true
	}
	for _, next := range following(s) {
		x.walk(next)
	}
}

// inPlace are the schemas that s applies to the same value.
func inPlace(s *jsonschema.Schema) []*jsonschema.Schema {
	var all []*jsonschema.Schema
	add := func(list ...*jsonschema.Schema) {
		for _, one := range list {
			if one != nil {
				all = append(all, one)
			}
		}
	}
	add(s.Ref, s.RecursiveRef, s.Not, s.If, s.Then, s.Else)
	if s.DynamicRef != nil {
		add(s.DynamicRef.Ref)
	}
	add(s.AllOf...)
	add(s.AnyOf...)
	add(s.OneOf...)
	for _, one := range s.DependentSchemas {
		add(one)
	}
	for _, one := range s.Dependencies {
		if one, ok := one.(*jsonschema.Schema); ok {
			add(one)
		}
	}
	return all
}

// part is a schema for a part of a value: a member's name, or * for others.
type part struct {
	name   string
	schema *jsonschema.Schema
}

// within are the schemas that s applies to parts of the value.
func within(s *jsonschema.Schema) []part {
	var all []part
	add := func(name string, v any) {
		switch v := v.(type) {
		case *jsonschema.Schema:
			if v != nil {
				all = append(all, part{name, v})
			}
		case []*jsonschema.Schema:
			for _, one := range v {
				all = append(all, part{name, one})
			}
		}
	}
	for name, one := range s.Properties {
		add("."+name, one)
	}
	for _, one := range s.PatternProperties {
		add("*", one)
	}
	add("*", s.AdditionalProperties)
	add("*", s.UnevaluatedProperties)
	add("names", s.PropertyNames)
	add("[]", s.Items)
	add("[]", s.PrefixItems)
	add("[]", s.AdditionalItems)
	add("[]", s.Items2020)
	add("[]", s.Contains)
	add("[]", s.UnevaluatedItems)
	return all
}

// expand returns how many evaluations of one value s takes.
func (x *examination) expand(s *jsonschema.Schema) int {
	if n, ok := x.expanded[s]; ok {
		return n
	}
	if x.open[s] {
		x.refuse(s, "it refers to itself for the same value, which has no end")
		return 0
	}
	x.open[s] = true
	defer delete(x.open, s)
	n := 1
	for _, next := range inPlace(s) {
		n += x.expand(next)
	}
	if n > maxExpansion {
		x.refuse(s, fmt.Sprintf("its references and alternatives come to more than %d schemas for one value; have fewer of them", maxExpansion))
		n = maxExpansion
	}
	x.expanded[s] = n
	return n
}

// branches refuses a schema that applies itself to one part of the value in
// more than one way, where results cannot be remembered.
func (x *examination) branches(s *jsonschema.Schema) {
	parts := map[string]int{}
	var collect func(s *jsonschema.Schema)
	collect = func(at *jsonschema.Schema) {
		for _, p := range within(at) {
			if x.cycle[p.schema] == x.cycle[s] {
				parts[p.name]++
			}
		}
		for _, next := range inPlace(at) {
			collect(next)
		}
	}
	collect(s)
	for name, n := range parts {
		if n > 1 || name != "*" && name[0] == '.' && parts["*"] > 0 {
			x.refuse(s, "it contains itself in more than one way for the same part of a value, beside unevaluatedProperties, "+
				"unevaluatedItems or a dynamic reference, which takes twice the time for each level; have one way, or none of these keywords")
			return
		}
	}
}

// findCycles numbers the schemas so that those have one number that can be
// reached from each other, which is Tarjan's algorithm.
func (x *examination) findCycles(root *jsonschema.Schema) {
	x.cycle = map[*jsonschema.Schema]int{}
	order, low := map[*jsonschema.Schema]int{}, map[*jsonschema.Schema]int{}
	var stack []*jsonschema.Schema
	var visit func(s *jsonschema.Schema)
	visit = func(s *jsonschema.Schema) {
		order[s] = len(order) + 1
		low[s] = order[s]
		stack = append(stack, s)
		for _, next := range following(s) {
			if order[next] == 0 {
				visit(next)
				low[s] = min(low[s], low[next])
			} else if x.cycle[next] == 0 {
				low[s] = min(low[s], order[next])
			}
		}
		if low[s] != order[s] {
			return
		}
		for {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x.cycle[top] = order[s]
			if top == s {
				return
			}
		}
	}
	visit(root)
}

// following are all schemas that s applies.
func following(s *jsonschema.Schema) []*jsonschema.Schema {
	all := inPlace(s)
	for _, p := range within(s) {
		all = append(all, p.schema)
	}
	return all
}

func (x *examination) refuse(s *jsonschema.Schema, reason string) {
	if x.err == nil {
		x.err = fmt.Errorf("%s%s", at(place(s.Location)), reason)
	}
}

// checkPatterns refuses a pattern that is over the limits, with its place.
func checkPatterns(doc any, path []string, patterns patternSet) error {
	check := func(text string, path ...string) error {
		_, err := patterns.compile(text)
		if over, ok := errors.AsType[*patternLimitError](err); ok {
			return fmt.Errorf("%sthe pattern %q cannot be used: %w", at(pathText(path)), short(text), over)
		}
		return nil
	}
	switch doc := doc.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			member := doc[name]
			here := append(slices.Clip(path), name)
			switch name {
			case "enum", "const", "default", "examples":
				continue // values, not schemas
			case "pattern":
				if text, ok := member.(string); ok {
					if err := check(text, here...); err != nil {
						return err
					}
				}
			case "patternProperties":
				names, _ := member.(map[string]any)
				for _, text := range slices.Sorted(maps.Keys(names)) {
					if err := check(text, here...); err != nil {
						return err
					}
				}
			}
			if err := checkPatterns(member, here, patterns); err != nil {
				return err
			}
		}
	case []any:
		for i, member := range doc {
			if err := checkPatterns(member, append(slices.Clip(path), strconv.Itoa(i)), patterns); err != nil {
				return err
			}
		}
	}
	return nil
}

// place is where in a schema a location of the library leads.
func place(location string) string {
	_, pointer, _ := strings.Cut(location, "#")
	var parts []string
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if part != "" {
			parts = append(parts, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
	}
	return pathText(parts)
}
