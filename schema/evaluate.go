package schema

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The library explores each path through a schema anew, and keeps an error for
// each: with two branches that recurse, a value 20 deep takes a million paths
// and gigabytes. So a value is first evaluated here, without errors: what a
// schema is for one part of the value is found out once and remembered, and
// counts towards a budget. The library words the faults, where it can within
// bounds.
const (
	// baseSteps is the budget of a value beside one step for each of its bytes.
	// A step takes about a tenth of a microsecond.
	baseSteps = 200_000
	// rememberAfter is how many steps are done before results are remembered:
	// ordinary values end earlier and need no memory.
	rememberAfter = 2000
	// maxExplained is the cost of the paths that the library may explore.
	maxExplained = 200_000
	// maxNesting is how deep evaluations may nest, which takes memory.
	maxNesting = 20_000
	// pathCost is that of one path at the surface; deeper ones cost more.
	pathCost = 8
)

var errBudget = errors.New("the budget is used up")

// evaluation is one value that is checked.
type evaluation struct {
	ctx     context.Context
	anchors map[string][]*jsonschema.Schema // dynamic references may lead to any of these
	steps   int                             // the budget
	done    int
	memo    map[memoKey]verdict
	path    []string
	worst   []string // the deepest place that does not match
	depth   int      // of the evaluations that are under way
	quiet   int      // above 0 where a mismatch is no fault
	err     error
}

type memoKey struct {
	schema *jsonschema.Schema
	value  uintptr
	length int
}

// verdict is whether a value matches, and what it costs to explore all paths.
type verdict struct {
	ok   bool
	cost int
}

// step takes n steps of the budget.
func (e *evaluation) step(n int) bool {
	e.done += n
	if e.err == nil && e.done > e.steps {
		e.err = errBudget
	}
	if e.err == nil && e.done%1024 < n && e.ctx.Err() != nil {
		e.err = context.Cause(e.ctx)
	}
	return e.err == nil
}

// keyOf identifies an object or an array within the value; others are not
// worth remembering.
func keyOf(s *jsonschema.Schema, v any) (memoKey, bool) {
	switch v := v.(type) {
	case map[string]any:
		return memoKey{s, reflect.ValueOf(v).Pointer(), -1}, len(v) > 0
	case []any:
		return memoKey{s, reflect.ValueOf(v).Pointer(), len(v)}, len(v) > 0
	}
	return memoKey{}, false
}

// check evaluates a value for a schema.
func (e *evaluation) check(s *jsonschema.Schema, v any) verdict {
	if !e.step(1) {
		return verdict{}
	}
	if e.depth++; e.depth > maxNesting {
		e.err = errBudget
	}
	defer func() { e.depth-- }()
	if s.Bool != nil {
		return e.note(verdict{*s.Bool, pathCost + len(e.path)})
	}
	key, remember := keyOf(s, v)
	remember = remember && e.done > rememberAfter
	if remember {
		if known, ok := e.memo[key]; ok {
			return e.note(known)
		}
	}
	result := e.note(e.evaluate(s, v))
	if remember && e.err == nil {
		if e.memo == nil {
			e.memo = map[memoKey]verdict{}
		}
		e.memo[key] = result
	}
	return result
}

// note remembers the deepest place that does not match.
func (e *evaluation) note(v verdict) verdict {
	if !v.ok && e.quiet == 0 && (e.worst == nil || len(e.path) > len(e.worst)) {
		e.worst = append(make([]string, 0, len(e.path)+1), e.path...)
	}
	return v
}

// at evaluates a part of the value.
func (e *evaluation) at(name string, s *jsonschema.Schema, v any) verdict {
	e.path = append(e.path, name)
	defer func() { e.path = e.path[:len(e.path)-1] }()
	return e.check(s, v)
}

// and is both verdicts; all paths are explored, also after a mismatch.
func (v *verdict) and(w verdict) {
	v.ok = v.ok && w.ok
	v.add(w)
}

// add counts the paths of another verdict.
func (v *verdict) add(w verdict) { v.cost = min(v.cost+w.cost, 1<<40) }

