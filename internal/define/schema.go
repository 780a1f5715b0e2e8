package define

import (
	"encoding/json"
	"time"

	"github.com/bellhop-dev/bellhop/schema"
)

// Resolve calls the source of a schema and compiles it. A nil source gives nil,
// which accepts anything.
func (f *Faults) Resolve(path string, source func() (json.RawMessage, error)) json.RawMessage {
	if source == nil {
		return nil
	}
	raw, err := source()
	if err != nil {
		f.Add(path, "%v", err)
		return nil
	}
	return raw
}

// Schema checks that raw, when there is one, compiles and describes an object.
func (f *Faults) Schema(path string, raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	if _, err := schema.Compile(raw); err != nil {
		f.Add(path, "%v", err)
		return
	}
	var root struct {
		Type any `json:"type"`
	}
	if json.Unmarshal(raw, &root) == nil && root.Type != nil && root.Type != "object" {
		f.Add(path, "the schema describes %v, but must describe an object", root.Type)
	}
}

// Expiry returns an idle time in milliseconds, nil for none.
func Expiry(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	ms := d.Milliseconds()
	return &ms
}
