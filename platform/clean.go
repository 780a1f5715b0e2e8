package platform

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// CleanJSON returns JSON text as JavaScript reads it: half of a surrogate pair,
// which JSON.stringify writes for a text that was cut inside an emoji, and
// bytes that are not UTF-8 become U+FFFD, and a byte order mark is left out. All
// else stays as it is written, numbers too. Text that needs none of this is
// returned itself; the input is never changed.
func CleanJSON(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	first := firstUnclean(raw)
	if first < 0 {
		return raw
	}
	out := make([]byte, first, len(raw)+16)
	copy(out, raw)
	for i := first; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\':
			n, broken := escape(raw[i:])
			if broken {
				out = append(out, `\ufffd`...)
			} else {
				out = append(out, raw[i:i+n]...)
			}
			i += n
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			r, n := utf8.DecodeRune(raw[i:])
			out = utf8.AppendRune(out, r) // U+FFFD for what is none
			i += n
		}
	}
	return out
}

// firstUnclean returns where CleanJSON has to begin; -1 when nowhere.
func firstUnclean(raw []byte) int {
	valid := utf8.Valid(raw)
	if valid && !bytes.Contains(raw, []byte(`\ud`)) && !bytes.Contains(raw, []byte(`\uD`)) {
		return -1
	}
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\':
			n, broken := escape(raw[i:])
			if broken {
				return i
			}
			i += n
		case valid || c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && n == 1 {
				return i
			}
			i += n
		}
	}
	return -1
}

// escape returns the length of the escape that raw begins with, both halves of
// a pair together, and whether it is half of one.
func escape(raw []byte) (n int, broken bool) {
	first, ok := unit(raw)
	switch {
	case !ok:
		return min(2, len(raw)), false
	case !utf16.IsSurrogate(first):
		return 6, false
	}
	if second, ok := unit(raw[6:]); ok && utf16.DecodeRune(first, second) != utf8.RuneError {
		return 12, false
	}
	return 6, true
}

// unit reads \uXXXX.
func unit(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' || strings.ContainsAny(string(raw[2:6]), "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(n), err == nil
}
