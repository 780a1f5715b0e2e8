package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/platform"
)

// bounds checks the inputs of operations against the tables of limits, in one
// place and before an operation begins, whoever calls and over whatever
// transport. What each operation checks beside may be stricter.
type bounds struct {
	text, json, count map[string]bound
	inputs            map[string]*inspector // by operation
	tooMany           platform.ErrorType    // for the operation that is inspected
}

// inspector checks values of one type at one path. check is nil where nothing
// in the type has a limit.
type inspector struct {
	check func(v reflect.Value, at *location) error
}

// location is the way to a value, which is only written for an error.
type location struct {
	parent *location
	name   string
}

// String writes a location as a.b[2].c.
func (l *location) String() string {
	if l == nil {
		return ""
	}
	outer := l.parent.String()
	if outer == "" || strings.HasPrefix(l.name, "[") {
		return outer + l.name
	}
	return outer + "." + l.name
}

// newBounds makes the inspectors of the operations' inputs.
func newBounds(operations []*platform.Operation) *bounds {
	index := func(table []bound) map[string]bound {
		m := make(map[string]bound, len(table))
		for _, b := range table {
			m[b.field] = b
		}
		return m
	}
	b := &bounds{text: index(textBounds), json: index(jsonBounds), count: index(countBounds), inputs: map[string]*inspector{}}
	for _, op := range operations {
		b.tooMany = platform.TypeLimitExceeded
		if op.Method == http.MethodGet {
			b.tooMany = platform.TypeInvalidQuery
		}
		if check := b.inspect(reflect.TypeOf(op.New()), op.Name, map[reflect.Type]*inspector{}); check != nil {
			b.inputs[op.Name] = check
		}
	}
	return b
}

// check refuses an input that is over a limit. It repairs the texts of JSON
// members, which may come from this process too.
func (b *bounds) check(op *platform.Operation, in any) error {
	if check := b.inputs[op.Name]; check != nil && in != nil {
		return check.check(reflect.ValueOf(in), nil)
	}
	return nil
}

// find returns the row of a path: that of its longest end.
func find(table map[string]bound, path string) bound {
	for {
		if row, ok := table[path]; ok {
			return row
		}
		_, rest, ok := strings.Cut(path, ".")
		if !ok {
			return table[""]
		}
		path = rest
	}
}

var rawType = reflect.TypeFor[[]byte]()

// inspect returns the inspector of a type at a path; nil when nothing in it has
// a limit. A recursive type ends at its second occurrence.
func (b *bounds) inspect(t reflect.Type, path string, open map[reflect.Type]*inspector) *inspector {
	switch t.Kind() {
	case reflect.String:
		return b.inspectText(path)
	case reflect.Pointer:
		inner := b.inspect(t.Elem(), path, open)
		if inner == nil {
			return nil
		}
		return &inspector{func(v reflect.Value, at *location) error {
			if v.IsNil() {
				return nil
			}
			return inner.check(v.Elem(), at)
		}}
	case reflect.Slice:
		if t.ConvertibleTo(rawType) && t.Elem().Kind() == reflect.Uint8 {
			return b.inspectJSON(path)
		}
		return b.inspectList(t, path, open)
	case reflect.Map:
		return b.inspectMap(t, path, open)
	case reflect.Struct:
		if known, ok := open[t]; ok {
			return known
		}
		return b.inspectStruct(t, path, open)
	}
	return nil
}

func (b *bounds) inspectText(path string) *inspector {
	row := find(b.text, path)
	return &inspector{func(v reflect.Value, at *location) error {
		s := v.String()
		if len(s) <= row.most {
			return nil
		}
		if n := utf8.RuneCountInString(s); n > row.most {
			return over(row, platform.TypeInvalidPayload, at, n, "characters")
		}
		return nil
	}}
}

func (b *bounds) inspectJSON(path string) *inspector {
	row := find(b.json, path)
	return &inspector{func(v reflect.Value, at *location) error {
		raw := v.Bytes()
		if len(raw) > row.most {
			return over(row, platform.TypePayloadTooLarge, at, len(raw), "bytes")
		}
		if v.CanSet() {
			v.SetBytes(platform.CleanJSON(raw))
		}
		return nil
	}}
}

func (b *bounds) inspectList(t reflect.Type, path string, open map[reflect.Type]*inspector) *inspector {
	row, tooMany := find(b.count, path), b.tooMany
	element := b.inspect(t.Elem(), path+"[]", open)
	return &inspector{func(v reflect.Value, at *location) error {
		if v.Len() > row.most {
			return over(row, tooMany, at, v.Len(), "elements")
		}
		for i := range v.Len() {
			if element == nil {
				break
			}
			if err := element.check(v.Index(i), &location{at, "[" + strconv.Itoa(i) + "]"}); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (b *bounds) inspectMap(t reflect.Type, path string, open map[reflect.Type]*inspector) *inspector {
	row, tooMany := find(b.count, path), b.tooMany
	element := b.inspect(t.Elem(), path+".*", open)
	return &inspector{func(v reflect.Value, at *location) error {
		if v.Len() > row.most {
			return over(row, tooMany, at, v.Len(), "members")
		}
		for it := v.MapRange(); it.Next(); {
			key := it.Key().String()
			if len(key) > maxMemberName && utf8.RuneCountInString(key) > maxMemberName {
				return platform.Errorf(platform.TypeInvalidPayload, "%s: the name %.60q… has %d characters; give at most %d", at, key, utf8.RuneCountInString(key), maxMemberName)
			}
			if element == nil {
				continue
			}
			if err := element.check(it.Value(), &location{at, key}); err != nil {
				return err
			}
		}
		return nil
	}}
}

// member is a field of a struct that has limits.
type boundMember struct {
	index int
	name  string // "" where the members are those of the struct around it
	check *inspector
}

func (b *bounds) inspectStruct(t reflect.Type, path string, open map[reflect.Type]*inspector) *inspector {
	own := &inspector{}
	open[t] = own
	defer delete(open, t)
	var members []boundMember
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name := memberName(f)
		inner := path
		if name != "" {
			inner += "." + name
		} else if !f.Anonymous && !isField(t) {
			continue // a copy of the body, such as Patch
		}
		if check := b.inspect(f.Type, inner, open); check != nil {
			members = append(members, boundMember{i, name, check})
		}
	}
	own.check = func(v reflect.Value, at *location) error {
		for _, m := range members {
			here := at
			if m.name != "" {
				here = &location{at, m.name}
			}
			if err := m.check.check(v.Field(m.index), here); err != nil {
				return err
			}
		}
		return nil
	}
	if len(members) == 0 {
		return nil
	}
	return own
}

// isField reports whether a struct is a platform.Field or what else stands for
// its value.
func isField(t reflect.Type) bool { _, ok := t.FieldByName("Present"); return ok }

// memberName is what callers call a field: its member, its part of the path or
// its query parameter.
func memberName(f reflect.StructField) string {
	for _, tag := range [...]string{"json", "path", "query"} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
			return name
		}
	}
	return ""
}

func over(row bound, otherwise platform.ErrorType, at *location, n int, unit string) error {
	if row.refusal != "" {
		otherwise = row.refusal
	}
	return platform.Errorf(otherwise, "%.200s has %d %s; give at most %d", at, n, unit, row.most)
}
