// Package schema makes JSON Schemas from Go types and validates JSON against
// schemas, with errors that a person can act on: they name the field, what is
// wrong with its value and the remedy, and never show a secret's value.
//
// Schemas may come from strangers: remote references are refused, size and
// depth are bounded, and patterns run on RE2.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Describer is implemented by a type that supplies its own JSON Schema. It is
// called on the zero value.
type Describer interface {
	JSONSchema() json.RawMessage
}

// For returns the JSON Schema of T, which must be a struct, a map with string
// keys, or a Describer.
//
// Members have the names of encoding/json. A member is required unless its tag
// says omitempty or omitzero, or it is a pointer. The field tags title,
// description, format, enum ("a,b"), default, minimum, maximum, minLength,
// maxLength, pattern and secret ("true") become the keywords of those names;
// secret becomes x-zui.secret as in the official SDK. Structs refuse members
// that they do not declare; maps, any and json.RawMessage accept everything.
// A recursive type, or one that JSON cannot hold, is an error that names the
// field.
func For[T any]() (json.RawMessage, error) {
	t := reflect.TypeFor[T]()
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
	default:
		if !t.Implements(reflect.TypeFor[Describer]()) {
			return nil, fmt.Errorf("schema: %s is not a struct or a map", t)
		}
	}
	r := reflector{open: map[reflect.Type]bool{}}
	var b bytes.Buffer
	if err := r.write(&b, t, "", ""); err != nil {
		return nil, fmt.Errorf("schema: %s: %w", t, err)
	}
	return b.Bytes(), nil
}

// MustFor is For for package-level definitions; it panics where For fails.
func MustFor[T any]() json.RawMessage {
	s, err := For[T]()
	if err != nil {
		panic(err)
	}
	return s
}

type reflector struct {
	open map[reflect.Type]bool // structs that are being written
}

// write writes the schema of t with the keywords of extra (",\"k\":v" text).
func (r *reflector) write(b *bytes.Buffer, t reflect.Type, path, extra string) error {
	if raw, ok := described(t); ok {
		if !json.Valid(raw) {
			return fmt.Errorf("%sits JSONSchema is not JSON", at(path))
		}
		body := strings.TrimSpace(string(raw))
		if extra != "" && strings.HasPrefix(body, "{") && strings.TrimSpace(body[1:len(body)-1]) != "" {
			body = body[:len(body)-1] + extra + "}"
		}
		b.WriteString(body)
		return nil
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		b.WriteString(`{"type":"string","format":"date-time"` + extra + "}")
		return nil
	case reflect.TypeFor[json.RawMessage]():
		b.WriteString("{" + strings.TrimPrefix(extra, ",") + "}")
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return r.write(b, t.Elem(), path, extra)
	case reflect.Interface:
		b.WriteString("{" + strings.TrimPrefix(extra, ",") + "}")
	case reflect.String:
		b.WriteString(`{"type":"string"` + extra + "}")
	case reflect.Bool:
		b.WriteString(`{"type":"boolean"` + extra + "}")
	case reflect.Float32, reflect.Float64:
		b.WriteString(`{"type":"number"` + extra + "}")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		b.WriteString(`{"type":"integer"` + extra + "}")
	case reflect.Slice, reflect.Array:
		return r.list(b, t, path, extra)
	case reflect.Map:
		return r.dictionary(b, t, path, extra)
	case reflect.Struct:
		return r.object(b, t, path, extra)
	default:
		return fmt.Errorf("%s%s cannot be held in JSON", at(path), t)
	}
	return nil
}

func (r *reflector) list(b *bytes.Buffer, t reflect.Type, path, extra string) error {
	if t.Elem().Kind() == reflect.Uint8 {
		b.WriteString(`{"type":"string","contentEncoding":"base64"` + extra + "}")
		return nil
	}
	b.WriteString(`{"type":"array","items":`)
	if err := r.write(b, t.Elem(), path+"[]", ""); err != nil {
		return err
	}
	b.WriteString(extra + "}")
	return nil
}

