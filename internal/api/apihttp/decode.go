package apihttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// A name that stands twice in an object is refused: what one reader of the
// object checks would not be what the next one sees.
var decodeOptions = jsonv2.JoinOptions(
	jsonv2.MatchCaseInsensitiveNames(false), jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))

// decode reads a body. The quick decoder does the work; only when it fails the
// standard one is asked, for its errors name the field.
func decode(body []byte, in any) error {
	body = platform.CleanJSON(body)
	quick := jsonv2.Unmarshal(body, in, decodeOptions)
	switch {
	case quick == nil && bytes.Contains(body, []byte(`\u0000`)):
		return checkStrings(reflect.ValueOf(in), "")
	case quick == nil:
		return nil
	case errors.Is(quick, jsontext.ErrDuplicateName):
		return platform.Errorf(platform.TypeInvalidPayload, "%s: the name stands twice in its object; give it once", pointer(quick))
	}
	slow := json.Unmarshal(body, in)
	if slow == nil {
		slow = quick
	}
	if to, ok := errors.AsType[*json.UnmarshalTypeError](slow); ok {
		nameKey(to, quick)
		return platformhttp.BodyError(to)
	}
	if e, ok := errors.AsType[*jsonv2.SemanticError](quick); ok && e.Err != nil && e.JSONPointer != "" {
		return platform.Errorf(platform.TypeInvalidPayload, "%s: %v", dotted(e.JSONPointer), e.Err)
	}
	return platformhttp.BodyError(slow)
}

// nameKey completes the field that the standard decoder names, which ends at a
// map, with the key that the quick decoder knows.
func nameKey(to *json.UnmarshalTypeError, quick error) {
	if field := pointer(quick); strings.HasPrefix(field, to.Field+".") {
		to.Field = field
	}
}

// pointer is where in the body the quick decoder failed.
func pointer(err error) string {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return dotted(e.JSONPointer)
	}
	if e, ok := errors.AsType[*jsonv2.SemanticError](err); ok {
		return dotted(e.JSONPointer)
	}
	return "the body"
}

func dotted(p jsontext.Pointer) string { return strings.Join(slices.Collect(p.Tokens()), ".") }

// checkStrings refuses zero characters in the strings of an input, which no
// database keeps. Payloads are JSON text, where they are escaped.
func checkStrings(v reflect.Value, field string) error {
	switch v.Kind() {
	case reflect.String:
		if strings.ContainsRune(v.String(), 0) {
			return platform.Errorf(platform.TypeInvalidPayload, "%s holds a zero character (\\u0000); leave it out", field)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return checkStrings(v.Elem(), field)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "-" {
				continue
			}
			if err := checkStrings(v.Field(i), within(field, name)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			key := it.Key().String()
			if strings.ContainsRune(key, 0) {
				return platform.Errorf(platform.TypeInvalidPayload, "%s has a name with a zero character (\\u0000); leave it out", field)
			}
			if err := checkStrings(it.Value(), within(field, key)); err != nil {
				return err
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil
		}
		for i := range v.Len() {
			if err := checkStrings(v.Index(i), field); err != nil {
				return err
			}
		}
	}
	return nil
}

func within(field, name string) string {
	if field == "" || name == "" {
		return field + name
	}
	return field + "." + name
}

// plain reports whether a text of a path or a query is one that a row can hold.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func checkQuery(query url.Values) error {
	for name, values := range query {
		if !plain(name) {
			return platform.Errorf(platform.TypeInvalidQuery, "a name in the query is not valid UTF-8 or holds a zero character")
		}
		if !slices.ContainsFunc(values, func(v string) bool { return !plain(v) }) {
			continue
		}
		return platform.Errorf(platform.TypeInvalidQuery, "query parameter %.60s is not valid UTF-8 or holds a zero character", name)
	}
	return nil
}
