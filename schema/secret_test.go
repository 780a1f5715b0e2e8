package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/schema"
)

func TestUnmask(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, old, want string }{
		"a secret given back": {`{"a":"x","key":"********"}`, `{"key":"k","a":"y"}`, `{"a":"x","key":"k"}`},
		"deeper":              {`{"a":{"list":["********",1]}}`, `{"a":{"list":[12345678901234567890]}}`, `{"a":{"list":[12345678901234567890,1]}}`},
		"nothing there":       {`{"key":"********"}`, `{}`, `{"key":"********"}`},
		"nothing masked":      {`{"key": "new"}`, `{"key":"k"}`, `{"key": "new"}`},
		"no JSON":             {`{"********"`, `{}`, `{"********"`},
	} {
		if got := schema.Unmask(json.RawMessage(c.value), json.RawMessage(c.old)); string(got) != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestMaskFindsSecrets: a secret is one wherever a schema describes its value.
func TestMaskFindsSecrets(t *testing.T) {
	t.Parallel()
	const secret = `{"type":"string","x-zui":{"secret":true}}`
	for name, c := range map[string]struct{ schema, value, want string }{
		"a member":            {`{"properties":{"k":` + secret + `}}`, `{"k":"s","o":1}`, `{"k":"********","o":1}`},
		"a member's member":   {`{"properties":{"a":{"properties":{"k":` + secret + `}}}}`, `{"a":{"k":"s"}}`, `{"a":{"k":"********"}}`},
		"a list":              {`{"items":` + secret + `}`, `["s"]`, `["********"]`},
		"a list by positions": {`{"items":[{"type":"number"},` + secret + `]}`, `["","s"]`, `["","********"]`},
		"the newer form":      {`{"prefixItems":[` + secret + `]}`, `["s"]`, `["********"]`},
		"names of a pattern":  {`{"patternProperties":{"^k":` + secret + `}}`, `{"k1":"s"}`, `{"k1":"********"}`},
		"an alternative":      {`{"anyOf":[{"type":"null"},{"properties":{"k":` + secret + `}}]}`, `{"k":"s"}`, `{"k":"********"}`},
		"a condition":         {`{"if":{},"then":{"properties":{"k":` + secret + `}}}`, `{"k":"s"}`, `{"k":"********"}`},
		"a reference":         {`{"properties":{"k":{"$ref":"#/$defs/a~1b"}},"$defs":{"a/b":` + secret + `}}`, `{"k":"s"}`, `{"k":"********"}`},
		"a reference to itself": {`{"properties":{"k":` + secret + `,"next":{"$ref":"#"}}}`,
			`{"k":"s","next":{"k":"s","next":{"k":"s"}}}`, `{"k":"********","next":{"k":"********","next":"********"}}`},
		"a reference that leads nowhere": {`{"properties":{"k":{"$ref":"other.json"},"p":` + secret + `}}`, `{"k":"s"}`, `{"k":"********"}`},
		"nothing secret":                 {`{"properties":{"next":{"$ref":"#"}}}`, `{"next":{"next":1}}`, `{"next":{"next":1}}`},
	} {
		if got := schema.Mask(json.RawMessage(c.schema), json.RawMessage(c.value)); string(got) != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
