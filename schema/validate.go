package schema

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

var errTrailing = errors.New("something follows the JSON value")

// maxProblems bounds a ValidationError.
const maxProblems = 20

// Problem is one fault of a value. Path is as in "items[2].title"; it is empty
// for the whole value.
type Problem struct {
	Path    string
	Message string
}

// ValidationError is all that is wrong with a value, sorted by path.
type ValidationError struct {
	Problems []Problem
}

// Error lists the problems.
func (e *ValidationError) Error() string { return e.In("") }

// In lists the problems with paths under root, the name of the whole value.
func (e *ValidationError) In(root string) string {
	var parts []string
	for _, p := range e.Problems {
		path := root
		switch {
		case path == "":
			path = p.Path
		case p.Path != "" && p.Path[0] != '[':
			path += "." + p.Path
		default:
			path += p.Path
		}
		parts = append(parts, at(path)+p.Message)
	}
	return strings.Join(parts, "; ")
}

// Validate checks JSON text. The error is a *ValidationError, also for text
// that is not JSON and for one that takes too long to check.
func (v *Validator) Validate(raw []byte) error {
	return v.ValidateContext(context.Background(), raw)
}

// ValidateContext is Validate, which ends with the cause of ctx when that is
// done.
func (v *Validator) ValidateContext(ctx context.Context, raw []byte) error {
	if v == nil {
		if !json.Valid(raw) {
			return &ValidationError{[]Problem{{Message: "it is not valid JSON"}}}
		}
		return nil
	}
	doc, err := decode(raw)
	if huge, ok := errors.AsType[*numberError](err); ok {
		return &ValidationError{[]Problem{{huge.path, hugeNumber}}}
	} else if err != nil {
		return &ValidationError{[]Problem{{Message: "it is not valid JSON"}}}
	}
	e := &evaluation{ctx: ctx, anchors: v.found.anchors, steps: baseSteps + len(raw)}
	return v.check(e, doc)
}

// check guards against faults of the library on hostile values.
func (v *Validator) check(e *evaluation, doc any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &ValidationError{[]Problem{{Message: "it could not be checked"}}}
		}
	}()
	result := e.check(v.schema, doc)
	deepest := pathText(e.worst)
	switch {
	case errors.Is(e.err, errBudget), v.found.byLibrary && result.cost > maxExplained:
		return &ValidationError{[]Problem{{deepest, "it takes too long to check against its schema; send less, or make the schema simpler"}}}
	case e.err != nil:
		return e.err
	case result.ok && !v.found.byLibrary:
		return nil
	case result.cost > maxExplained:
		return &ValidationError{[]Problem{{deepest, "it does not fit the schema, in more ways than can be listed"}}}
	}
	err = v.schema.Validate(doc)
	if err == nil {
		return nil
	}
	found, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return &ValidationError{[]Problem{{Message: "it could not be checked"}}}
	}
	return v.explain(found)
}

// explain words what the library found for people.
func (v *Validator) explain(found *jsonschema.ValidationError) *ValidationError {
	c := collector{v: v, seen: map[Problem]bool{}}
	c.walk(found)
	sort.SliceStable(c.problems, func(i, j int) bool { return c.problems[i].Path < c.problems[j].Path })
	if len(c.problems) > maxProblems {
		more := len(c.problems) - maxProblems
		c.problems = append(c.problems[:maxProblems], Problem{Message: fmt.Sprintf("and %d more problems", more)})
	}
	return &ValidationError{c.problems}
}

type collector struct {
	v        *Validator
	problems []Problem
	seen     map[Problem]bool
}

// walk collects the leaves; of alternatives (anyOf, oneOf) only those that
// came nearest to fitting.
func (c *collector) walk(e *jsonschema.ValidationError) {
	if len(e.Causes) == 0 {
		c.leaf(e)
		return
	}
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		if best := nearest(e); best != nil {
			c.walk(best)
			return
		}
		c.add(Problem{pathText(e.InstanceLocation), "it fits none of the allowed forms"})
		return
	}
	for _, cause := range e.Causes {
		c.walk(cause)
	}
}

