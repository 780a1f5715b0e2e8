package platform

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Secrets are the secrets of code as an upload carries them, by name: a value,
// null to remove the secret, or an absent field to declare it and leave its
// value as it is. JSON has them as an object of texts and nulls, where any
// other value declares, or as a list of names to declare.
type Secrets map[string]Field[string]

// Declare returns secrets that are declared and keep their values.
func Declare(names Names) Secrets {
	s := make(Secrets, len(names))
	for _, name := range names {
		s[name] = Field[string]{}
	}
	return s
}

// UnmarshalJSON reads an object or a list of names. Its errors tell no value.
func (s *Secrets) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		var names Names
		err := json.Unmarshal(data, &names)
		if *s = nil; names != nil {
			*s = Declare(names)
		}
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("read secrets: %w", err)
	}
	*s = make(Secrets, len(members))
	for name, raw := range members {
		var value *string
		switch json.Unmarshal(raw, &value) {
		case nil:
			(*s)[name] = Null[string]()
			if value != nil {
				(*s)[name] = Set(*value)
			}
		default:
			(*s)[name] = Field[string]{}
		}
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (s Secrets) MarshalJSON() ([]byte, error) {
	members := make(map[string]any, len(s))
	for name, value := range s {
		switch {
		case !value.Present:
			members[name] = true
		default:
			members[name] = value
		}
	}
	return json.Marshal(members)
}
