package vrl

// function is one that programs can call.
type function struct {
	name string
	// parameters are in the order in which arguments without a name fill them.
	parameters []parameter
	// empty is what it always gives the empty value of, where an error is
	// caught; nil is null.
	empty any
	do    func(c *invocation) (any, error)
}

// parameter is one that a function takes; without a default it must be given.
type parameter struct {
	name     string
	optional bool
}

// call is an expression that calls a function. Arguments are in the order of
// the function's parameters, nil where one is not given.
type call struct {
	at        position
	function  *function
	arguments []expr
}

func (e call) place() position { return e.at }

// invocation is a function at work.
type invocation struct {
	*run
	at     position
	name   string
	values []any
	given  []expr
}

func (e call) eval(r *run) (any, error) {
	if err := r.step(e.at); err != nil {
		return nil, err
	}
	c := &invocation{run: r, at: e.at, name: e.function.name, values: make([]any, len(e.arguments)), given: e.arguments}
	if e.function.name != "exists" {
		for i, x := range e.arguments {
			if x == nil {
				continue
			}
			var err error
			if c.values[i], err = x.eval(r); err != nil {
				return nil, err
			}
			if s, ok := c.values[i].(string); ok {
				if err := r.look(e.at, len(s)); err != nil {
					return nil, err
				}
			}
		}
	}
	return e.function.do(c)
}

// fail is an error of the function.
func (c *invocation) fail(format string, args ...any) error {
	return faultf(c.at, c.name+": "+format, args...)
}

// made returns a string, counted.
func (c *invocation) made(s string) (any, error) { return s, c.charge(c.at, len(s)) }

func (c *invocation) isGiven(i int) bool { return c.given[i] != nil }

func (c *invocation) string(i int) (string, error) {
	s, ok := c.values[i].(string)
	if !ok {
		return "", c.fail("expected a string, not %s", typeOf(c.values[i]))
	}
	return s, nil
}

// text is a string argument with replacement characters for what is not UTF-8,
// as the functions that look at characters take it.
func (c *invocation) text(i int) (string, error) {
	s, err := c.string(i)
	return lossy(s), err
}

// stringOr returns a string argument, or def when it is not given.
func (c *invocation) stringOr(i int, def string) (string, error) {
	if !c.isGiven(i) {
		return def, nil
	}
	return c.string(i)
}

func (c *invocation) intOr(i int, def int) (int, error) {
	if !c.isGiven(i) {
		return def, nil
	}
	n, ok := c.values[i].(int64)
	if !ok || int64(int(n)) != n {
		return 0, c.fail("expected an integer, not %s", typeOf(c.values[i]))
	}
	return int(n), nil
}

func (c *invocation) boolOr(i int, def bool) (bool, error) {
	if !c.isGiven(i) {
		return def, nil
	}
	b, ok := c.values[i].(bool)
	if !ok {
		return false, c.fail("expected true or false, not %s", typeOf(c.values[i]))
	}
	return b, nil
}

// call parses the arguments of a function after its name.
func (p *parser) call(name token) (expr, error) {
	f := functions()[name.text]
	if f == nil {
		return nil, faultf(name.at, "the function %q is not known or not supported", name.text)
	}
	c := call{at: name.at, function: f, arguments: make([]expr, len(f.parameters))}
	if p.peek().is("!") {
		p.take() // it tells the reference engine that an error may end the run
	}
	p.take() // the parenthesis
	for next := 0; ; {
		p.lines()
		if p.peek().is(")") {
			p.take()
			break
		}
		at := p.peek()
		i := next
		if at.kind == kindName && p.ahead().is(":") {
			p.take()
			p.take()
			if i = f.parameter(at.text); i < 0 {
				return nil, faultf(at.at, "%s has no argument %q", f.name, at.text)
			}
		} else {
			next++
		}
		if i >= len(c.arguments) {
			return nil, faultf(at.at, "%s takes %d arguments at most", f.name, len(c.arguments))
		}
		x, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		c.arguments[i] = x
		p.lines()
		if p.peek().is(",") {
			p.take()
		} else if t := p.peek(); !t.is(")") {
			return nil, faultf(t.at, `expected "," or ")", found %s`, t.describe())
		}
	}
	return c, p.complete(c)
}

// complete checks that a call has what its function needs.
func (p *parser) complete(c call) error {
	for i, parameter := range c.function.parameters {
		if c.arguments[i] == nil && !parameter.optional {
			return faultf(c.at, "%s needs the argument %q", c.function.name, parameter.name)
		}
	}
	if c.function.name == "exists" {
		if q, ok := c.arguments[0].(query); !ok || q.from != nil {
			return faultf(c.at, "exists takes a path")
		}
	}
	if t := p.peek(); t.is("->") {
		return faultf(t.at, "closures are not supported")
	}
	return nil
}

func (f *function) parameter(name string) int {
	for i, p := range f.parameters {
		if p.name == name {
			return i
		}
	}
	return -1
}
