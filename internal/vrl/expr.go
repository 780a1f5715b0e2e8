package vrl

import "strings"

// expr is an expression.
type expr interface {
	eval(r *run) (any, error)
	// place is where it starts.
	place() position
}

type (
	literal struct {
		at    position
		value any
	}
	text struct { // a string with variables in it
		at    position
		parts []part
	}
	array struct {
		at   position
		list []expr
	}
	object struct {
		at      position
		members []member
	}
	member struct {
		key   string
		value expr
	}
	// query reads from the event, a variable or a value.
	query struct {
		at    position
		event bool
		name  string // of a variable
		from  expr   // of a value
		steps []queryStep
	}
	queryStep struct {
		segment
		computed expr // gives the index; the segment does when it is nil
	}
	block struct {
		at   position
		list []expr
	}
	condition struct {
		at        position
		test      expr
		then, not expr // not is nil without an else
	}
	assignment struct {
		at       position
		ok, err  *target // err is nil unless errors are caught
		merge    bool
		value    expr
		fallback any // of ok when there is an error
	}
	target struct {
		at    position
		none  bool // _
		event bool
		name  string
		path  path
	}
	abort struct {
		at      position
		message expr
	}
)

func (e literal) place() position    { return e.at }
func (e text) place() position       { return e.at }
func (e array) place() position      { return e.at }
func (e object) place() position     { return e.at }
func (e query) place() position      { return e.at }
func (e block) place() position      { return e.at }
func (e condition) place() position  { return e.at }
func (e assignment) place() position { return e.at }
func (e abort) place() position      { return e.at }

func (e literal) eval(r *run) (any, error) { return e.value, r.step(e.at) }

func (e text) eval(r *run) (any, error) {
	var b strings.Builder
	for _, p := range e.parts {
		s := p.text
		if p.variable != "" {
			var ok bool
			if s, ok = r.vars[p.variable].(string); !ok {
				return nil, faultf(p.at, "the variable %q is %s, not a string; use to_string!", p.variable, typeOf(r.vars[p.variable]))
			}
		}
		if err := r.charge(p.at, len(s)); err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), r.step(e.at)
}

func (e array) eval(r *run) (any, error) {
	if err := r.charge(e.at, slot*len(e.list)); err != nil {
		return nil, err
	}
	list := make([]any, len(e.list))
	for i, x := range e.list {
		var err error
		if list[i], err = x.eval(r); err != nil {
			return nil, err
		}
		if err := r.weigh(e.at, list[i], 1); err != nil {
			return nil, err
		}
	}
	return list, r.step(e.at)
}

func (e object) eval(r *run) (any, error) {
	if err := r.charge(e.at, slot*len(e.members)); err != nil {
		return nil, err
	}
	object := make(map[string]any, len(e.members))
	for _, m := range e.members {
		v, err := m.value.eval(r)
		if err != nil {
			return nil, err
		}
		if err := r.weigh(e.at, v, 1); err != nil {
			return nil, err
		}
		object[m.key] = v
	}
	return object, r.step(e.at)
}

func (e query) eval(r *run) (any, error) {
	v, _, err := e.find(r)
	return v, err
}

// find evaluates the query and tells whether there is something.
func (e query) find(r *run) (any, bool, error) {
	if err := r.step(e.at); err != nil {
		return nil, false, err
	}
	v := r.event
	switch {
	case e.from != nil:
		var err error
		if v, err = e.from.eval(r); err != nil {
			return nil, false, err
		}
	case !e.event:
		v = r.vars[e.name]
	}
	for _, s := range e.steps {
		if s.computed != nil {
			i, err := s.computed.eval(r)
			if err != nil {
				return nil, false, err
			}
			at, ok := i.(int64)
			if !ok || int64(int(at)) != at {
				return nil, false, faultf(s.computed.place(), "an index must be an integer, not %s", typeOf(i))
			}
			s.segment = segment{index: true, at: int(at)}
		}
		var ok bool
		if v, ok = s.segment.get(v); !ok {
			return nil, false, nil
		}
	}
	return v, true, nil
}

func (e block) eval(r *run) (any, error) {
	var last any
	for _, x := range e.list {
		var err error
		if last, err = x.eval(r); err != nil {
			return nil, err
		}
	}
	return last, r.step(e.at)
}

func (e condition) eval(r *run) (any, error) {
	v, err := e.test.eval(r)
	if err != nil {
		return nil, err
	}
	yes, ok := v.(bool)
	switch {
	case !ok:
		return nil, faultf(e.test.place(), "a condition must be true or false, not %s", typeOf(v))
	case yes:
		return e.then.eval(r)
	case e.not != nil:
		return e.not.eval(r)
	}
	return nil, r.step(e.at)
}

func (e assignment) eval(r *run) (any, error) {
	v, err := e.value.eval(r)
	if e.err != nil {
		caught, ok := err.(*fault)
		switch {
		case err == nil:
			if err := e.err.set(r, nil); err != nil {
				return nil, err
			}
		case !ok || caught.final:
			return nil, err
		default:
			if err := e.err.set(r, caught.message); err != nil {
				return nil, err
			}
			if err := e.ok.set(r, e.fallback); err != nil {
				return nil, err
			}
			return caught.message, nil
		}
	} else if err != nil {
		return nil, err
	}
	if e.merge {
		old := e.ok.path.get(e.ok.root(r))
		if v, err = mergeObjects(r, e.at, old, v); err != nil {
			return nil, err
		}
	}
	return v, e.ok.set(r, v)
}

func (t *target) root(r *run) any {
	if t.event {
		return r.event
	}
	return r.vars[t.name]
}

func (t *target) set(r *run, v any) error {
	if t.none {
		return r.step(t.at)
	}
	root, err := r.put(t.at, t.root(r), t.path, v)
	if err != nil {
		return err
	}
	if t.event {
		r.event = root
	} else {
		r.vars[t.name] = root
	}
	return r.step(t.at)
}

func (e abort) eval(r *run) (any, error) {
	message := "aborted"
	if e.message != nil {
		v, err := e.message.eval(r)
		if err != nil {
			return nil, err
		}
		s, ok := v.(string)
		if !ok {
			return nil, faultf(e.message.place(), "the message of abort must be a string, not %s", typeOf(v))
		}
		message = s
	}
	return nil, faultf(e.at, "%s", message)
}
