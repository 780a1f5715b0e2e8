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
