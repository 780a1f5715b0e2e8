package chatkit_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
)

const reply = `"replyTo":{"type":"string"}`

func TestExtend(t *testing.T) {
	t.Parallel()
	for _, typ := range message.Types() {
		raw, err := chatkit.ExtendSchema(typ, "", `"note":{"const":"n"}`, reply)()
		if err != nil {
			t.Fatalf("Extend(%q) = %v", typ, err)
		}
		var got, standard struct {
			Properties map[string]json.RawMessage `json:"properties"`
			Required   []string                   `json:"required"`
		}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(message.Schema(typ), &standard); err != nil {
			t.Fatal(err)
		}
		if string(got.Properties["note"]) != `{"const":"n"}` || string(got.Properties["replyTo"]) != `{"type":"string"}` {
			t.Errorf("Extend(%q) has not the members: %s", typ, raw)
		}
		if len(got.Properties) != len(standard.Properties)+2 || !slices.Equal(got.Required, standard.Required) {
			t.Errorf("Extend(%q) lost something: %s", typ, raw)
		}
	}
}

func TestExtendedBlocHoldsMarkdown(t *testing.T) {
	t.Parallel()
	raw, err := chatkit.ExtendSchema(message.TypeBloc)()
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Compile(raw)
	if err != nil {
		t.Fatal(err)
	}
	for payload, want := range map[string]bool{
		`{"items":[{"type":"markdown","payload":{"markdown":"*a*"}},{"type":"text","payload":{"text":"b"}}]}`: true,
		`{"items":[{"type":"markdown","payload":{}}]}`:                                                        false,
		`{"items":[{"type":"choice","payload":{"text":"c","options":[]}}]}`:                                   false,
	} {
		if err := s.Validate(json.RawMessage(payload)); (err == nil) != want {
			t.Errorf("Validate(%s) = %v, want it to fit: %v", payload, err, want)
		}
	}
}

func TestExtendFails(t *testing.T) {
	t.Parallel()
	if _, err := chatkit.ExtendSchema("no such type", reply)(); err == nil {
		t.Error("an unknown type is extended")
	}
	if _, err := chatkit.ExtendSchema(message.TypeText, `"replyTo":`)(); err == nil {
		t.Error("a type is extended with what is no JSON")
	}
}
