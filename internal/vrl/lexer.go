package vrl

import (
	"math"
	"strconv"
	"strings"
)

// lexer cuts a source into tokens.
type lexer struct {
	source string
	pos    int
	tokens []token
}

// signs are the operators and delimiters, longest first.
var signs = []string{
	"??", "||", "&&", "==", "!=", ">=", "<=", "|=", "->",
	"+", "-", "*", "/", "!", "=", ">", "<", "|", "(", ")", "[", "]", "{", "}", ",", ".", ":", ";", "%", "@", "?",
}

func lex(source string) ([]token, error) {
	l := &lexer{source: source}
	for {
		spaced := l.space()
		if l.pos >= len(source) {
			l.tokens = append(l.tokens, token{kind: kindEnd, at: position(l.pos)})
			return l.tokens, nil
		}
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		t.spaced = spaced
		l.tokens = append(l.tokens, t)
	}
}

// space skips white space and comments up to the end of the line.
func (l *lexer) space() bool {
	from := l.pos
	for l.pos < len(l.source) {
		switch c := l.source[l.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			l.pos++
		case c == '#':
			if end := strings.IndexByte(l.source[l.pos:], '\n'); end >= 0 {
				l.pos += end
			} else {
				l.pos = len(l.source)
			}
		default:
			return l.pos > from
		}
	}
	return true
}

func (l *lexer) next() (token, error) {
	at := position(l.pos)
	c := l.source[l.pos]
	rest := l.source[l.pos:]
	switch {
	case c == '\n':
		l.pos++
		return token{kind: kindLine, at: at}, nil
	case c == '"':
		return l.string()
	case strings.HasPrefix(rest, "s'"):
		text, err := l.raw()
		return token{kind: kindString, at: at, parts: []part{{text: text, at: at}}}, err
	case strings.HasPrefix(rest, "r'"):
		return token{}, faultf(at, "regular expressions are not supported")
	case strings.HasPrefix(rest, "t'"):
		return token{}, faultf(at, "timestamps are not supported")
	case isDigit(c), c == '-' && len(rest) > 1 && isDigit(rest[1]) && !l.afterOperand():
		return l.number()
	case isNameStart(c):
		end := 1
		for end < len(rest) && (isNameStart(rest[end]) || isDigit(rest[end])) {
			end++
		}
		l.pos += end
		return token{kind: kindName, at: at, text: rest[:end]}, nil
	}
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			l.pos += len(s)
			return token{kind: kindSign, at: at, text: s}, nil
		}
	}
	return token{}, faultf(at, "unexpected character %q", []rune(rest)[0])
}

// afterOperand tells whether what was read last can stand before a minus that
// subtracts.
func (l *lexer) afterOperand() bool {
	if len(l.tokens) == 0 {
		return false
	}
	switch t := l.tokens[len(l.tokens)-1]; t.kind {
	case kindInt, kindFloat, kindString, kindName:
		return true
	case kindSign:
		return t.text == ")" || t.text == "]" || t.text == "}"
	}
	return false
}

func (l *lexer) number() (token, error) {
	at := position(l.pos)
	end, float := l.pos+1, false
	for ; end < len(l.source); end++ {
		c := l.source[end]
		if c == '.' && !float {
			float = true
			continue
		}
		if !isDigit(c) && c != '_' {
			break
		}
	}
	text := strings.ReplaceAll(l.source[l.pos:end], "_", "")
	l.pos = end
	if float {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) {
			return token{}, faultf(at, "the number %s is out of range", text)
		}
		return token{kind: kindFloat, at: at, float: f}, nil
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return token{}, faultf(at, "the number %s is out of range", text)
	}
	return token{kind: kindInt, at: at, int: i}, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
