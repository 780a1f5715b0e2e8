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
func (r *run) equal(at position, a, b any) (bool, error) {
	_, okA := number(a)
	_, okB := number(b)
	if okA && okB {
		order, _ := compareNumbers(a, b)
		return order == 0, nil
	}
	return r.same(at, a, b)
}

func (r *run) same(at position, a, b any) (bool, error) {
	if err := r.look(at, slot); err != nil {
		return false, err
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false, nil
		}
		for i := range a {
			if same, err := r.same(at, a[i], b[i]); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false, nil
		}
		for key, v := range a {
			other, ok := b[key]
			if !ok {
				return false, nil
			}
			if same, err := r.same(at, v, other); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	case string:
		if b, ok := b.(string); ok && len(a) == len(b) {
			return a == b, r.look(at, len(a))
		}
		return false, nil
	}
	switch b.(type) {
	case []any, map[string]any:
		return false, nil
	}
	return a == b, nil
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
	for _, v := range [...]any{a, b} {
		if err := r.weigh(at, v, 0); err != nil {
			return nil, err
		}
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
