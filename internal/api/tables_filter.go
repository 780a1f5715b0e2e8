package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A rowFilter says whether a row, as a JSON object, is wanted.
type rowFilter func(row map[string]any) bool

const maxFilterDepth = 10

// readFilter reads a filter like those of MongoDB; nothing wants every row.
func readFilter(raw json.RawMessage) (rowFilter, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return func(map[string]any) bool { return true }, nil
	}
	var f map[string]any
	if json.Unmarshal(raw, &f) != nil {
		return nil, badTable("filter is not an object; give one such as {\"name\": {\"$eq\": \"Ada\"}}")
	}
	return allOf(f, 0)
}

func allOf(f map[string]any, depth int) (rowFilter, error) {
	if depth > maxFilterDepth {
		return nil, badTable("filter is nested more than %d deep; make it flat", maxFilterDepth)
	}
	var list []rowFilter
	for _, name := range slices.Sorted(maps.Keys(f)) {
		var one rowFilter
		var err error
		if strings.HasPrefix(name, "$") {
			one, err = combine(name, f[name], depth)
		} else {
			one, err = onColumn(name, f[name], depth)
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
func combine(name string, value any, depth int) (rowFilter, error) {
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
		one, err := allOf(object, depth+1)
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
func onColumn(name string, value any, depth int) (rowFilter, error) {
	ops, ok := value.(map[string]any)
	if !ok || len(ops) == 0 || !slices.ContainsFunc(slices.Collect(maps.Keys(ops)), func(k string) bool { return strings.HasPrefix(k, "$") }) {
		ops = map[string]any{"$eq": value}
	}
	test, err := operators(name, ops, depth)
	if err != nil {
		return nil, err
	}
	return func(row map[string]any) bool { return test(at(row, name)) }, nil
}

func operators(name string, ops map[string]any, depth int) (func(any) bool, error) {
	if depth > maxFilterDepth {
		return nil, badTable("filter is nested more than %d deep; make it flat", maxFilterDepth)
	}
	var list []func(any) bool
	for _, op := range slices.Sorted(maps.Keys(ops)) {
		one, err := operator(name, op, ops, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return func(v any) bool {
		return !slices.ContainsFunc(list, func(one func(any) bool) bool { return !one(v) })
	}, nil
}

func operator(name, op string, ops map[string]any, depth int) (func(any) bool, error) {
	want := ops[op]
	many, isList := want.([]any)
	switch op {
	case "$eq":
		return func(v any) bool { return same(v, want) }, nil
	case "$ne":
		return func(v any) bool { return !same(v, want) }, nil
	case "$gt", "$gte", "$lt", "$lte":
		return func(v any) bool { return ordered(op, v, want) }, nil
	case "$in", "$nin":
		if isList {
			return func(v any) bool {
				return slices.ContainsFunc(many, func(w any) bool { return same(v, w) }) == (op == "$in")
			}, nil
		}
	case "$exists":
		if there, ok := want.(bool); ok {
			return func(v any) bool { return (v != nil) == there }, nil
		}
	case "$not":
		if inner, ok := want.(map[string]any); ok {
			test, err := operators(name, inner, depth+1)
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
	re, err := regexp.Compile(text)
	if !ok || err != nil || len(text) > 1000 {
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
