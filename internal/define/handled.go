package define

import (
	"maps"
	"slices"
)

// Handlers notes what is defined under a path but has no handler, and what has
// a handler but is not defined.
func Handlers[D, H any](f *Faults, path string, defined map[string]D, handled map[string]H) {
	for name := range handled {
		if _, ok := defined[name]; !ok {
			f.Undefined(path+"."+name, names(defined))
		}
	}
	for name := range defined {
		if _, ok := handled[name]; !ok {
			f.Add(path+"."+name, "it is defined but has no handler")
		}
	}
}

// Undefined notes that something has a handler but is not defined, and what is
// defined in its place.
func (f *Faults) Undefined(path string, defined []string) {
	if len(defined) == 0 {
		f.Add(path, "it has a handler but is not defined; nothing is")
		return
	}
	f.Add(path, "it has a handler but is not defined; defined are %q", defined)
}

// Once notes a handler that is nil or the second of its kind.
func (f *Faults) Once(path string, second, isNil bool) {
	if second {
		f.Add(path, "it has two handlers")
	}
	if isNil {
		f.Add(path, "its handler is nil")
	}
}

func names[V any](all map[string]V) []string { return slices.Sorted(maps.Keys(all)) }