func (e *evaluation) evaluate(s *jsonschema.Schema, v any) verdict {
	result := verdict{e.isType(s, v) && e.isListed(s, v), pathCost + len(e.path)}
	if !result.ok {
		return result
	}
	if s.Format != nil {
		text, _ := v.(string)
		result.ok = e.step(len(text)/16) && s.Format.Validate(v) == nil
		if !result.ok {
			return result
		}
	}
	if s.Ref != nil {
		result.and(e.check(s.Ref, v))
		if s.DraftVersion < 2019 {
			return result // in earlier drafts nothing stands beside $ref
		}
	}
	switch v := v.(type) {
	case map[string]any:
		e.object(s, v, &result)
	case []any:
		e.array(s, v, &result)
	case string:
		result.ok = result.ok && e.text(s, v)
	case json.Number:
		result.ok = result.ok && e.number(s, string(v))
	}
	e.dynamic(s, v, &result)
	e.combine(s, v, &result)
	return result
}

func (e *evaluation) isType(s *jsonschema.Schema, v any) bool {
	if s.Types == nil || s.Types.IsEmpty() {
		return true
	}
	var name string
	switch v := v.(type) {
	case nil:
		name = "null"
	case bool:
		name = "boolean"
	case string:
		name = "string"
	case []any:
		name = "array"
	case map[string]any:
		name = "object"
	case json.Number:
		if hasType(s.Types, "integer") && e.step(len(v)/8) && isWhole(string(v)) {
			return true
		}
		name = "number"
	}
	return hasType(s.Types, name)
}

func hasType(set *jsonschema.Types, name string) bool {
	var one jsonschema.Types
	one.Add(name)
	return *set&one != 0
}

func isWhole(number string) bool {
	if !strings.ContainsAny(number, ".eE") {
		return true
	}
	r, ok := new(big.Rat).SetString(number)
	return ok && r.IsInt()
}

func (e *evaluation) isListed(s *jsonschema.Schema, v any) bool {
	if s.Const != nil && !e.equal(v, *s.Const) {
		return false
	}
	if s.Enum == nil {
		return true
	}
	for _, item := range s.Enum.Values {
		if e.equal(v, item) {
			return true
		}
	}
	return false
}

func (e *evaluation) equal(a, b any) bool {
	if !e.step(1) {
		return false
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, v := range a {
			other, ok := b[name]
			if !ok || !e.equal(v, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !e.equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case string:
		b, ok := b.(string)
		return ok && len(a) == len(b) && e.step(len(a)/64) && a == b
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || e.compare(string(a), ratOf(string(b))) == 0)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

func ratOf(number string) *big.Rat {
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// compare compares numbers exactly.
func (e *evaluation) compare(number string, limit *big.Rat) int {
	e.step(4 + len(number)/8)
	return ratOf(number).Cmp(limit)
}

func (e *evaluation) number(s *jsonschema.Schema, number string) bool {
	switch {
	case s.Minimum != nil && e.compare(number, s.Minimum) < 0,
		s.Maximum != nil && e.compare(number, s.Maximum) > 0,
		s.ExclusiveMinimum != nil && e.compare(number, s.ExclusiveMinimum) <= 0,
		s.ExclusiveMaximum != nil && e.compare(number, s.ExclusiveMaximum) >= 0:
		return false
	case s.MultipleOf != nil:
		return e.step(8+len(number)/4) && new(big.Rat).Quo(ratOf(number), s.MultipleOf).IsInt()
	}
	return true
}

func (e *evaluation) text(s *jsonschema.Schema, text string) bool {
	if s.MinLength != nil || s.MaxLength != nil {
		n := utf8.RuneCountInString(text)
		if !e.step(len(text)/64) || s.MinLength != nil && n < *s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
			return false
		}
	}
	return s.Pattern == nil || e.match(s.Pattern, text)
}

// match runs a pattern, whose time is that of its program for each character.
func (e *evaluation) match(p jsonschema.Regexp, text string) bool {
	cost := 1
	if p, ok := p.(*boundPattern); ok {
		cost += p.steps * len(text) / 64
	}
	return e.step(cost) && p.MatchString(text)
}
