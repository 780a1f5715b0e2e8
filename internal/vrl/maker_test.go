package vrl

import (
	"fmt"
	"slices"
	"strings"
)

// maker makes programs that the reference engine accepts more often than not.
type maker struct {
	seed  uint64
	depth int
}

// pick returns a number below n: the next of a fixed sequence.
func (m *maker) pick(n int) int {
	m.seed ^= m.seed << 13
	m.seed ^= m.seed >> 7
	m.seed ^= m.seed << 17
	return int(m.seed % uint64(n))
}

func (m *maker) of(list ...string) string { return list[m.pick(len(list))] }

func (m *maker) program() string {
	m.depth = 0
	head := fmt.Sprintf("a = %s\nb = %s\nc = %s\nd = %s\ne = %s\n", m.text(), m.number(), m.flag(), m.list(), m.object())
	switch m.pick(6) {
	case 0:
		head += fmt.Sprintf("x, err = %s\nif err != null { a = \"%s\" } else { f = x }\n", m.fallible(), m.of("z", "{{ a }}!"))
	case 1:
		head += fmt.Sprintf(".%s = %s\n", m.of("n", "new", "q.w", "arr[1]", "o.list[2].x"), m.any())
	case 2:
		head += fmt.Sprintf("e.%s = %s\n", m.of("k", "k.l", `"x y"`), m.any())
	}
	return head + m.of(m.any(), m.branch(), "[a, b, c, d, e]", ".")
}

// mutant changes a few words of a sample, with words of others.
func (m *maker) mutant() string {
	words := wordsOf(samples[m.pick(len(samples))])
	for range 1 + m.pick(3) {
		other := wordsOf(samples[m.pick(len(samples))])
		if len(words) == 0 || len(other) == 0 {
			continue
		}
		i, word := m.pick(len(words)), other[m.pick(len(other))]
		switch m.pick(4) {
		case 0:
			words = slices.Delete(words, i, i+1)
		case 1:
			words = slices.Insert(words, i, word)
		case 2:
			words = append(words[:i:i], append([]string{word}, other[m.pick(len(other)):]...)...)
		default:
			words[i] = word
		}
	}
	return strings.Join(words, "")
}

// wordsOf cuts a program at its tokens, white space with the one before it.
func wordsOf(program string) []string {
	tokens, err := lex(program)
	if err != nil {
		return []string{program}
	}
	var words []string
	for i := range len(tokens) - 1 {
		words = append(words, program[tokens[i].at:tokens[i+1].at])
	}
	return words
}

func (m *maker) branch() string {
	s := fmt.Sprintf("if %s {\n  %s\n}", m.flag(), m.any())
	if m.pick(2) == 0 {
		s += fmt.Sprintf(" else if %s { %s }", m.flag(), m.any())
	}
	if m.pick(2) == 0 {
		s += fmt.Sprintf(" else {\n %s }", m.any())
	}
	return s
}

// deep tells whether to go on nesting.
func (m *maker) deep() bool {
	m.depth++
	return m.depth < 40 && m.pick(3) > 0
}

func (m *maker) any() string {
	switch m.pick(8) {
	case 0:
		return m.number()
	case 1:
		return m.flag()
	case 2:
		return m.list()
	case 3:
		return m.object()
	case 4:
		return m.path()
	case 5:
		return m.fallible() + " ?? " + m.of(m.text(), m.number(), "null")
	}
	return m.text()
}

func (m *maker) path() string {
	return m.of(".n", ".str", ".arr[0]", ".arr[-1]", ".o.list[1].x", ".o.\"x-y\"", ".missing.a[2]", ".json", ".q", ".flag", ".float", ".")
}

func (m *maker) text() string {
	if !m.deep() {
		return m.of(`"a"`, `""`, `"x:y:z"`, `"é√x"`, `"a b%2C+c"`, `"-"`, `" \t"`, `s'raw\n'`, `"q\\\"\{{ a }}"`, `"12"`, `"true"`)
	}
	switch m.pick(14) {
	case 0:
		return fmt.Sprintf("%s + %s", m.text(), m.of(m.text(), "null"))
	case 1:
		return fmt.Sprintf("to_string!(%s)", m.any())
	case 2:
		return fmt.Sprintf("encode_percent(%s)", m.text())
	case 3:
		return fmt.Sprintf("decode_percent(%s)", m.text())
	case 4:
		return fmt.Sprintf("encode_json(%s)", m.any())
	case 5:
		return fmt.Sprintf("encode_base16(%s)", m.text())
	case 6:
		return fmt.Sprintf("encode_base16(hmac(%s, %s%s))", m.text(), m.text(), m.of("", `, algorithm: "SHA1"`, `, "SHA-512"`))
	case 7:
		return fmt.Sprintf("replace(%s, %s, %s%s)", m.text(), m.text(), m.of(m.text(), `"<$1>"`), m.of("", ", 1", ", count: 2", ", -1"))
	case 8:
		return fmt.Sprintf("decode_base64!(%s)", m.of(`"YWJj"`, `"YQ=="`, `"YQ"`, m.text(), "encode_base64("+m.text()+")"))
	case 9:
		return fmt.Sprintf("join!(%s%s)", m.of(m.list(), "split("+m.text()+`, ":")`), m.of("", `, ","`, ", separator: "+m.text()))
	case 10:
		return fmt.Sprintf("to_string!(%s || %s)", m.path(), m.text())
	case 11:
		return fmt.Sprintf("%s * %s", m.text(), m.of("0", "2", "-1"))
	case 12:
		return fmt.Sprintf("encode_base64(%s%s)", m.text(), m.of("", ", padding: false", `, charset: "url_safe"`))
	}
	return fmt.Sprintf("string!(%s)", m.of(".str", ".n", "parse_json!("+m.text()+")"))
}

