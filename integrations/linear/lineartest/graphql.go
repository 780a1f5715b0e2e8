package lineartest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// maxPoints is the most that one query may cost.
const maxPoints = 10_000

// request is one query that is being answered.
type request struct {
	*Fake
	access *access
	vars   map[string]any
}

func (f *Fake) graphql(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	raw, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	var in struct {
		Query     string         `json:"query"`
		Name      string         `json:"operationName"`
		Variables map[string]any `json:"variables"`
	}
	if err != nil || json.Unmarshal(raw, &in) != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		(&problem{400, "BAD_REQUEST", "graphql error", "POST body is missing, invalid, or has an incorrect content type."}).write(w)
		return
	}
	variables, _ := json.Marshal(in.Variables)
	call := Call{Path: r.URL.Path, Query: in.Query, Variables: variables}
	data, p := f.answer(w, r.Header.Get("Authorization"), in.Query, in.Name, in.Variables, &call)
	if p != nil {
		call.Refused = p.code
	}
	f.calls = append(f.calls, call)
	if p != nil {
		p.write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(object{"data": data})
}

func (f *Fake) answer(w http.ResponseWriter, header, query, name string, variables map[string]any, call *Call) (object, *problem) {
	doc, errs := gqlparser.LoadQueryWithRules(f.schema, query, nil)
	if errs != nil {
		return nil, &problem{400, "GRAPHQL_VALIDATION_FAILED", "graphql error", errs.Error()}
	}
	op := doc.Operations.ForName(name)
	if op == nil {
		return nil, &problem{400, "GRAPHQL_VALIDATION_FAILED", "graphql error", "Unknown operation named \"" + name + "\"."}
	}
	call.Operation = op.Name
	vars, err := validator.VariableValues(f.schema, op, variables)
	if err != nil {
		return nil, &problem{400, "GRAPHQL_VALIDATION_FAILED", "graphql error", err.Error()}
	}
	a, p := f.authorized(header)
	if p != nil {
		return nil, p
	}
	rq := &request{Fake: f, access: a, vars: vars}
	cost := int(rq.points(op.SelectionSet) + 0.999)
	w.Header().Set("X-Complexity", strconv.Itoa(cost))
	if cost > maxPoints {
		return nil, &problem{400, "INPUT_ERROR", "invalid input", "Query too complex: " + strconv.Itoa(cost) + " points, at most 10000."}
	}
	root := f.schema.Query
	if op.Operation == ast.Mutation {
		root = f.schema.Mutation
	}
	out := object{}
	for _, field := range fields(op.SelectionSet) {
		value, p := rq.resolve(field)
		if p != nil {
			return nil, p
		}
		if out[field.Alias], p = rq.project(field, root.Fields.ForName(field.Name).Type, value); p != nil {
			return nil, p
		}
	}
	return out, nil
}

// fields are the fields of a selection with those of its fragments. All types
// that are selected here are known, so that no condition is left out.
func fields(set ast.SelectionSet) []*ast.Field {
	var all []*ast.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			all = append(all, s)
		case *ast.FragmentSpread:
			all = append(all, fields(s.Definition.SelectionSet)...)
		case *ast.InlineFragment:
			all = append(all, fields(s.SelectionSet)...)
		}
	}
	return all
}

// points is what the selection costs: a tenth a field, one an object, and what
// is in a page as often as the page is long.
func (rq *request) points(set ast.SelectionSet) float64 {
	var sum float64
	for _, f := range fields(set) {
		if len(f.SelectionSet) == 0 {
			sum += 0.1
			continue
		}
		inner := 1 + rq.points(f.SelectionSet)
		if f.Definition != nil && f.Definition.Arguments.ForName("first") != nil {
			inner *= float64(rq.first(f))
		}
		sum += inner
	}
	return sum
}

func (rq *request) args(f *ast.Field) map[string]any { return f.ArgumentMap(rq.vars) }

func (rq *request) first(f *ast.Field) int {
	switch n := rq.args(f)["first"].(type) {
	case int64:
		return int(n)
	case int:
		return n
	case float64:
		return int(n)
	case json.Number:
		i, _ := n.Int64()
		return int(i)
	}
	return 50
}

// project cuts a value down to what is asked for.
func (rq *request) project(f *ast.Field, t *ast.Type, v any) (any, *problem) {
	v = fill(rq.schema, t, v)
	if v == nil || len(f.SelectionSet) == 0 {
		return v, nil
	}
	if t.Elem != nil {
		list, _ := v.([]any)
		out := make([]any, len(list))
		for i, item := range list {
			var p *problem
			if out[i], p = rq.project(f, t.Elem, item); p != nil {
				return nil, p
			}
		}
		return out, nil
	}
	o, ok := v.(object)
	if !ok {
		return nil, &problem{500, "INTERNAL_SERVER_ERROR", "internal error", "the stand-in has no " + t.NamedType + " for " + f.Name}
	}
	def := rq.schema.Types[t.NamedType]
	if named, ok := o["__typename"].(string); ok && rq.schema.Types[named] != nil {
		def = rq.schema.Types[named]
	}
	out := object{}
	for _, inner := range fields(f.SelectionSet) {
		if inner.Name == "__typename" {
			out[inner.Alias] = def.Name
			continue
		}
		fd := def.Fields.ForName(inner.Name)
		if fd == nil {
			continue // of another member of a union
		}
		value := o[inner.Name]
		if lazy, ok := value.(func(*request, *ast.Field) any); ok {
			value = lazy(rq, inner)
		}
		if value == nil && strings.HasSuffix(fd.Type.NamedType, "Connection") {
			value = rq.paged(inner, nil)
		}
		projected, p := rq.project(inner, fd.Type, value)
		if p != nil {
			return nil, p
		}
		if before, ok := out[inner.Alias].(object); ok { // selected twice: the selections add up
			if more, ok := projected.(object); ok {
				for k, v := range before {
					if _, ok := more[k]; !ok {
						more[k] = v
					}
				}
			}
		}
		out[inner.Alias] = projected
	}
	return out, nil
}
