package lineartest

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxPage is the longest page.
const maxPage = 250

// paged is the page of the nodes that a field asks for.
func (rq *request) paged(f *ast.Field, nodes []object) any {
	args := rq.args(f)
	start := 0
	if after, ok := args["after"].(string); ok {
		raw, _ := base64.RawURLEncoding.DecodeString(after)
		n, err := strconv.Atoi(strings.TrimPrefix(string(raw), "at "))
		if err != nil {
			return object{"nodes": []any{}, "edges": []any{}, "pageInfo": object{}}
		}
		start = n
	}
	end := min(len(nodes), start+min(rq.first(f), maxPage))
	start = min(start, end)
	cursor := func(i int) string { return base64.RawURLEncoding.EncodeToString([]byte("at " + strconv.Itoa(i))) }
	list, edges := []any{}, []any{}
	for i, n := range nodes[start:end] {
		list = append(list, n)
		edges = append(edges, object{"node": n, "cursor": cursor(start + i + 1)})
	}
	info := object{"hasNextPage": end < len(nodes), "hasPreviousPage": start > 0}
	if len(list) > 0 {
		info["endCursor"], info["startCursor"] = cursor(end), cursor(start+1)
	}
	return object{"nodes": list, "edges": edges, "pageInfo": info}
}

// filtered are the nodes that the field's filter lets through.
func (rq *request) filtered(f *ast.Field, nodes []object) []object {
	args := rq.args(f)
	filter, _ := args["filter"].(map[string]any)
	archived, _ := args["includeArchived"].(bool)
	var out []object
	for _, n := range nodes {
		if (n["archivedAt"] == nil || archived) && matches(filter, n) {
			out = append(out, n)
		}
	}
	return out
}

// matches reports whether the object is what the filter asks for.
func matches(filter map[string]any, o object) bool {
	for name, want := range filter {
		switch name {
		case "and", "or":
			list, _ := want.([]any)
			some, every := false, true
			for _, one := range list {
				inner, _ := one.(map[string]any)
				ok := matches(inner, o)
				some, every = some || ok, every && ok
			}
			if name == "or" && !some || name == "and" && !every {
				return false
			}
			continue
		}
		inner, _ := want.(map[string]any)
		if nested, ok := o[name].(object); ok {
			if null, ok := inner["null"].(bool); ok && null {
				return false
			}
			if !matches(without(inner, "null"), nested) {
				return false
			}
			continue
		}
		if !compares(inner, o[name]) {
			return false
		}
	}
	return true
}

func without(o map[string]any, name string) map[string]any {
	out := map[string]any{}
	for k, v := range o {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// compares reports whether the value is what the comparator asks for.
func compares(c map[string]any, v any) bool {
	text, _ := v.(string)
	for op, want := range c {
		words, _ := want.(string)
		ok := false
		switch op {
		case "eq":
			ok = same(v, want)
		case "in":
			list, _ := want.([]any)
			for _, one := range list {
				ok = ok || same(v, one)
			}
		case "eqIgnoreCase":
			ok = strings.EqualFold(text, words)
		case "contains":
			ok = strings.Contains(text, words)
		case "containsIgnoreCase":
			ok = strings.Contains(strings.ToLower(text), strings.ToLower(words))
		case "gte", "gt":
			ok = text >= words
		case "null":
			ok = (v == nil) == want
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return v != nil || c["null"] != nil
}

func same(a, b any) bool {
	number := func(v any) (float64, bool) {
		r := reflect.ValueOf(v)
		switch {
		case !r.IsValid():
			return 0, false
		case r.CanInt():
			return float64(r.Int()), true
		case r.CanFloat():
			return r.Float(), true
		}
		return 0, false
	}
	x, okX := number(a)
	y, okY := number(b)
	if okX || okY {
		return okX && okY && x == y
	}
	return a == b
}
