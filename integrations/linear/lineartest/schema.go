package lineartest

import (
	"fmt"
	"os"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// newer is what the official client of version 98 asks for and the published
// text does not have yet. Our own documents use none of it.
const newer = `extend type Team {
  viewerMembership: TeamMembership
  viewerCanJoin: Boolean!
  viewerCanLeave: Boolean!
}`

// loadSchema reads Linear's published schema, with what is newer.
func loadSchema(file string) (*ast.Schema, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: file, Input: string(raw)}, &ast.Source{Name: "newer", Input: newer})
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	return s, nil
}

// object is something at Linear: its fields by their names in the schema.
type object = map[string]any

// fill returns the value of a field of the type: what is given, or, where the
// schema promises one and there is none, an empty one of its kind.
func fill(s *ast.Schema, t *ast.Type, given any) any {
	if given != nil || !t.NonNull {
		return given
	}
	if t.Elem != nil {
		return []any{}
	}
	def := s.Types[t.NamedType]
	switch {
	case def == nil:
		return nil
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.Object:
		return object{}
	case def.Kind != ast.Scalar:
		return nil
	}
	switch def.Name {
	case "Int", "Float":
		return 0
	case "Boolean":
		return false
	case "DateTime", "DateTimeOrDuration":
		return "2026-01-02T03:04:05.678Z"
	case "JSON", "JSONObject":
		return object{}
	}
	return ""
}

// check completes data as the type promises it, and refuses fields that the
// type does not have or that are not of their kind.
func check(s *ast.Schema, typ string, data object) (object, error) {
	def := s.Types[typ]
	if def == nil {
		return nil, fmt.Errorf("the schema has no type %s", typ)
	}
	out := object{}
	for name := range data {
		if def.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("%s has no field %s", typ, name)
		}
	}
	for _, f := range def.Fields {
		v, err := checkValue(s, f.Type, fill(s, f.Type, data[f.Name]))
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", typ, f.Name, err)
		}
		if v != nil {
			out[f.Name] = v
		}
	}
	return out, nil
}

func checkValue(s *ast.Schema, t *ast.Type, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if t.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			return nil, fmt.Errorf("%T is no list", v)
		}
		out := make([]any, len(list))
		for i, item := range list {
			var err error
			if out[i], err = checkValue(s, t.Elem, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	ok := true
	switch def := s.Types[t.NamedType]; {
	case def.Kind == ast.Object:
		o, isObject := v.(object)
		if !isObject {
			return nil, fmt.Errorf("%T is no %s", v, def.Name)
		}
		return check(s, def.Name, o)
	case def.Name == "String" || def.Name == "DateTime" || def.Name == "ID":
		_, ok = v.(string)
	case def.Name == "Boolean":
		_, ok = v.(bool)
	case def.Name == "Float" || def.Name == "Int":
		switch v.(type) {
		case int, int64, float64:
		default:
			ok = false
		}
	}
	if !ok {
		return nil, fmt.Errorf("%T is no %s", v, t.NamedType)
	}
	return v, nil
}
