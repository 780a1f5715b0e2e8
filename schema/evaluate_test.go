package schema

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// inventor invents schemas and values that often match each other.
type inventor struct{ *rand.Rand }

func (m inventor) of(list ...string) string { return list[m.IntN(len(list))] }

func (m inventor) value(depth int) string {
	if depth == 0 || m.IntN(3) == 0 {
		return m.of("null", "true", "0", "1", "1.0", "2.5", "-3", "1e2", `""`, `"a"`, `"abc"`, `"é"`, "[]", "{}")
	}
	if m.IntN(2) == 0 {
		return fmt.Sprintf("[%s,%s]", m.value(depth-1), m.value(depth-1))
	}
	return fmt.Sprintf(`{%q:%s,%q:%s}`, m.of("a", "b"), m.value(depth-1), m.of("c", "a1"), m.value(depth-1))
}

func (m inventor) schema(depth int) string {
	if depth == 0 {
		return m.of("true", "false", `{"type":"string"}`, `{"type":"integer"}`, `{"type":["object","null"]}`, `{"const":`+m.value(1)+`}`,
			`{"enum":[1,"a",`+m.value(1)+`]}`, `{"minimum":1}`, `{"maxLength":1}`, `{"$ref":"#/$defs/d"}`, `{"format":"date"}`)
	}
	sub := func() string { return m.schema(depth - 1) }
	word := func() string {
		switch m.IntN(26) {
		case 0:
			return `"type":` + m.of(`"object"`, `"array"`, `"number"`, `["string","integer"]`)
		case 1:
			return fmt.Sprintf(`"properties":{"a":%s,"b":%s}`, sub(), sub())
		case 2:
			return `"required":["a"]`
		case 3:
			return `"additionalProperties":` + sub()
		case 4:
			return fmt.Sprintf(`"patternProperties":{"^a":%s,"c$":%s}`, sub(), sub())
		case 5:
			return `"propertyNames":` + m.of(`{"maxLength":1}`, `{"pattern":"^a"}`, `{"enum":["a","c"]}`)
		case 6:
			return fmt.Sprintf(`"anyOf":[%s,%s]`, sub(), sub())
		case 7:
			return fmt.Sprintf(`"oneOf":[%s,%s]`, sub(), sub())
		case 8:
			return fmt.Sprintf(`"allOf":[%s,%s]`, sub(), sub())
		case 9:
			return `"not":` + sub()
		case 10:
			return fmt.Sprintf(`"if":%s,"then":%s,"else":%s`, sub(), sub(), sub())
		case 11:
			return `"items":` + sub()
		case 12:
			return fmt.Sprintf(`"prefixItems":[%s]`, sub())
		case 13:
			return fmt.Sprintf(`"contains":%s,"minContains":%d,"maxContains":%d`, sub(), m.IntN(2), m.IntN(3))
		case 14:
			return `"uniqueItems":true`
		case 15:
			return `"minItems":1`
		case 16:
			return `"maxProperties":1`
		case 17:
			return fmt.Sprintf(`"dependentSchemas":{"a":%s}`, sub())
		case 18:
			return `"dependentRequired":{"a":["c"]}`
		case 19:
			return `"minimum":1,"exclusiveMaximum":2.5`
		case 20:
			return `"multipleOf":0.5`
		case 21:
			return `"minLength":1,"maxLength":2`
		case 22:
			return `"pattern":"^a"`
		case 23:
			return fmt.Sprintf(`"unevaluatedProperties":%s`, m.of("false", "true", `{"type":"string"}`))
		case 24:
			return fmt.Sprintf(`"dependencies":{"a":["b"],"c":%s}`, sub())
		}
		return `"$ref":"#/$defs/d"`
	}
	return "{" + word() + "," + m.of(`"title":"t"`, word()) + "}"
}

// TestEvaluationAgreesWithTheLibrary: a value matches here if and only if it
// does in the library, which explores every path.
func TestEvaluationAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	m := inventor{rand.New(rand.NewPCG(10, 3))}
	drafts := []string{"https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema", "http://json-schema.org/draft-07/schema#"}
	matched, compared := 0, 0
	for range 6000 {
		text := fmt.Sprintf(`{"$schema":%q,"$defs":{"d":%s},"allOf":[%s]}`, drafts[m.IntN(3)], m.schema(0), m.schema(2))
		v, err := Compile(json.RawMessage(text))
		if err != nil || v.found.byLibrary {
			continue // malformed in this draft, endless, or the library's to evaluate
		}
		for range 8 {
			value := m.value(3)
			doc, err := decode([]byte(value))
			if err != nil {
				t.Fatal(err)
			}
			compared++
			e := &evaluation{ctx: t.Context(), steps: baseSteps, done: rememberAfter}
			got, want := e.check(v.schema, doc).ok, v.schema.Validate(doc) == nil
			if got != want {
				t.Errorf("%s\n%s matches: %v, in the library %v", text, value, got, want)
			}
			if want {
				matched++
			}
		}
	}
	if compared < 10_000 || matched < compared/10 || matched > compared*9/10 {
		t.Errorf("%d of %d values matched: the schemas are too simple to tell", matched, compared)
	}
}