func (m *maker) number() string {
	if !m.deep() {
		return m.of("0", "1", "-3", "2.5", "10", "1_000", "0.00001", "100000000000000000000.0", "-0.0")
	}
	switch m.pick(5) {
	case 0:
		return fmt.Sprintf("length(%s)", m.of(m.text(), m.list(), m.object()))
	case 1:
		return fmt.Sprintf("(%s / %s ?? 3)", m.number(), m.number())
	case 2:
		return fmt.Sprintf("to_int!(%s)", m.of(m.text(), ".n", ".float", ".flag", `"12"`))
	}
	return fmt.Sprintf("(%s %s %s)", m.number(), m.of("+", "-", "*"), m.number())
}

func (m *maker) flag() string {
	if !m.deep() {
		return m.of("true", "false", ".n == null", "exists(.o.list)", "exists(.n)", "exists(.missing.x)")
	}
	switch m.pick(9) {
	case 0:
		return fmt.Sprintf("!%s", m.of("true", "false", "("+m.flag()+")"))
	case 1:
		return fmt.Sprintf("%s %s %s", m.flag(), m.of("&&", "||"), m.flag())
	case 2:
		return fmt.Sprintf("(%s %s %s)", m.number(), m.of(">", "<", ">=", "<="), m.number())
	case 3:
		return fmt.Sprintf("(%s %s %s)", m.text(), m.of(">", "<", ">=", "<=", "==", "!="), m.text())
	case 4:
		return fmt.Sprintf("%s(%s)", m.of("is_nullish", "is_null", "is_string"), m.any())
	case 5:
		return fmt.Sprintf("%s(%s, %s%s)", m.of("starts_with", "ends_with", "contains"), m.text(), m.text(), m.of("", ", case_sensitive: false"))
	case 6:
		return fmt.Sprintf("to_bool!(%s)", m.any())
	case 7:
		return fmt.Sprintf("(%s ?? false)", m.of("assert("+m.flag()+")", "to_bool("+m.path()+")"))
	}
	return fmt.Sprintf("(%s %s %s)", m.any(), m.of("==", "!="), m.any())
}

func (m *maker) list() string {
	if !m.deep() {
		return m.of("[]", `["a", "b"]`, "[1, [2.5, null], {}]")
	}
	if m.pick(2) == 0 {
		return fmt.Sprintf("split(%s, %s%s)", m.text(), m.of(`":"`, `""`, m.text()), m.of("", ", 2", ", limit: 1"))
	}
	return fmt.Sprintf("[%s, %s]", m.any(), m.any())
}

func (m *maker) object() string {
	if !m.deep() {
		return m.of("{}", `{"a": 1}`, `{"k": {"l": [true]}, "x y": "z"}`)
	}
	switch m.pick(3) {
	case 0:
		return fmt.Sprintf("parse_query_string!(%s)", m.of(`"?a=1&b=%20x&a=2"`, m.text(), `"hub.mode=s&&=v&k"`))
	case 1:
		return fmt.Sprintf("(%s | %s)", m.of("{}", `{"a": 1}`, `{"b": "x"}`), m.of("{}", `{"a": 1}`, `{"b": 2}`))
	}
	return fmt.Sprintf("{\"m\": %s, \"o\": %s}", m.any(), m.any())
}

func (m *maker) fallible() string {
	return m.of(
		fmt.Sprintf("parse_json(%s)", m.of(".json", ".str", m.text())),
		fmt.Sprintf("to_int(%s)", m.path()),
		fmt.Sprintf("get(%s, %s)", m.of("{\"a\": [1]}", ".", ".o", "e"), m.of(`["a", 0]`, `["o", "list", 1]`, `["a", -1]`, "["+m.any()+"]")),
		fmt.Sprintf("%s + %s", m.path(), m.text()),
		fmt.Sprintf("%s > %s", m.path(), m.number()),
		fmt.Sprintf("decode_base64(%s)", m.text()),
	)
}
