package vrl

import "slices"

// parser builds expressions of tokens. known holds the variables that were
// assigned so far.
type parser struct {
	tokens []token
	pos    int
	depth  int
	known  map[string]bool
}

func (p *parser) peek() token { return p.tokens[p.pos] }

// ahead is the token after the next, or the end.
func (p *parser) ahead() token { return p.tokens[min(p.pos+1, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != kindEnd {
		p.pos++
	}
	return t
}

// lines skips line breaks.
func (p *parser) lines() {
	for p.peek().kind == kindLine {
		p.pos++
	}
}

func (p *parser) expect(sign string) error {
	if t := p.take(); !t.is(sign) {
		return faultf(t.at, "expected %q, found %s", sign, t.describe())
	}
	return nil
}

// enter counts one level of nesting; leave takes it back.
func (p *parser) enter() error {
	if p.depth--; p.depth < 0 {
		return faultf(p.peek().at, "the program is nested too deeply")
	}
	return nil
}

func (p *parser) leave() { p.depth++ }

// program parses everything.
func (p *parser) program() (block, error) {
	return p.statements(func(t token) bool { return t.kind == kindEnd })
}

// statements parses expressions up to a token that ends them.
func (p *parser) statements(end func(token) bool) (block, error) {
	b := block{at: p.peek().at}
	for {
		p.lines()
		if end(p.peek()) {
			return b, nil
		}
		x, err := p.statement()
		if err != nil {
			return b, err
		}
		b.list = append(b.list, x)
		switch t := p.peek(); {
		case t.kind == kindLine || t.is(";"):
			p.take()
		case !end(t):
			return b, faultf(t.at, "expected the end of the expression, found %s", t.describe())
		}
	}
}

// statement parses an assignment or an expression.
func (p *parser) statement() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	from := p.pos
	ok, isTarget := p.target()
	if isTarget {
		if x, done, err := p.assignment(ok); done {
			return x, err
		}
	}
	p.pos = from
	return p.binary(0)
}

// assignment parses what follows a target, unless no assignment does.
func (p *parser) assignment(ok *target) (expr, bool, error) {
	a := assignment{at: ok.at, ok: ok}
	if p.peek().is(",") {
		p.take()
		var isTarget bool
		if a.err, isTarget = p.target(); !isTarget || !p.peek().is("=") {
			return nil, false, nil
		}
	}
	switch t := p.peek(); {
	case t.is("="):
	case t.is("|=") && a.err == nil:
		a.merge = true
	default:
		return nil, false, nil
	}
	p.take()
	p.lines()
	value, err := p.statement()
	if err != nil {
		return nil, true, err
	}
	a.value, a.fallback = value, emptyOf(value)
	for _, t := range []*target{a.ok, a.err} {
		if t != nil && t.name != "" {
			p.known[t.name] = true
		}
	}
	return a, true, nil
}

// target parses what can be assigned to, or tells that none stands here.
func (p *parser) target() (*target, bool) {
	t := p.peek()
	target := &target{at: t.at}
	switch {
	case t.is("."):
		target.event = true
		if next := p.ahead(); next.spaced || next.kind != kindName && next.kind != kindString {
			p.take()
		}
	case t.word("_"):
		p.take()
		target.none = true
		return target, true
	case t.kind == kindName && !keywords[t.text] && !p.ahead().is("(") && !p.ahead().is("!"):
		p.take()
		target.name = t.text
	default:
		return nil, false
	}
	steps, err := p.querySteps()
	if err != nil {
		return nil, false
	}
	for _, s := range steps {
		if s.computed != nil {
			return nil, false
		}
		target.path = append(target.path, s.segment)
	}
	return target, true
}

// levels are the operators by how tightly they bind, loosest first.
var levels = [][]string{
	{"??"}, {"||", "&&"}, {"==", "!="}, {">", ">=", "<", "<="}, {"+", "-", "|"}, {"*", "/"},
}

// binary parses operators of a level and of those that bind tighter. All but
// comparisons may be repeated, from left to right.
func (p *parser) binary(level int) (expr, error) {
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.binary(level + 1)
	for n := 0; err == nil; n++ {
		t := p.peek()
		if t.kind != kindSign || !slices.Contains(levels[level], t.text) {
			return left, nil
		}
		if n > 0 && (level == 2 || level == 3) {
			return nil, faultf(t.at, "comparisons cannot be chained; use && between them")
		}
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer p.leave() // at the end of all: each operator nests what is left of it
		p.take()
		p.lines()
		var right expr
		right, err = p.binary(level + 1)
		left = operation{at: t.at, sign: t.text, left: left, right: right}
	}
	return nil, err
}

func (p *parser) unary() (expr, error) {
	t := p.peek()
	if !t.is("!") {
		return p.queried()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.take()
	x, err := p.unary()
	return negation{at: t.at, value: x}, err
}

// queried parses a term and the path that follows it.
func (p *parser) queried() (expr, error) {
	x, err := p.term()
	if err != nil {
		return nil, err
	}
	switch x.(type) {
	case condition, literal, text, query:
		return x, nil
	}
	steps, err := p.querySteps()
	if err != nil || len(steps) == 0 {
		return x, err
	}
	return query{at: x.place(), from: x, steps: steps}, nil
}

// querySteps parses .name, ."name" and [index], which follow without space.
func (p *parser) querySteps() ([]queryStep, error) {
	var steps []queryStep
	for {
		t := p.peek()
		switch {
		case len(steps) > 0 && t.spaced:
			return steps, nil
		case t.is(".") && !p.ahead().spaced && p.ahead().kind == kindName:
			p.take()
			steps = append(steps, queryStep{segment: segment{name: p.take().text}})
		case t.is(".") && !p.ahead().spaced && p.ahead().kind == kindString:
			p.take()
			s := p.take()
			if len(s.parts) != 1 || s.parts[0].variable != "" {
				return nil, faultf(s.at, "a path takes no variables")
			}
			steps = append(steps, queryStep{segment: segment{name: s.parts[0].text}})
		case t.is("[") && !t.spaced:
			step, err := p.index()
			if err != nil {
				return nil, err
			}
			steps = append(steps, step)
		default:
			return steps, nil
		}
	}
}

func (p *parser) index() (queryStep, error) {
	if err := p.enter(); err != nil {
		return queryStep{}, err
	}
	defer p.leave()
	p.take()
	x, err := p.binary(0)
	if err != nil {
		return queryStep{}, err
	}
	if err := p.expect("]"); err != nil {
		return queryStep{}, err
	}
	if l, ok := x.(literal); ok {
		if i, ok := l.value.(int64); ok && int64(int(i)) == i {
			return queryStep{segment: segment{index: true, at: int(i)}}, nil
		}
	}
	return queryStep{computed: x}, nil
}

// emptyOf is what a target gets in place of a value that failed: the empty
// value of the type that the expression always has, or null.
func emptyOf(x expr) any {
	switch x := x.(type) {
	case call:
		return x.function.empty
	case text:
		return ""
	case literal:
		if _, ok := x.value.(string); ok {
			return ""
		}
	case operation:
		if x.sign == "+" && (emptyOf(x.left) == "" || emptyOf(x.right) == "") {
			return ""
		}
	}
	return nil
}
