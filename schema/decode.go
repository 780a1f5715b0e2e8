package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of a number as it is written. The validator compares numbers exactly,
// which takes time and memory without end for those that are no double's
// neighbours: 1e999999 is eight characters long and has a million digits.
const (
	maxNumberLength = 1000
	maxExponent     = 400
)

// numberError says where a number is over the limits.
type numberError struct{ path string }

// Error names the place and the remedy.
func (e *numberError) Error() string {
	return at(e.path) + hugeNumber
}

const hugeNumber = "the number has more digits than a double can tell apart; write it shorter, or as a text"

// checkNumber returns a *numberError for a number that is over the limits.
func checkNumber(text string, place jsontext.Pointer) error {
	_, exponent, ok := strings.Cut(strings.ToLower(text), "e")
	n, err := strconv.Atoi(exponent)
	if len(text) <= maxNumberLength && (!ok || err == nil && -maxExponent <= n && n <= maxExponent) {
		return nil
	}
	var location []string
	for part := range place.Tokens() {
		location = append(location, part)
	}
	return &numberError{pathText(location)}
}

// decode reads JSON text into what the validator looks at: maps, slices and
// scalars, with numbers as they are written. Like encoding/json it takes the
// last of members with one name. The error is a *numberError for a number that
// is over the limits.
func decode(raw []byte) (any, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	doc, err := decodeValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errTrailing
	}
	return doc, nil
}

func decodeValue(d *jsontext.Decoder) (any, error) {
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case '{':
		object := map[string]any{}
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String() // before the token's memory is used again
			if object[key], err = decodeValue(d); err != nil {
				return nil, err
			}
		}
		_, err := d.ReadToken()
		return object, err
	case '[':
		array := []any{}
		for d.PeekKind() != ']' {
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			array = append(array, v)
		}
		_, err := d.ReadToken()
		return array, err
	case '"':
		return t.String(), nil
	case '0':
		n := t.String()
		return json.Number(n), checkNumber(n, d.StackPointer())
	case 't', 'f':
		return t.Bool(), nil
	}
	return nil, nil
}
