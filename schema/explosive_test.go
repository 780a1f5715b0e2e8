package schema_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/schema"
)

// recursing is a schema with two alternatives that both recurse.
const recursing = `{"$defs":{"n":{"anyOf":[
	{"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"required":["a"],"additionalProperties":false},
	{"type":"object","properties":{"a":{"$ref":"#/$defs/n"}},"required":["a","b"]}]}},"$ref":"#/$defs/n"}`

func nested(depth int, inner string) string {
	return strings.Repeat(`{"a":`, depth) + inner + strings.Repeat("}", depth)
}

// A value is checked in time that grows with its size, whatever the paths
// through the schema, and the fault is named where it is.
func TestAlternativesThatRecurseAreCheckedOnce(t *testing.T) {
	t.Parallel()
	for _, keyword := range []string{"anyOf", "oneOf", "allOf"} {
		v, err := schema.Compile([]byte(strings.ReplaceAll(recursing, "anyOf", keyword)))
		if err != nil {
			t.Fatal(err)
		}
		for _, depth := range []int{3, 20, 24, 60, 900} {
			allocated := allocatedBy(func() { err = v.Validate([]byte(nested(depth, "1"))) })
			if allocated > 64<<20 {
				t.Errorf("%s, %d deep: %d MB allocated", keyword, depth, allocated>>20)
			}
			fault, ok := errors.AsType[*schema.ValidationError](err)
			if !ok || !strings.HasPrefix(fault.Error(), "a.a.a") {
				t.Errorf("%s, %d deep: %v, want a fault that names the place", keyword, depth, err)
			}
		}
	}
}

func allocatedBy(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestExplosiveSchemasAreRefused: what would take the server's time or memory
// is refused when it is compiled, with the place.
func TestExplosiveSchemasAreRefused(t *testing.T) {
	t.Parallel()
	doubling := func(keyword string) string {
		var b strings.Builder
		for i := range 40 {
			fmt.Fprintf(&b, `"d%d":{"%s":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},`, i, keyword, i+1, i+1)
		}
		return `{"$defs":{` + b.String() + `"d40":{"type":"string"}},"properties":{"x":{"$ref":"#/$defs/d0"}}}`
	}
	for name, c := range map[string]struct{ schema, want string }{
		"references that double":    {doubling("allOf"), "$defs.d"},
		"alternatives that double":  {doubling("anyOf"), "for one value"},
		"a reference to itself":     {`{"properties":{"a":{"$ref":"#/properties/a"}}}`, "properties.a: it refers to itself"},
		"two that refer in a ring":  {`{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}`, "it refers to itself"},
		"a pattern that repeats":    {`{"properties":{"a":{"pattern":"` + strings.Repeat("(x{1,1000}y)", 40) + `"}}}`, "properties.a.pattern: the pattern"},
		"a pattern beyond RE2":      {`{"properties":{"a":{"pattern":"((x{1000}){1000}){1000}"}}}`, ""},
		"many patterns":             {`{"properties":{"a":{"allOf":[` + differentPatterns(50) + `]}}}`, "properties.a.allOf"},
		"a long pattern":            {`{"patternProperties":{"` + strings.Repeat("a", 1001) + `":{}}}`, "patternProperties"},
		"a pattern that nests":      {`{"properties":{"a":{"pattern":"` + strings.Repeat("(", 450) + "x" + strings.Repeat(")?", 450) + `"}}}`, ""},
		"a large list of values":    {`{"properties":{"a":{"enum":[` + strings.Repeat("1,", 6000) + `0]}}}`, "6"},
		"many empty members":        {`{"properties":{` + strings.ReplaceAll(manyMembers(6000), `"type":"string"`, "") + `}}`, "parts"},
		"deep nesting":              {strings.Repeat(`{"not":`, 70) + "true" + strings.Repeat("}", 70), "nested deeper"},
		"branches, one unevaluated": {`{"$defs":{"n":{"unevaluatedProperties":false,"anyOf":[{"properties":{"a":{"$ref":"#/$defs/n"}}},{"properties":{"a":{"$ref":"#/$defs/n"},"b":true}}]}},"$ref":"#/$defs/n"}`, "it contains itself in more than one way"},
		"branches, dynamic":         {`{"$dynamicAnchor":"n","anyOf":[{"properties":{"a":{"$dynamicRef":"#n"}}},{"properties":{"a":{"$dynamicRef":"#n"},"b":true}}]}`, "it contains itself in more than one way"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			allocated := allocatedBy(func() { _, err = schema.Compile([]byte(c.schema)) })
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("Compile = %.300v, want %q", err, c.want)
			}
			if allocated > 64<<20 {
				t.Errorf("%d MB allocated", allocated>>20)
			}
		})
	}
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":{"type":"string"},`, i)
	}
	return b.String() + `"last":{}`
}

