package vrl

import (
	"maps"
	"math"
	"strconv"
)

// typeOf names the type of a value for a person.
func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a float"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a value of another kind"
}

// equal compares values; whole and other numbers are alike at the top only,
// as in the reference engine.
func equal(a, b any) bool {
	_, okA := number(a)
	_, okB := number(b)
	if okA && okB {
		order, _ := compareNumbers(a, b)
		return order == 0
	}
	return same(a, b)
}

func same(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, same)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// mergeObjects returns the members of both, of right where both have one.
func mergeObjects(r *run, at position, left, right any) (any, error) {
	a, okA := left.(map[string]any)
	b, okB := right.(map[string]any)
	if !okA || !okB {
		return nil, faultf(at, "| merges objects, not %s and %s", typeOf(left), typeOf(right))
	}
	if err := r.charge(at, slot*(len(a)+len(b))); err != nil {
		return nil, err
	}
	made := maps.Clone(a)
	if made == nil {
		made = map[string]any{}
	}
	maps.Copy(made, b)
	return made, nil
}

// plainFloat writes a float without an exponent and without a needless point.
func plainFloat(f float64) string {
	if math.IsInf(f, 0) {
		if f > 0 {
			return "inf"
		}
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
