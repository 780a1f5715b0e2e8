package sdk

import "github.com/bellhop-dev/bellhop/platform"

// States are the states of a definition, for one call.
type States struct {
	Client  *platform.Client
	Defined map[string]platform.StateDefinition
	// Own is the type of state that is meant without an id, and of what.
	Own   platform.StateType
	OwnID string
}

// State returns a state of s. A name that is not defined, or an id that is
// missing, is the error of each of its methods.
func State[T any](s States, name, id string) *platform.StateRef[T] {
	ref := &platform.StateRef[T]{Client: s.Client, ID: id, Name: name}
	def, ok := s.Defined[name]
	if !ok {
		ref.Err = Undefined("state", name, s.Defined)
		return ref
	}
	ref.Type = def.Type
	switch {
	case id != "":
	case def.Type == s.Own:
		ref.ID = s.OwnID
	default:
		ref.Err = platform.Errorf(platform.TypeRuntime, "the state %q is of a %s: give the id of one", name, def.Type)
	}
	return ref
}
