package vrl

import (
	"regexp"
	"strings"
)

// escapes are what may follow a backslash in a string.
var escapes = map[byte]string{
	'n': "\n", 'r': "\r", 't': "\t", '0': "\x00", '\\': `\`, '"': `"`, '\'': "'", '{': "{", '}': "}",
}

// template is what may stand between two pairs of braces.
var template = regexp.MustCompile(`^\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}`)

// string reads a quoted string with its escapes and variables.
func (l *lexer) string() (token, error) {
	t := token{kind: kindString, at: position(l.pos)}
	var text strings.Builder
	l.pos++
	for l.pos < len(l.source) {
		c := l.source[l.pos]
		switch {
		case c == '"':
			l.pos++
			if text.Len() > 0 || len(t.parts) == 0 {
				t.parts = append(t.parts, part{text: text.String(), at: t.at})
			}
			return t, nil
		case c == '\\':
			if err := l.escape(&text); err != nil {
				return t, err
			}
		case strings.HasPrefix(l.source[l.pos:], "{{"):
			found := template.FindStringSubmatch(l.source[l.pos:])
			if found == nil {
				return t, faultf(position(l.pos), `{{ in a string takes the name of a variable and }}; write \{\{ for the braces themselves`)
			}
			if text.Len() > 0 {
				t.parts = append(t.parts, part{text: text.String(), at: t.at})
				text.Reset()
			}
			t.parts = append(t.parts, part{variable: found[1], at: position(l.pos)})
			l.pos += len(found[0])
		default:
			text.WriteByte(c)
			l.pos++
		}
	}
	return t, faultf(t.at, "the string has no closing quote")
}

// escape reads one escape sequence; a backslash at the end of a line skips the
// line break and the white space that follows.
func (l *lexer) escape(text *strings.Builder) error {
	at := position(l.pos)
	if l.pos+1 >= len(l.source) {
		return faultf(at, "the string has no closing quote")
	}
	c := l.source[l.pos+1]
	l.pos += 2
	if c == '\n' {
		l.pos += len(l.source[l.pos:]) - len(strings.TrimLeft(l.source[l.pos:], " \t\r\n"))
		return nil
	}
	s, ok := escapes[c]
	if !ok {
		return faultf(at, `the escape \%c is not known`, c)
	}
	text.WriteString(s)
	return nil
}

// raw reads what stands in single quotes after a letter, without escapes but
// for a quote.
func (l *lexer) raw() (string, error) {
	at := position(l.pos)
	l.pos += 2
	var text strings.Builder
	for l.pos < len(l.source) {
		c := l.source[l.pos]
		if c == '\'' {
			l.pos++
			return text.String(), nil
		}
		if c == '\\' && l.pos+1 < len(l.source) && l.source[l.pos+1] == '\'' {
			l.pos++
			c = '\''
		}
		text.WriteByte(c)
		l.pos++
	}
	return "", faultf(at, "the literal has no closing quote")
}
