package vrl

// kind is the kind of a token.
type kind int

const (
	kindEnd kind = iota
	kindLine
	kindName   // an identifier or a keyword
	kindString // unescaped, of parts
	kindInt
	kindFloat
	kindSign // an operator or a delimiter
)

// token is one word of a program.
type token struct {
	kind  kind
	at    position
	text  string // of a name or a sign
	parts []part // of a string
	int   int64
	float float64
	// spaced tells that white space stands before the token: a query follows
	// its target without any.
	spaced bool
}

// part is a piece of a string: text, or a variable in braces.
type part struct {
	text     string
	variable string
	at       position
}

func (t token) is(sign string) bool   { return t.kind == kindSign && t.text == sign }
func (t token) word(name string) bool { return t.kind == kindName && t.text == name }

func (t token) describe() string {
	switch t.kind {
	case kindEnd:
		return "the end"
	case kindLine:
		return "the end of the line"
	case kindString:
		return "a string"
	case kindInt, kindFloat:
		return "a number"
	}
	return `"` + t.text + `"`
}
