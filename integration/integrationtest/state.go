package integrationtest

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

func stateKey(typ platform.StateType, id, name string) string {
	return string(typ) + "/" + id + "/" + name
}

// state does the operations on states. The platform is locked.
func (p *Platform) state(in any) (any, error) {
	switch in := in.(type) {
	case *platform.GetStateInput:
		s, ok := p.states[stateKey(in.Type, in.ID, in.Name)]
		if !ok {
			return nil, platform.Errorf(platform.TypeResourceNotFound, "state %q not found", in.Name)
		}
		return &platform.GetStateOutput{State: *s}, nil
	case *platform.SetStateInput:
		if string(in.Payload) == "null" {
			delete(p.states, stateKey(in.Type, in.ID, in.Name))
			return &platform.SetStateOutput{}, nil
		}
		return &platform.SetStateOutput{State: *p.put(in.Type, in.ID, in.Name, in.Payload)}, nil
	case *platform.GetOrSetStateInput:
		s, ok := p.states[stateKey(in.Type, in.ID, in.Name)]
		if !ok {
			s = p.put(in.Type, in.ID, in.Name, in.Payload)
		}
		return &platform.GetOrSetStateOutput{State: *s}, nil
	case *platform.PatchStateInput:
		merged := map[string]json.RawMessage{}
		if s, ok := p.states[stateKey(in.Type, in.ID, in.Name)]; ok {
			if err := json.Unmarshal(s.Payload, &merged); err != nil {
				return nil, err
			}
		}
		var patch map[string]json.RawMessage
		if err := json.Unmarshal(in.Payload, &patch); err != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "the payload is not an object")
		}
		maps.Copy(merged, patch)
		raw, err := json.Marshal(merged)
		if err != nil {
			return nil, err
		}
		return &platform.PatchStateOutput{State: *p.put(in.Type, in.ID, in.Name, raw)}, nil
	}
	return nil, unknown(in)
}

func (p *Platform) put(typ platform.StateType, id, name string, payload json.RawMessage) *platform.State {
	now := time.Now()
	s := &platform.State{
		ID: p.ids.New(platform.PrefixState, now), CreatedAt: platform.At(now), UpdatedAt: platform.At(now),
		Type: typ, Name: name, Payload: payload,
	}
	p.states[stateKey(typ, id, name)] = s
	return s
}
