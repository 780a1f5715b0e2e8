package schema_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/schema"
)

type address struct {
	Street string `json:"street" title:"Street"`
	Number *int   `json:"number"`
}

type person struct {
	Name   string            `json:"name" minLength:"2" maxLength:"10"`
	Token  string            `json:"token,omitempty" secret:"true"`
	Kind   string            `json:"kind,omitempty" enum:"cat,dog"`
	Born   time.Time         `json:"born,omitzero"`
	Homes  []address         `json:"homes,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	Extra  json.RawMessage   `json:"extra,omitempty"`
}

func compile(t *testing.T, raw json.RawMessage) *schema.Validator {
	t.Helper()
	v, err := schema.Compile(raw)
	if err != nil {
		t.Fatalf("Compile(%s) = %v", raw, err)
	}
	return v
}

func TestValidateNamesFieldProblemAndRemedy(t *testing.T) {
	t.Parallel()
	v := compile(t, schema.MustFor[person]())
	for name, tt := range map[string]struct{ value, want string }{
		"valid":      {`{"name":"Ada","homes":[{"street":"x"}],"labels":{"a":"b"},"extra":[1]}`, ""},
		"missing":    {`{}`, "name: it is required and missing"},
		"type":       {`{"name":7}`, "name: expected string, got number"},
		"long":       {`{"name":"Ada Lovelace King"}`, "name: has 17 characters; at most 10 are allowed"},
		"enum":       {`{"name":"Ada","kind":"cow"}`, `kind: must be one of "cat", "dog", not "cow"`},
		"undeclared": {`{"name":"Ada","nmae":"x"}`, "nmae: it is not declared"},
		"nested":     {`{"name":"Ada","homes":[{"street":"a"},{"street":false}]}`, "homes[1].street: expected string, got boolean"},
		"format":     {`{"name":"Ada","born":"yesterday"}`, "born: is not a valid date-time"},
		"not JSON":   {`{"name":`, "it is not valid JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := v.Validate([]byte(tt.value))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Validate(%s) = %v, want nil", tt.value, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Validate(%s) = %v, want it to say %q", tt.value, err, tt.want)
			}
		})
	}
}

func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	raw := json.RawMessage(`{"type":"object","properties":{"key":{"type":"string","enum":["a"],"x-zui":{"secret":true}}}}`)
	err := compile(t, raw).Validate([]byte(`{"key":"opensesame"}`))
	if err == nil || strings.Contains(err.Error(), "opensesame") {
		t.Errorf("Validate = %v, want an error without the value", err)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	raw := schema.MustFor[person]()
	got := schema.Mask(raw, json.RawMessage(`{"name":"Ada","token":"opensesame"}`))
	if want := `{"name":"Ada","token":"********"}`; string(got) != want {
		t.Errorf("Mask = %s, want %s", got, want)
	}
}

type ring struct {
	Next *ring `json:"next"`
}

func TestForRefusesWhatJSONCannotHold(t *testing.T) {
	t.Parallel()
	if _, err := schema.For[ring](); err == nil || !strings.Contains(err.Error(), "next: ") {
		t.Errorf("For[ring] = %v, want an error that names next", err)
	}
	type pipe struct {
		C chan int `json:"c"`
	}
	if _, err := schema.For[pipe](); err == nil || !strings.Contains(err.Error(), "c: ") {
		t.Errorf("For[pipe] = %v, want an error that names c", err)
	}
}

func TestCompileRefusesHostileSchemas(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"remote reference": `{"$ref":"http://127.0.0.1:1/x"}`,
		"file reference":   `{"$ref":"file:///etc/passwd"}`,
		"too deep":         strings.Repeat(`{"not":`, 100) + "{}" + strings.Repeat("}", 100),
		"too large":        `{"title":"` + strings.Repeat("x", schema.MaxSchemaSize) + `"}`,
		"not a schema":     `{"type":"strange"}`,
		"huge number":      `{"minimum":1e9999999}`,
		"not JSON":         `{`,
	} {
		if _, err := schema.Compile(json.RawMessage(raw)); err == nil {
			t.Errorf("%s: Compile accepted it", name)
		}
	}
	v := compile(t, json.RawMessage(`{"type":"string","pattern":"(?=x)"}`))
	if len(v.Warnings) != 1 {
		t.Errorf("Warnings = %q, want one about the pattern", v.Warnings)
	}
}

func TestAlternativesReportTheNearest(t *testing.T) {
	t.Parallel()
	raw := json.RawMessage(`{"anyOf":[{"type":"string"},{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}]}`)
	err := compile(t, raw).Validate([]byte(`{"a":"x"}`))
	if err == nil || !strings.Contains(err.Error(), "a: expected number, got string") {
		t.Errorf("Validate = %v, want the nearest alternative's problem", err)
	}
}

func FuzzValidate(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"type":"string","pattern":"^x"}}}`, `{"a":"x"}`)
	f.Add(`{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#"}}}`, `1`)
	f.Fuzz(func(t *testing.T, raw, value string) {
		v, err := schema.Compile(json.RawMessage(raw))
		if err != nil {
			return
		}
		_ = v.Validate([]byte(value))
		_ = schema.Mask(json.RawMessage(raw), json.RawMessage(value))
	})
}

func ExampleFor() {
	type input struct {
		Title string `json:"title" description:"What to do" minLength:"1"`
		Done  bool   `json:"done,omitempty"`
	}
	s, err := schema.For[input]()
	fmt.Println(string(s), err)
	// Output: {"type":"object","properties":{"title":{"type":"string","description":"What to do","minLength":1},"done":{"type":"boolean"}},"required":["title"],"additionalProperties":false} <nil>
}

func ExampleValidator_Validate() {
	v, _ := schema.Compile(json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}`))
	fmt.Println(v.Validate([]byte(`{"text":5}`)))
	// Output: text: expected string, got number
}

func BenchmarkValidate(b *testing.B) {
	v, err := schema.Compile(schema.MustFor[person]())
	if err != nil {
		b.Fatal(err)
	}
	value := []byte(`{"name":"Ada","homes":[{"street":"x"}],"labels":{"a":"b"}}`)
	for b.Loop() {
		if err := v.Validate(value); err != nil {
			b.Fatal(err)
		}
	}
}

func TestOpenReferences(t *testing.T) {
	t.Parallel()
	raw := json.RawMessage(`{"type":"object","properties":{"item":{"allOf":[{"$ref":"item"},{"required":["id"]}]},"$ref":{"type":"string"}},"required":["item"]}`)
	v, err := schema.CompileOpen(raw, func(ref string) bool { return ref == "item" })
	if err != nil {
		t.Fatal(err)
	}
	for value, fits := range map[string]bool{
		`{"item":{"id":"a","size":3}}`:           true,
		`{"item":{"size":3}}`:                    false,
		`{"item":{"id":"a"},"$ref":7}`:           false,
		`{"item":{"id":"a"},"$ref":"elsewhere"}`: true,
	} {
		if err := v.Validate([]byte(value)); (err == nil) != fits {
			t.Errorf("Validate(%s) = %v, want it to fit: %t", value, err, fits)
		}
	}
	if _, err := schema.CompileOpen(json.RawMessage(`{"$ref":"item"}`), func(string) bool { return true }); err != nil {
		t.Errorf("a schema that is a reference itself: %v", err)
	}
	for _, open := range []func(string) bool{nil, func(ref string) bool { return ref == "thing" }} {
		if _, err := schema.CompileOpen(raw, open); err == nil || !strings.Contains(err.Error(), "item") {
			t.Errorf("an unknown reference: %v, want it named", err)
		}
	}
}
