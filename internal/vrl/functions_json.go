package vrl

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func parseJSON(c *invocation) (any, error) {
	s, err := c.text(0)
	if err != nil {
		return nil, err
	}
	if err := c.charge(c.at, len(s)+slot*countValues(s)); err != nil {
		return nil, err
	}
	if hasLoneSurrogate(s) {
		return nil, c.fail("the value is not JSON")
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, c.fail("the value is not JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, c.fail("something follows the JSON value")
	}
	return c.numbers(v, 0)
}

// countValues is how many values a text of JSON makes at most. It is counted
// before they are made: a short text makes many.
func countValues(s string) int {
	n := 1
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// hasLoneSurrogate tells whether an escape names half of a pair, which the
// reference engine refuses and the decoder would replace.
func hasLoneSurrogate(s string) bool {
	high := false
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			if high {
				return true
			}
			continue
		}
		if s[i+1] != 'u' || i+6 > len(s) {
			if high {
				return true
			}
			i++
			continue
		}
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		isHigh, isLow := err == nil && n>>10 == 0xD800>>10, err == nil && n>>10 == 0xDC00>>10
		if high != isLow {
			return true
		}
		high = isHigh
		i += 5
	}
	return high
}

// numbers gives the numbers of a decoded value their types.
func (c *invocation) numbers(v any, depth int) (any, error) {
	if depth > 127 {
		return nil, c.fail("the JSON is nested too deeply")
	}
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil && v != "-0" {
			return n, nil
		}
		f, err := strconv.ParseFloat(v.String(), 64)
		if err != nil || math.IsInf(f, 0) {
			return nil, c.fail("a number of the JSON is out of range")
		}
		return f, nil
	case []any:
		for i, e := range v {
			var err error
			if v[i], err = c.numbers(e, depth+1); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key, e := range v {
			made, err := c.numbers(e, depth+1)
			if err != nil {
				return nil, err
			}
			v[key] = made
		}
	}
	return v, nil
}

func encodeJSON(c *invocation) (any, error) {
	var b bytes.Buffer
	if err := c.writeJSON(&b, c.values[0]); err != nil {
		return nil, err
	}
	return c.made(b.String())
}

func (c *invocation) writeJSON(b *bytes.Buffer, v any) error {
	if b.Len() > c.limits.Memory {
		return stop(c.at, "the program makes more data than it may")
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(jsonFloat(v))
	case string:
		writeJSONString(b, lossy(v))
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := c.writeJSON(b, e); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSONString(b, key)
			b.WriteByte(':')
			if err := c.writeJSON(b, v[key]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	}
	return nil
}

func writeJSONString(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= 0x20:
			b.WriteRune(r)
		case strings.ContainsRune("\b\f\n\r\t", r):
			b.WriteByte('\\')
			b.WriteByte("btn\vfr"[r-'\b'])
		default:
			b.WriteString(`\u00`)
			b.WriteByte("01"[r>>4])
			b.WriteByte("0123456789abcdef"[r&15])
		}
	}
	b.WriteByte('"')
}

// jsonFloat writes a float with a point or an exponent, so that it stays one.
func jsonFloat(f float64) string {
	if math.IsInf(f, 0) {
		return "null"
	}
	digits := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(digits, "e")
	n, _ := strconv.Atoi(exponent)
	if f == 0 || n >= -5 && n < 16 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	return mantissa + "e" + strconv.Itoa(n)
}

// validPrefix is how many bytes of s are UTF-8.
func validPrefix(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(s)
}

// brokenPrefix is how many bytes of s, which begins with a broken character,
// one replacement character stands for: those that could begin a character.
func brokenPrefix(s string) int {
	for n := min(3, len(s)); n > 1; n-- {
		if couldBegin(s[:n]) {
			return n
		}
	}
	return 1
}

// couldBegin tells whether some longer text that begins with s is a character.
func couldBegin(s string) bool {
	for _, tail := range []string{"\x80", "\xbf", "\x80\x80", "\xbf\xbf"} {
		if r, n := utf8.DecodeRuneInString(s + tail); r != utf8.RuneError && n == len(s)+len(tail) {
			return true
		}
	}
	return false
}