// nearest returns the alternative that failed deepest inside the value, or the
// only one for values of its type; nil when all failed at its surface.
func nearest(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	var best *jsonschema.ValidationError
	var ofType []*jsonschema.ValidationError
	depth := len(e.InstanceLocation)
	for _, cause := range e.Causes {
		if d := deepest(cause); d > depth {
			best, depth = cause, d
		}
		if !isOfOtherType(cause) {
			ofType = append(ofType, cause)
		}
	}
	switch {
	case best != nil:
		return best
	case len(e.Causes) == 1:
		return e.Causes[0]
	case len(ofType) == 1:
		return ofType[0]
	}
	return nil
}

// isOfOtherType reports whether a value failed only for its type.
func isOfOtherType(e *jsonschema.ValidationError) bool {
	for len(e.Causes) == 1 {
		e = e.Causes[0]
	}
	_, ok := e.ErrorKind.(*kind.Type)
	return ok
}

func deepest(e *jsonschema.ValidationError) int {
	d := len(e.InstanceLocation)
	if k, ok := e.ErrorKind.(*kind.Type); ok && k != nil {
		return d
	}
	for _, cause := range e.Causes {
		d = max(d, deepest(cause))
	}
	return d
}

func (c *collector) add(p Problem) {
	if !c.seen[p] {
		c.seen[p] = true
		c.problems = append(c.problems, p)
	}
}

func (c *collector) leaf(e *jsonschema.ValidationError) {
	path := pathText(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			c.add(Problem{joinPath(path, name), "it is required and missing"})
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			c.add(Problem{joinPath(path, short(name)), "it is not declared; remove it or declare it in the schema"})
		}
	default:
		c.add(Problem{path, c.message(e)})
	}
}

func (c *collector) message(e *jsonschema.ValidationError) string {
	secret := c.v.secrets.covers(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return fmt.Sprintf("expected %s, got %s", strings.Join(k.Want, " or "), k.Got)
	case *kind.Enum:
		return "must be one of " + values(k.Want) + got(k.Got, secret)
	case *kind.Const:
		return "must be " + values([]any{k.Want}) + got(k.Got, secret)
	case *kind.MinLength:
		return fmt.Sprintf("has %d characters; at least %d are needed", k.Got, k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("has %d characters; at most %d are allowed", k.Got, k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("has %d items; at least %d are needed", k.Got, k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("has %d items; at most %d are allowed", k.Got, k.Want)
	case *kind.Minimum:
		want, _ := k.Want.Float64()
		return "must be at least " + strconv.FormatFloat(want, 'g', -1, 64)
	case *kind.Maximum:
		want, _ := k.Want.Float64()
		return "must be at most " + strconv.FormatFloat(want, 'g', -1, 64)
	case *kind.Pattern:
		return fmt.Sprintf("must match the pattern %s", short(k.Want))
	case *kind.Format:
		return "is not a valid " + k.Want + got(k.Got, secret)
	case *kind.FalseSchema:
		return "it is not allowed here"
	}
	return "does not fit the schema (" + strings.Join(e.ErrorKind.KeywordPath(), "/") + ")"
}

func values(vs []any) string {
	var parts []string
	for _, v := range vs {
		text, err := json.Marshal(v)
		if err != nil {
			continue
		}
		parts = append(parts, short(string(text)))
		if len(parts) == 20 && len(vs) > 20 {
			parts = append(parts, "…")
			break
		}
	}
	return strings.Join(parts, ", ")
}

func got(v any, secret bool) string {
	if secret {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return ", not " + short(string(text))
}

func short(s string) string {
	r := []rune(s)
	if len(r) <= 40 {
		return s
	}
	return string(r[:39]) + "…"
}

// maxPath is how many steps of a path are shown; of a longer one the middle is
// left out.
const maxPath = 30

func pathText(location []string) string {
	if n := len(location); n > maxPath {
		return pathText(location[:maxPath/2]) + "…" + pathText(location[n-maxPath/2:])
	}
	var b strings.Builder
	for _, part := range location {
		if _, err := strconv.Atoi(part); err == nil {
			b.WriteString("[" + part + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(short(part))
	}
	return b.String()
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
