package platformhttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/bellhop-dev/bellhop/platform"
)

// Binding knows how the members of operations' inputs stand in paths, queries
// and bodies. Both ends of HTTP use it. The zero value is ready; it is safe
// for concurrent use and learns each input type once.
type Binding struct {
	plans sync.Map // reflect.Type -> *plan
}

type plan struct {
	path, query []member
	body        bool // some member is in the body
}

type member struct {
	name  string
	index []int
}

func (b *Binding) plan(t reflect.Type) *plan {
	if p, ok := b.plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		if name, ok := f.Tag.Lookup("path"); ok {
			p.path = append(p.path, member{name, f.Index})
		} else if name, ok := f.Tag.Lookup("query"); ok {
			p.query = append(p.query, member{name, f.Index})
		} else {
			p.body = true
		}
	}
	b.plans.Store(t, p)
	return p
}

// HasBody reports whether inputs of the operation have members in the body.
func (b *Binding) HasBody(op *platform.Operation) bool { return b.plan(op.In).body }

// Encode returns the escaped path and the query of a call with the input,
// which is a pointer to a struct of the operation's type.
func (b *Binding) Encode(op *platform.Operation, in any) (path string, query url.Values, err error) {
	v := reflect.ValueOf(in).Elem()
	p := b.plan(op.In)
	path = op.Path
	for _, m := range p.path {
		value := v.FieldByIndex(m.index).String()
		if value == "" {
			return "", nil, platform.Errorf(platform.TypeInvalidPayload, "%s of %s is empty; give the %s", m.name, op.Name, m.name)
		}
		path = strings.Replace(path, "{"+m.name+"}", url.PathEscape(value), 1)
	}
	query = url.Values{}
	for _, m := range p.query {
		f := v.FieldByIndex(m.index)
		if f.IsZero() {
			continue
		}
		if q, ok := f.Interface().(platform.QueryEncoder); ok {
			q.EncodeQuery(m.name, query)
			continue
		}
		switch f.Kind() {
		case reflect.Map:
			for it := f.MapRange(); it.Next(); {
				query.Set(m.name+"."+it.Key().String(), it.Value().String())
			}
		case reflect.Slice:
			for i := range f.Len() {
				query.Add(m.name, text(f.Index(i)))
			}
		case reflect.Pointer:
			query.Set(m.name, text(f.Elem()))
		default:
			query.Set(m.name, text(f))
		}
	}
	return path, query, nil
}

func text(v reflect.Value) string {
	if t, ok := v.Interface().(platform.Time); ok {
		return t.String()
	}
	return fmt.Sprint(v.Interface())
}

// DecodePath fills the members of in that stand in the path; value returns
// the unescaped part of a name.
func (b *Binding) DecodePath(op *platform.Operation, value func(name string) string, in any) {
	v := reflect.ValueOf(in).Elem()
	for _, m := range b.plan(op.In).path {
		v.FieldByIndex(m.index).SetString(value(m.name))
	}
}

// DecodeQuery fills the members of in that stand in the query. Unknown names
// are ignored; a value that does not fit is an InvalidQuery that names it.
func (b *Binding) DecodeQuery(op *platform.Operation, query url.Values, in any) error {
	v := reflect.ValueOf(in).Elem()
	for _, m := range b.plan(op.In).query {
		f := v.FieldByIndex(m.index)
		if q, ok := f.Addr().Interface().(platform.QueryDecoder); ok {
			if err := q.DecodeQuery(m.name, query); err != nil {
				return platform.Errorf(platform.TypeInvalidQuery, "query parameter %s: %v", m.name, err)
			}
			continue
		}
		if f.Kind() == reflect.Map {
			decodeMap(m.name, query, f)
			continue
		}
		values, ok := query[m.name]
		if !ok || len(values) == 0 {
			continue
		}
		if f.Kind() == reflect.Slice {
			for _, s := range values {
				f.Set(reflect.Append(f, reflect.ValueOf(s)))
			}
			continue
		}
		if err := set(f, values[0]); err != nil {
			return platform.Errorf(platform.TypeInvalidQuery, "query parameter %s: %v", m.name, err)
		}
	}
	return nil
}

// decodeMap reads name.key=value, name[key]=value and name=<JSON object>; a
// key is everything after the first dot.
func decodeMap(name string, query url.Values, f reflect.Value) {
	put := func(key, value string) {
		if f.IsNil() {
			f.Set(reflect.MakeMap(f.Type()))
		}
		f.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
	}
	for key, values := range query {
		if len(values) == 0 {
			continue
		}
		if rest, ok := strings.CutPrefix(key, name+"."); ok {
			if unescaped, err := url.QueryUnescape(rest); err == nil && strings.Contains(rest, "%") {
				rest = unescaped // some clients escape the key once more
			}
			put(rest, values[0])
		} else if rest, ok := strings.CutPrefix(key, name+"["); ok {
			put(strings.TrimSuffix(rest, "]"), values[0])
		} else if key == name {
			var m map[string]string
			if json.Unmarshal([]byte(values[0]), &m) == nil {
				for k, v := range m {
					put(k, v)
				}
			}
		}
	}
}

func set(f reflect.Value, s string) error {
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		return set(f.Elem(), s)
	}
	if t, ok := f.Addr().Interface().(*platform.Time); ok {
		return t.UnmarshalText([]byte(s))
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString(s)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fmt.Errorf("%.40q is not a whole number", s)
		}
		f.SetInt(n)
	case reflect.Bool:
		n, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%.40q is not true or false", s)
		}
		f.SetBool(n)
	default:
		return fmt.Errorf("it cannot be given in a query")
	}
	return nil
}

// BodyError words a failure to decode a body for its sender: it names the
// field, what is wrong and the remedy.
func BodyError(err error) *platform.Error {
	if e, ok := errors.AsType[*platform.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := e.Field
		if field == "" {
			field = "the body"
		}
		return platform.Errorf(platform.TypeInvalidPayload, "%s: expected %s, got %s", field, jsonType(e.Type), e.Value)
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return platform.Errorf(platform.TypeInvalidPayload, "the body is not valid JSON at byte %d; send one JSON object", e.Offset)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return platform.Errorf(platform.TypeInvalidPayload, "the body ends before its JSON does; send one whole JSON object")
	}
	return platform.Errorf(platform.TypeInvalidPayload, "the body cannot be read: %v", err)
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "a number"
}
