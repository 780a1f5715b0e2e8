package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// Time is a moment as the wire writes it: ISO 8601, UTC, milliseconds
// ("2026-01-02T03:04:05.678Z"). It reads any RFC 3339 time.
type Time struct{ time.Time }

// At returns t for the wire, cut to milliseconds.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

const timeLayout = "2006-01-02T15:04:05.000Z"

// String returns the wire's form.
func (t Time) String() string { return t.UTC().Format(timeLayout) }

// MarshalJSON writes the wire's form.
func (t Time) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(timeLayout)+2)
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, timeLayout)
	return append(b, '"'), nil
}

// UnmarshalJSON reads an RFC 3339 time.
func (t *Time) UnmarshalJSON(data []byte) error {
	if n := len(data); n > 1 && data[0] == '"' && !bytes.ContainsRune(data, '\\') {
		return t.UnmarshalText(data[1 : n-1])
	}
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("a time is a string such as %q", timeLayout)
	}
	return t.UnmarshalText([]byte(s))
}

// UnmarshalText reads an RFC 3339 time.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("%.40q is not a time such as %q", text, timeLayout)
	}
	*t = At(parsed)
	return nil
}

// MarshalText writes the wire's form.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Field is a member of an update that may be absent (leave as it is), null
// (clear) or a value. The zero value is absent; give such fields the tag
// option omitzero.
type Field[T any] struct {
	Present bool
	Null    bool
	Value   T
}

// Set returns a field that holds v.
func Set[T any](v T) Field[T] { return Field[T]{Present: true, Value: v} }

// Null returns a field that clears.
func Null[T any]() Field[T] { return Field[T]{Present: true, Null: true} }

// Get returns the value and whether there is one.
func (f Field[T]) Get() (T, bool) { return f.Value, f.Present && !f.Null }

// IsZero reports whether the field is absent.
func (f Field[T]) IsZero() bool { return !f.Present }

// MarshalJSON writes the value or null.
func (f Field[T]) MarshalJSON() ([]byte, error) {
	if !f.Present || f.Null {
		return []byte("null"), nil
	}
	return json.Marshal(f.Value)
}

// UnmarshalJSON reads a value or null.
func (f *Field[T]) UnmarshalJSON(data []byte) error {
	f.Present = true
	if string(data) == "null" {
		f.Null = true
		return nil
	}
	if ms, ok := any(&f.Value).(*int64); ok {
		return readMilliseconds(data, ms)
	}
	return json.Unmarshal(data, &f.Value)
}

// readMilliseconds reads a time span: the wire has numbers where we have whole
// milliseconds, and a client's arithmetic may leave a fraction.
func readMilliseconds(data []byte, ms *int64) error {
	var n float64
	if err := json.Unmarshal(data, &n); err != nil {
		return errors.New("it is not a number of milliseconds")
	}
	const most = 1 << 53
	if n = math.Round(n); math.Abs(n) > most {
		return fmt.Errorf("%.20g is not a number of milliseconds that can be waited", n)
	}
	*ms = int64(n)
	return nil
}
