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
