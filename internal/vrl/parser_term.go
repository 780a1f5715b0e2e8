package vrl

var keywords = map[string]bool{"if": true, "else": true, "true": true, "false": true, "null": true, "abort": true, "return": true, "for": true, "while": true}

// term parses an expression that no operator divides.
func (p *parser) term() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	t := p.peek()
	switch {
	case t.kind == kindString:
		p.take()
		return p.text(t)
	case t.kind == kindInt:
		p.take()
		return literal{at: t.at, value: t.int}, nil
	case t.kind == kindFloat:
		p.take()
		return literal{at: t.at, value: t.float}, nil
	case t.kind == kindName:
		return p.named()
	case t.is("."):
		return p.eventQuery()
	case t.is("("):
		p.take()
		p.lines()
		x, err := p.statement()
		if err != nil {
			return nil, err
		}
		p.lines()
		err = p.expect(")")
		return x, err
	case t.is("["):
		return p.array()
	case t.is("{"):
		return p.braces()
	case t.is("%") || t.is("@"):
		return nil, faultf(t.at, "metadata and attributes are not supported")
	}
	return nil, faultf(t.at, "expected an expression, found %s", t.describe())
}

func (p *parser) text(t token) (expr, error) {
	whole := ""
	for _, part := range t.parts {
		if part.variable == "" {
			whole += part.text
			continue
		}
		if !p.known[part.variable] {
			return nil, faultf(part.at, "the variable %q is not defined", part.variable)
		}
	}
	for _, part := range t.parts {
		if part.variable != "" {
			return text{at: t.at, parts: t.parts}, nil
		}
	}
	return literal{at: t.at, value: whole}, nil
}

// named parses what begins with a name.
func (p *parser) named() (expr, error) {
	t := p.take()
	switch t.text {
	case "true", "false":
		return literal{at: t.at, value: t.text == "true"}, nil
	case "null":
		return literal{at: t.at}, nil
	case "if":
		return p.condition(t)
	case "abort":
		a := abort{at: t.at}
		if next := p.peek(); next.kind == kindString {
			p.take()
			message, err := p.text(next)
			a.message = message
			return a, err
		}
		return a, nil
	case "else", "return", "for", "while":
		return nil, faultf(t.at, "%q is not supported here", t.text)
	}
	next := p.peek()
	if !next.spaced && (next.is("(") || next.is("!") && p.ahead().is("(") && !p.ahead().spaced) {
		return p.call(t)
	}
	if !p.known[t.text] {
		return nil, faultf(t.at, "the variable %q is not defined", t.text)
	}
	q := query{at: t.at, name: t.text}
	if p.peek().spaced {
		return q, nil
	}
	var err error
	q.steps, err = p.querySteps()
	return q, err
}

func (p *parser) eventQuery() (expr, error) {
	t := p.peek()
	q := query{at: t.at, event: true}
	next := p.ahead()
	if next.spaced || next.kind != kindName && next.kind != kindString {
		p.take()
		if next.spaced || !next.is("[") {
			return q, nil
		}
	}
	var err error
	q.steps, err = p.querySteps()
	return q, err
}

func (p *parser) array() (expr, error) {
	a := array{at: p.take().at}
	for {
		p.lines()
		if p.peek().is("]") {
			p.take()
			return a, nil
		}
		x, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		a.list = append(a.list, x)
		p.lines()
		if p.peek().is(",") {
			p.take()
		} else if !p.peek().is("]") {
			t := p.peek()
			return nil, faultf(t.at, `expected "," or "]", found %s`, t.describe())
		}
	}
}

// braces parses an object or a block: an object is empty or begins with a key.
func (p *parser) braces() (expr, error) {
	from := p.pos
	open := p.take()
	p.lines()
	first := p.peek()
	if first.is("}") {
		p.take()
		return object{at: open.at}, nil
	}
	if first.kind == kindString {
		p.take()
		p.lines()
		isObject := p.peek().is(":")
		p.pos = from
		if isObject {
			return p.object()
		}
	}
	p.pos = from
	return p.block()
}

func (p *parser) object() (expr, error) {
	o := object{at: p.take().at}
	for {
		p.lines()
		t := p.take()
		if t.is("}") {
			return o, nil
		}
		if t.kind != kindString || len(t.parts) != 1 || t.parts[0].variable != "" {
			return nil, faultf(t.at, "expected a key in quotes, found %s", t.describe())
		}
		p.lines()
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		p.lines()
		x, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, member{key: t.parts[0].text, value: x})
		p.lines()
		if p.peek().is(",") {
			p.take()
		} else if !p.peek().is("}") {
			t := p.peek()
			return nil, faultf(t.at, `expected "," or "}", found %s`, t.describe())
		}
	}
}

func (p *parser) block() (expr, error) {
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	b, err := p.statements(func(t token) bool { return t.is("}") || t.kind == kindEnd })
	if err != nil {
		return nil, err
	}
	err = p.expect("}")
	return b, err
}

// condition parses what follows if.
func (p *parser) condition(at token) (expr, error) {
	c := condition{at: at.at}
	var err error
	if c.test, err = p.binary(0); err != nil {
		return nil, err
	}
	p.lines()
	if c.then, err = p.block(); err != nil {
		return nil, err
	}
	if !p.peek().word("else") {
		return c, nil
	}
	p.take()
	p.lines()
	if next := p.peek(); next.word("if") {
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer p.leave()
		p.take()
		c.not, err = p.condition(next)
		return c, err
	}
	c.not, err = p.block()
	return c, err
}
