package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// Limits of a pattern: the time of a match is that of the text times that of
// the pattern. No pattern takes more, since RE2 does not backtrack.
const (
	maxPatternLength = 1000   // bytes
	maxPatternSteps  = 2500   // instructions of its program, each of which may run for each character
	maxSchemaSteps   = 40_000 // of all patterns of a schema
)

// patternLimitError names the limit that a pattern exceeds.
type patternLimitError struct{ reason string }

// Error returns the reason.
func (e *patternLimitError) Error() string { return e.reason }

// boundPattern is a compiled regular expression, safe for concurrent use.
type boundPattern struct {
	*regexp.Regexp
	// steps is how many instructions its program has.
	steps int
}

// compilePattern compiles a pattern. The error is a *patternLimitError for one
// that is over the limits, and another for one that RE2 does not know.
func compilePattern(text string) (*boundPattern, error) {
	if len(text) > maxPatternLength {
		return nil, &patternLimitError{fmt.Sprintf("it has %d bytes; at most %d are allowed", len(text), maxPatternLength)}
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if fault, ok := errors.AsType[*syntax.Error](err); ok && (fault.Code == syntax.ErrLarge || fault.Code == syntax.ErrNestingDepth) {
		return nil, &patternLimitError{"it repeats or nests too much; make it shorter"}
	} else if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if n := len(program.Inst); n > maxPatternSteps {
		return nil, &patternLimitError{fmt.Sprintf("it repeats too much: it has %d steps; at most %d are allowed", n, maxPatternSteps)}
	}
	re, err := regexp.Compile(text)
	return &boundPattern{re, len(program.Inst)}, err
}

// patternSet are the patterns of one schema. A nil one compiles patterns that
// it does not keep.
type patternSet map[string]*boundPattern

func (set patternSet) compile(text string) (*boundPattern, error) {
	if known, ok := set[text]; ok {
		return known, nil
	}
	p, err := compilePattern(text)
	if err != nil || set == nil {
		return p, err
	}
	steps := p.steps
	for _, other := range set {
		steps += other.steps
	}
	if steps > maxSchemaSteps {
		return nil, &patternLimitError{fmt.Sprintf("the patterns of the schema have more than %d steps together", maxSchemaSteps)}
	}
	set[text] = p
	return p, nil
}