// TestExplosiveValuesAreRefused: within the limits of schemas and payloads no
// value takes more than its budget.
func TestExplosiveValuesAreRefused(t *testing.T) {
	t.Parallel()
	enum := `"` + strings.Repeat("x", 40) + `"`
	for name, c := range map[string]struct{ schema, value string }{
		"many values of a large enum":     {`{"items":{"enum":[` + strings.Repeat(enum+",", 1000) + `0]}}`, "[" + strings.Repeat(`"`+strings.Repeat("y", 40)+`",`, 3000) + "1]"},
		"many patterns and members":       {`{"patternProperties":{` + manyPatterns(400) + `}}`, "{" + manyMembers(5000) + "}"},
		"a long text and a large pattern": {`{"pattern":"(x{1,1000})+y"}`, `"` + strings.Repeat("x", 128<<10) + `"`},
		"faults everywhere":               {`{"items":{"type":"string"}}`, "[" + strings.Repeat("0,", 60_000) + "0]"},
		"deep lists":                      {`{"$defs":{"n":{"items":{"$ref":"#/$defs/n"},"type":"array"}},"$ref":"#/$defs/n"}`, strings.Repeat("[", 9000) + "1" + strings.Repeat("]", 9000)},
		"a regex as a value":              {`{"format":"regex"}`, `"` + strings.Repeat("x{1000}", 10_000) + `"`},
		"alternatives for each item":      {`{"items":{"anyOf":[` + strings.Repeat(`{"properties":{"a":{"minLength":9}},"required":["b"]},`, 700) + `false]}}`, "[" + strings.Repeat(`{"a":"x"},`, 4000) + "{}]"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := schema.Compile([]byte(c.schema))
			if err != nil {
				t.Fatal(err)
			}
			allocated := allocatedBy(func() { err = v.Validate([]byte(c.value)) })
			if fault, ok := errors.AsType[*schema.ValidationError](err); !ok || len(fault.Error()) > 10_000 {
				t.Errorf("Validate = %.300v, want a short refusal", err)
			}
			if allocated > 100<<20 {
				t.Errorf("%d MB allocated", allocated>>20)
			}
		})
	}
}

func differentPatterns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"pattern":"^%d(x{1000}y{1000})?$"},`, i)
	}
	return b.String() + "true"
}

func manyPatterns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"^[a-z]*%d$":{"type":"string"},`, i)
	}
	return b.String() + `"^last$":{}`
}

// A check ends when its caller has gone.
func TestValidateContextEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	v, err := schema.Compile([]byte(`{"items":{"anyOf":[{"type":"string"},{"type":"number"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("the caller has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if err := v.ValidateContext(ctx, []byte("["+strings.Repeat("1,", 5000)+"1]")); !errors.Is(err, gone) {
		t.Errorf("ValidateContext = %v, want the cause", err)
	}
	if err := v.ValidateContext(t.Context(), []byte("["+strings.Repeat("1,", 5000)+"1]")); err != nil {
		t.Errorf("ValidateContext = %v", err)
	}
}

// A recursive schema of alternatives, as libraries write for JSON and for rich
// text, stays usable at any depth.
func TestRecursiveAlternativesAreUsable(t *testing.T) {
	t.Parallel()
	const rich = `{"$defs":{"node":{"anyOf":[
		{"type":"object","properties":{"type":{"const":"text"},"text":{"type":"string"}},"required":["type","text"],"additionalProperties":false},
		{"type":"object","properties":{"type":{"const":"bold"},"a":{"$ref":"#/$defs/node"}},"required":["type","a"],"additionalProperties":false},
		{"type":"object","properties":{"type":{"const":"italic"},"a":{"$ref":"#/$defs/node"}},"required":["type","a"],"additionalProperties":false}
	]}},"$ref":"#/$defs/node"}`
	v, err := schema.Compile([]byte(rich))
	if err != nil {
		t.Fatal(err)
	}
	value := json.RawMessage(strings.Repeat(`{"type":"italic","a":`, 300) + `{"type":"text","text":"x"}` + strings.Repeat("}", 300))
	if err := v.Validate(value); err != nil {
		t.Errorf("Validate = %v", err)
	}
}
