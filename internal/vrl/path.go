package vrl

// path leads from a value to one within it.
type path []segment

// segment is one step: a member's name, or an index from the start or, when
// negative, from the end.
type segment struct {
	name  string
	at    int
	index bool
}

// get returns what the path leads to; nil where there is nothing.
func (p path) get(v any) any {
	for _, s := range p {
		var ok bool
		if v, ok = s.get(v); !ok {
			return nil
		}
	}
	return v
}

func (s segment) get(v any) (any, bool) {
	if !s.index {
		object, _ := v.(map[string]any)
		found, ok := object[s.name]
		return found, ok
	}
	list, _ := v.([]any)
	i := s.at
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}
