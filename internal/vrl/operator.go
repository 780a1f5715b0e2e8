package vrl

import (
	"math"
	"strings"
)

// operation is an expression with an operator between two others.
type operation struct {
	at          position
	sign        string
	left, right expr
}

// negation is !x.
type negation struct {
	at    position
	value expr
}

func (e operation) place() position { return e.left.place() }
func (e negation) place() position  { return e.at }

func (e negation) eval(r *run) (any, error) {
	v, err := e.value.eval(r)
	if err != nil {
		return nil, err
	}
	b, ok := v.(bool)
	if !ok {
		return nil, faultf(e.at, "! takes true or false, not %s", typeOf(v))
	}
	return !b, r.step(e.at)
}

func (e operation) eval(r *run) (any, error) {
	if err := r.step(e.at); err != nil {
		return nil, err
	}
	left, err := e.left.eval(r)
	switch e.sign {
	case "??":
		caught, ok := err.(*fault)
		if err == nil && (left != nil || !certain(e.left)) || ok && caught.final {
			return left, err
		}
		return e.right.eval(r)
	case "||":
		if err != nil || left != nil && left != false {
			return left, err
		}
		return e.right.eval(r)
	case "&&":
		if err != nil {
			return nil, err
		}
		return e.and(r, left)
	}
	if err != nil {
		return nil, err
	}
	right, err := e.right.eval(r)
	if err != nil {
		return nil, err
	}
	switch e.sign {
	case "==":
		return r.equal(e.at, left, right)
	case "!=":
		same, err := r.equal(e.at, left, right)
		return !same, err
	case ">", ">=", "<", "<=":
		return e.compare(r, left, right)
	case "|":
		return mergeObjects(r, e.at, left, right)
	}
	return e.compute(r, left, right)
}

// certain tells whether an expression has no error that could be caught. The
// reference engine refuses ?? after such a one; here it stands in for null.
func certain(x expr) bool {
	switch x := x.(type) {
	case literal:
		return true
	case query:
		return x.from == nil || certain(x.from)
	case operation:
		return x.sign == "??" && certain(x.right)
	}
	return false
}

func (e operation) and(r *run, left any) (any, error) {
	switch left {
	case nil, false:
		return false, nil
	case true:
	default:
		return nil, e.refuse(left, nil)
	}
	right, err := e.right.eval(r)
	if err != nil {
		return nil, err
	}
	switch right {
	case nil, false:
		return false, nil
	case true:
		return true, nil
	}
	return nil, e.refuse(left, right)
}

func (e operation) refuse(left, right any) error {
	return faultf(e.at, "%s cannot be used with %s and %s", e.sign, typeOf(left), typeOf(right))
}

func (e operation) compare(r *run, left, right any) (any, error) {
	var order int
	a, isText := left.(string)
	b, both := right.(string)
	if isText && both {
		if err := r.look(e.at, min(len(a), len(b))); err != nil {
			return nil, err
		}
		order = strings.Compare(a, b)
	} else {
		var ok bool
		if order, ok = compareNumbers(left, right); !ok {
			return nil, e.refuse(left, right)
		}
	}
	switch e.sign {
	case ">":
		return order > 0, nil
	case ">=":
		return order >= 0, nil
	case "<":
		return order < 0, nil
	}
	return order <= 0, nil
}

func compareNumbers(left, right any) (int, bool) {
	i, okI := left.(int64)
	j, okJ := right.(int64)
	if okI && okJ {
		return compareOrdered(i, j), true
	}
	a, okA := number(left)
	b, okB := number(right)
	return compareOrdered(a, b), okA && okB
}

func compareOrdered[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// number returns a number as a float.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func (e operation) compute(r *run, left, right any) (any, error) {
	if v, done, err := e.computeText(r, left, right); done {
		return v, err
	}
	i, okI := left.(int64)
	j, okJ := right.(int64)
	if okI && okJ && e.sign != "/" {
		switch e.sign {
		case "+":
			return i + j, nil
		case "-":
			return i - j, nil
		}
		return i * j, nil
	}
	a, okA := number(left)
	b, okB := number(right)
	if !okA || !okB {
		return nil, e.refuse(left, right)
	}
	var f float64
	switch e.sign {
	case "+":
		f = a + b
	case "-":
		f = a - b
	case "*":
		f = a * b
	case "/":
		if b == 0 {
			return nil, faultf(e.at, "division by zero")
		}
		f = a / b
	}
	if math.IsNaN(f) {
		return nil, faultf(e.at, "the result is not a number")
	}
	return f, nil
}

// computeText joins and repeats strings; null joins as nothing.
func (e operation) computeText(r *run, left, right any) (v any, done bool, err error) {
	a, okA := left.(string)
	b, okB := right.(string)
	switch e.sign {
	case "+":
		if !okA && !okB || !okA && left != nil || !okB && right != nil {
			return nil, false, nil
		}
		return a + b, true, r.charge(e.at, len(a)+len(b))
	case "*":
		n, okN := right.(int64)
		if !okA {
			a, okA = b, okB
			n, okN = left.(int64)
		}
		if !okA || !okN {
			return nil, false, nil
		}
		n = max(n, 0)
		if int64(len(a)) > 0 && n > int64(r.limits.Memory)/int64(len(a)) {
			return nil, true, stop(e.at, "the program makes more data than it may")
		}
		if err := r.charge(e.at, len(a)*int(n)); err != nil || a == "" {
			return "", true, err
		}
		return strings.Repeat(a, int(n)), true, nil
	}
	return nil, false, nil
}
