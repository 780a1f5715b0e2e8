package vrl

import "context"

// Limits bound a program. A zero field means its default.
type Limits struct {
	Source int // bytes of the program, 16 KiB by default
	Depth  int // nesting of expressions and values, 256 by default
	Steps  int // expressions that one run may evaluate, 100,000 by default
	Memory int // bytes that one run may make, 8 MiB by default; its result may be as large
	Work   int // bytes that one run may read, 48 MiB by default; shared values count each time
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Source, 16<<10)
	set(&l.Depth, 256)
	set(&l.Steps, 100_000)
	set(&l.Memory, 8<<20)
	set(&l.Work, 48<<20)
	return l
}

// Program is a compiled program. It is safe for concurrent use.
type Program struct {
	source string
	limits Limits
	body   block
}

// Compile parses a program. The error is an *Error that names the first place
// that is wrong or not supported.
func Compile(source string, limits Limits) (*Program, error) {
	limits = limits.withDefaults()
	if len(source) > limits.Source {
		return nil, faultf(0, "the program has %d bytes, more than %d", len(source), limits.Source).bare()
	}
	tokens, err := lex(source)
	if err != nil {
		return nil, locate(source, err)
	}
	p := &parser{tokens: tokens, depth: limits.Depth, known: map[string]bool{}}
	body, err := p.program()
	if err != nil {
		return nil, locate(source, err)
	}
	return &Program{source: source, limits: limits, body: body}, nil
}

func (f *fault) bare() *Error { return &Error{Message: f.message} }

// Run evaluates the program for an event, which the program may read but never
// changes for the caller. The event is what encoding/json decodes: nil, bool,
// float64, string, []any and map[string]any, int and int64 too. The result is
// of the same kinds, with int64 for whole numbers. Run fails with an *Error
// when the program fails or reaches a limit, or with the context's cause.
func (p *Program) Run(ctx context.Context, event any) (any, error) {
	r := &run{ctx: ctx, limits: p.limits, vars: map[string]any{}}
	var err error
	if r.event, err = r.adopt(event, 0); err == nil {
		var v any
		if v, err = p.body.eval(r); err == nil {
			if err = r.deliver(v); err == nil {
				return v, nil
			}
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	return nil, locate(p.source, err)
}
