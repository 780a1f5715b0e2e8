package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// A rowFilter says whether a row, as a JSON object, is wanted.
type rowFilter func(row map[string]any) bool

// Limits of a filter, which is asked for every row.
const (
	maxFilter      = 64 << 10 // bytes
	maxFilterDepth = 10
	maxFilterTests = 500 // of a value; a list of texts and numbers is one
)

// readFilter reads a filter like those of MongoDB; nothing wants every row.
func readFilter(raw json.RawMessage) (rowFilter, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return func(map[string]any) bool { return true }, nil
	}
	if len(raw) > maxFilter {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "filter has %d bytes; give at most %d, in several calls", len(raw), maxFilter)
	}
	var f map[string]any
	if json.Unmarshal(raw, &f) != nil {
		return nil, badTable("filter is not an object; give one such as {\"name\": {\"$eq\": \"Ada\"}}")
	}
	return new(filterReader).allOf(f, 0)
}

// filterReader reads one filter.
type filterReader struct{ tests int }

// count counts tests.
func (r *filterReader) count(n int) error {
	if r.tests += n; r.tests > maxFilterTests {
		return platform.Errorf(platform.TypeLimitExceeded, "filter tests a row more than %d times; make it simpler", maxFilterTests)
	}
	return nil
}

func (r *filterReader) allOf(f map[string]any, depth int) (rowFilter, error) {
	if depth > maxFilterDepth {
		return nil, badTable("filter is nested more than %d deep; make it flat", maxFilterDepth)
	}
	var list []rowFilter
	for _, name := range slices.Sorted(maps.Keys(f)) {
		var one rowFilter
		var err error
		if strings.HasPrefix(name, "$") {
			one, err = r.combine(name, f[name], depth)
		} else {
			one, err = r.onColumn(name, f[name], depth)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return func(row map[string]any) bool {
		return !slices.ContainsFunc(list, func(one rowFilter) bool { return !one(row) })
	}, nil
}

// combine reads $and, $or, $nor and $not.
func (r *filterReader) combine(name string, value any, depth int) (rowFilter, error) {
	parts, ok := value.([]any)
	if part, is := value.(map[string]any); is && name == "$not" {
		parts, ok = []any{part}, true
	}
	if !ok || !slices.Contains([]string{"$and", "$or", "$nor", "$not"}, name) {
		return nil, badTable("filter: %.40q is not understood here; give $and, $or, $nor or $not with filters", name)
	}
	var list []rowFilter
	for _, part := range parts {
		object, ok := part.(map[string]any)
		if !ok {
			return nil, badTable("filter: %s takes filters, which are objects", name)
		}
		one, err := r.allOf(object, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return func(row map[string]any) bool {
		if name == "$and" {
			return !slices.ContainsFunc(list, func(one rowFilter) bool { return !one(row) })
		}
		return slices.ContainsFunc(list, func(one rowFilter) bool { return one(row) }) == (name == "$or")
	}, nil
}

// onColumn reads a value to be equal to, or an object of operators.
func (r *filterReader) onColumn(name string, value any, depth int) (rowFilter, error) {
	ops, ok := value.(map[string]any)
	if !ok || len(ops) == 0 || !slices.ContainsFunc(slices.Collect(maps.Keys(ops)), func(k string) bool { return strings.HasPrefix(k, "$") }) {
		ops = map[string]any{"$eq": value}
	}
	test, err := r.operators(name, ops, depth)
	if err != nil {
		return nil, err
	}
	return func(row map[string]any) bool { return test(at(row, name)) }, nil
}

func (r *filterReader) operators(name string, ops map[string]any, depth int) (func(any) bool, error) {
	if depth > maxFilterDepth {
		return nil, badTable("filter is nested more than %d deep; make it flat", maxFilterDepth)
	}
	var list []func(any) bool
	for _, op := range slices.Sorted(maps.Keys(ops)) {
		one, err := r.operator(name, op, ops, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return func(v any) bool {
		return !slices.ContainsFunc(list, func(one func(any) bool) bool { return !one(v) })
	}, nil
}

func (r *filterReader) operator(name, op string, ops map[string]any, depth int) (func(any) bool, error) {
	want := ops[op]
	many, isList := want.([]any)
	if err := r.count(1); err != nil {
		return nil, err
	}
	switch op {
	case "$eq":
		return func(v any) bool { return same(v, want) }, nil
	case "$ne":
		return func(v any) bool { return !same(v, want) }, nil
	case "$gt", "$gte", "$lt", "$lte":
		return func(v any) bool { return ordered(op, v, want) }, nil
	case "$in", "$nin":
		if isList {
			among, err := r.amongst(many)
			return func(v any) bool { return among(v) == (op == "$in") }, err
		}
	case "$exists":
		if there, ok := want.(bool); ok {
			return func(v any) bool { return (v != nil) == there }, nil
		}
	case "$not":
		if inner, ok := want.(map[string]any); ok {
			test, err := r.operators(name, inner, depth+1)
			return func(v any) bool { return !test(v) }, err
		}
	case "$options":
		if _, ok := ops["$regex"]; ok {
			return func(any) bool { return true }, nil
		}
	case "$regex":
		return pattern(name, want, ops["$options"])
	}
	return nil, badTable("filter.%s: %.40q with this value is not understood here; give $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $regex or $not", name, op)
}

func pattern(name string, want, options any) (func(any) bool, error) {
	text, ok := want.(string)
	if flags, has := options.(string); has && strings.Trim(flags, "ims") == "" && flags != "" {
		text = "(?" + flags + ")" + text
	}
	if !ok {
		return nil, badTable("filter.%s.$regex is not a text", name)
	}
	re, err := compilePattern(text)
	if err != nil {
		return nil, badTable("filter.%s.$regex is not a pattern that is understood: %v", name, err)
	}
	return func(v any) bool {
		s, ok := v.(string)
		return ok && re.MatchString(s)
	}, nil
}

// at is the value of a column, or within it after dots.
func at(row map[string]any, name string) any {
	if v, ok := row[name]; ok {
		return v
	}
	first, rest, dotted := strings.Cut(name, ".")
	if inner, ok := row[first].(map[string]any); ok && dotted {
		return at(inner, rest)
	}
	return nil
}

// amongst tells whether a value, or one in it when it is a list, is one of many.
func (r *filterReader) amongst(many []any) (func(any) bool, error) {
	plain, others := map[any]bool{}, []any{}
	for _, want := range many {
		switch want.(type) {
		case map[string]any, []any:
			others = append(others, want)
		default:
			plain[want] = true
		}
	}
	is := func(v any) bool {
		switch v.(type) {
		case map[string]any, []any:
			return slices.ContainsFunc(others, func(want any) bool { return reflect.DeepEqual(v, want) })
		}
		return plain[v]
	}
	return func(v any) bool {
		list, ok := v.([]any)
		return is(v) || ok && slices.ContainsFunc(list, is)
	}, r.count(len(others))
}

// same reports whether a value is another, or a list that has it.
func same(v, want any) bool {
	if reflect.DeepEqual(v, want) {
		return true
	}
	list, ok := v.([]any)
	return ok && slices.ContainsFunc(list, func(one any) bool { return reflect.DeepEqual(one, want) })
}

func ordered(op string, v, want any) bool {
	n, ok := compare(v, want)
	switch op {
	case "$gt":
		return ok && n > 0
	case "$gte":
		return ok && n >= 0
	case "$lt":
		return ok && n < 0
	}
	return ok && n <= 0
}

// compare compares two values of one kind.
func compare(a, b any) (int, bool) {
	switch x := a.(type) {
	case float64:
		y, ok := b.(float64)
		return cmp.Compare(x, y), ok
	case string:
		y, ok := b.(string)
		return cmp.Compare(x, y), ok
	case bool:
		y, ok := b.(bool)
		if x == y {
			return 0, ok
		}
		return map[bool]int{true: 1, false: -1}[x], ok
	}
	return 0, false
}