func (r *reflector) dictionary(b *bytes.Buffer, t reflect.Type, path, extra string) error {
	if t.Key().Kind() != reflect.String {
		return fmt.Errorf("%sa map needs string keys, not %s", at(path), t.Key())
	}
	b.WriteString(`{"type":"object","additionalProperties":`)
	if err := r.write(b, t.Elem(), path+".*", ""); err != nil {
		return err
	}
	b.WriteString(extra + "}")
	return nil
}

func (r *reflector) object(b *bytes.Buffer, t reflect.Type, path, extra string) error {
	if r.open[t] {
		return fmt.Errorf("%s%s contains itself; give the type a JSONSchema method", at(path), t)
	}
	r.open[t] = true
	defer delete(r.open, t)
	var required []string
	b.WriteString(`{"type":"object","properties":{`)
	first := true
	if err := r.members(b, t, path, &required, &first); err != nil {
		return err
	}
	b.WriteString("}")
	if len(required) > 0 {
		names, _ := json.Marshal(required)
		b.WriteString(`,"required":` + string(names))
	}
	b.WriteString(`,"additionalProperties":false` + extra + "}")
	return nil
}

func (r *reflector) members(b *bytes.Buffer, t reflect.Type, path string, required *[]string, first *bool) error {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" && options == "" {
			continue
		}
		if f.Anonymous && name == "" {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				if err := r.members(b, inner, path, required, first); err != nil {
					return err
				}
				continue
			}
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		inner := strings.TrimPrefix(path+"."+name, ".")
		extra, err := keywords(f)
		if err != nil {
			return fmt.Errorf("%s%w", at(inner), err)
		}
		if !*first {
			b.WriteByte(',')
		}
		*first = false
		b.WriteString(strconv.Quote(name) + ":")
		if err := r.write(b, f.Type, inner, extra); err != nil {
			return err
		}
		if f.Type.Kind() != reflect.Pointer && !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			*required = append(*required, name)
		}
	}
	return nil
}

// keywords turns a field's tags into schema text.
func keywords(f reflect.StructField) (string, error) {
	var b strings.Builder
	put := func(key string, v any) {
		text, _ := json.Marshal(v) // strings, numbers and booleans always encode
		b.WriteString("," + strconv.Quote(key) + ":" + string(text))
	}
	for _, key := range [...]string{"title", "description", "format", "pattern"} {
		if v, ok := f.Tag.Lookup(key); ok {
			put(key, v)
		}
	}
	for _, key := range [...]string{"minimum", "maximum", "minLength", "maxLength"} {
		v, ok := f.Tag.Lookup(key)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return "", fmt.Errorf("the tag %s:%q is not a number", key, v)
		}
		put(key, n)
	}
	if v, ok := f.Tag.Lookup("enum"); ok {
		put("enum", strings.Split(v, ","))
	}
	if v, ok := f.Tag.Lookup("default"); ok {
		switch f.Type.Kind() {
		case reflect.String:
			put("default", v)
		default:
			if !json.Valid([]byte(v)) {
				return "", fmt.Errorf("the tag default:%q is not JSON", v)
			}
			put("default", json.RawMessage(v))
		}
	}
	if f.Tag.Get("secret") == "true" {
		put("x-zui", map[string]bool{"secret": true})
	}
	return b.String(), nil
}

func described(t reflect.Type) (json.RawMessage, bool) {
	if t.Kind() == reflect.Interface {
		return nil, false
	}
	if t.Implements(reflect.TypeFor[Describer]()) && t.Kind() != reflect.Pointer {
		return reflect.Zero(t).Interface().(Describer).JSONSchema(), true
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[Describer]()) && t.Kind() != reflect.Pointer {
		return reflect.New(t).Interface().(Describer).JSONSchema(), true
	}
	return nil, false
}

func at(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}
