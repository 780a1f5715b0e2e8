package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Limits of a schema.
const (
	MaxSchemaSize  = 100 << 10 // bytes
	MaxSchemaDepth = 64
	maxParts       = 5000 // objects, lists and values; the library compares each with each
	maxExpansion   = 2000 // schemas that apply to one value
)

// Validator is a compiled schema. It is safe for concurrent use; nil accepts
// everything.
type Validator struct {
	schema  *jsonschema.Schema
	found   *examination
	secrets *secretPaths

	// Warnings says what of the schema is not enforced: patterns that Go's
	// regular expressions do not know.
	Warnings []string
}

// Compile compiles a schema; nil, {} and true accept everything. Its errors
// name the place in the schema.
func Compile(raw json.RawMessage) (*Validator, error) { return CompileOpen(raw, nil) }

// CompileOpen is Compile for a schema that leaves parts of it to others: a $ref
// that open knows is not followed and accepts everything. So an interface
// speaks of entities that each integration has its own of. A nil open knows none.
func CompileOpen(raw json.RawMessage, open func(ref string) bool) (*Validator, error) {
	raw = bytes.TrimSpace(raw)
	switch string(raw) {
	case "", "{}", "true", "null":
		return nil, nil
	}
	if len(raw) > MaxSchemaSize {
		return nil, fmt.Errorf("the schema has %d bytes; at most %d are allowed", len(raw), MaxSchemaSize)
	}
	doc, err := decode(raw)
	if huge, ok := errors.AsType[*numberError](err); ok {
		return nil, fmt.Errorf("the schema cannot be used: %w", huge)
	} else if err != nil {
		return nil, fmt.Errorf("the schema is not JSON: %w", err)
	}
	if depth(doc, 0) > MaxSchemaDepth {
		return nil, fmt.Errorf("the schema is nested deeper than %d", MaxSchemaDepth)
	}
	if n := parts(doc); n > maxParts {
		return nil, fmt.Errorf("the schema has %d parts; at most %d are allowed", n, maxParts)
	}
	patterns := patternSet{}
	if err := checkPatterns(doc, nil, patterns); err != nil {
		return nil, fmt.Errorf("the schema cannot be used: %w", err)
	}
	if open != nil {
		doc = fill(doc, open)
	}
	v := &Validator{secrets: findSecrets(doc)}
	compiling := true
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(refuse{})
	c.UseRegexpEngine(func(text string) (jsonschema.Regexp, error) {
		re, err := patterns.compile(text)
		if _, over := errors.AsType[*patternLimitError](err); over {
			return nil, err
		} else if err != nil {
			warning := fmt.Sprintf("the pattern %.80q is not checked: %v", text, err)
			if compiling && !slices.Contains(v.Warnings, warning) { // the library asks more than once
				v.Warnings = append(v.Warnings, warning)
			}
			return anything(text), nil
		}
		return re, nil
	})
	if err := c.AddResource(resource, doc); err != nil {
		return nil, fmt.Errorf("the schema cannot be used: %w", err)
	}
	if v.schema, err = compile(c); err != nil {
		return nil, fmt.Errorf("the schema cannot be used: %w", v.unusable(err))
	}
	compiling, patterns = false, nil // from here on the engine serves values, several at a time
	if v.found, err = examine(v.schema); err != nil {
		return nil, fmt.Errorf("the schema cannot be used: %w", err)
	}
	return v, nil
}

// unusable words an error of the library's compiler.
func (v *Validator) unusable(err error) error {
	if found, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		if faults, ok := errors.AsType[*jsonschema.ValidationError](found.Err); ok {
			return v.explain(faults)
		}
	}
	return err
}

// parts is how many values a document is made of.
func parts(doc any) int {
	n := 1
	switch doc := doc.(type) {
	case map[string]any:
		for _, member := range doc {
			n += parts(member)
		}
	case []any:
		for _, member := range doc {
			n += parts(member)
		}
	}
	return n
}

// fill puts what accepts everything in place of open references.
func fill(doc any, open func(ref string) bool) any {
	switch doc := doc.(type) {
	case map[string]any:
		if ref, ok := doc["$ref"].(string); ok && open(ref) {
			return true
		}
		for name, member := range doc {
			doc[name] = fill(member, open)
		}
	case []any:
		for i, member := range doc {
			doc[i] = fill(member, open)
		}
	}
	return doc
}

// resource is absolute, so that no folder of this machine is told in an error.
const resource = "schema:///given.json"

// compile guards against faults of the library on hostile schemas.
func compile(c *jsonschema.Compiler) (s *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is malformed: %v", r)
		}
	}()
	return c.Compile(resource)
}

type refuse struct{}

// Load refuses: schemas stand alone.
func (refuse) Load(url string) (any, error) {
	return nil, errors.New("references to other documents are not followed")
}

// anything is a pattern that matches everything.
type anything string

// MatchString reports true.
func (anything) MatchString(string) bool { return true }

// String returns the pattern.
func (a anything) String() string { return string(a) }

func depth(v any, d int) int {
	if d > MaxSchemaDepth {
		return d
	}
	deepest := d
	switch v := v.(type) {
	case map[string]any:
		for _, m := range v {
			deepest = max(deepest, depth(m, d+1))
		}
	case []any:
		for _, m := range v {
			deepest = max(deepest, depth(m, d+1))
		}
	}
	return deepest
}

// Cache keeps compiled schemas by their content. The zero value is ready and
// safe for concurrent use.
type Cache struct {
	// Max is how many are kept; 0 means 1024. A full cache starts over.
	Max int

	mu   sync.Mutex
	kept map[[32]byte]*Validator
}

// Compile is the package's Compile, remembered.
func (c *Cache) Compile(raw json.RawMessage) (*Validator, error) {
	key := sha256.Sum256(raw)
	c.mu.Lock()
	v, ok := c.kept[key]
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := Compile(raw)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	limit := c.Max
	if limit == 0 {
		limit = 1024
	}
	if c.kept == nil || len(c.kept) >= limit {
		c.kept = map[[32]byte]*Validator{}
	}
	c.kept[key] = v
	return v, nil
}
