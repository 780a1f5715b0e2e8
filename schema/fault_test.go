package schema_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/schema"
)

func TestFaultsOfASchemaAreToldForPeople(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"type":"objekt"}`:                     `type: must be one of "array", "boolean", "integer", "null", "number", "object", "string", not "objekt"`,
		`{"properties":{"a":{"minLength":-1}}}`: `properties.a.minLength: `,
		`{"$ref":"other.json"}`:                 "references to other documents are not followed",
		`{"items":{"minimum":1e999999}}`:        "items.minimum: the number has more digits",
	} {
		_, err := schema.Compile([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Compile(%s) = %v, want %q", text, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "file:") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("Compile(%s) tells of a folder, or in several lines: %v", text, err)
		}
	}
}

// Eight characters may stand for a million digits, on which an exact comparison
// takes a tenth of a second, and some more end it with a panic.
func TestHugeNumbersAreRefusedUnread(t *testing.T) {
	t.Parallel()
	for text, limits := range map[string]string{
		"integer":  `{"type":"integer"}`,
		"minimum":  `{"type":"number","minimum":0}`,
		"multiple": `{"type":"number","multipleOf":0.01}`,
		"unique":   `{"uniqueItems":true}`,
	} {
		v, err := schema.Compile([]byte(`{"type":"object","properties":{"list":{"type":"array","items":` + limits + `}}}`))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, number := range []string{"1e9999999", "1e-9999999", "1E999999", "1e-999999", "1e99999999999999999999", strings.Repeat("1", 100_000)} {
			value := `{"list":[0,` + strings.Repeat(number+",", 3) + `1]}`
			err := v.Validate([]byte(value))
			if err == nil || !strings.Contains(err.Error(), "list[1]: the number has more digits") {
				t.Errorf("%s: Validate(%.60s…) = %v, want a refusal that names the place", text, value, err)
			}
		}
		for _, number := range []string{"1e300", "-0", "179769313486231570000000000000000000000"} {
			if err := v.Validate([]byte(`{"list":[` + number + `]}`)); err != nil && strings.Contains(err.Error(), "digits") {
				t.Errorf("%s: Validate(%s) = %v", text, number, err)
			}
		}
	}
}
