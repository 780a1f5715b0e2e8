package vrl

import (
	"context"
	"maps"
	"math"
	"slices"
)

// run is the state of one run.
type run struct {
	ctx    context.Context
	limits Limits
	event  any
	vars   map[string]any
	steps  int
	memory int
	work   int
}

// step counts one evaluation.
func (r *run) step(at position) error {
	if r.steps++; r.steps > r.limits.Steps {
		return stop(at, "the program takes too many steps")
	}
	if r.steps%256 == 0 && r.ctx.Err() != nil {
		return stop(at, "the run was cancelled")
	}
	return nil
}

// charge counts n bytes that are about to be made.
func (r *run) charge(at position, n int) error {
	if n < 0 || n > r.limits.Memory-r.memory {
		return stop(at, "the program makes more data than it may")
	}
	r.memory += n
	return nil
}

// slot is what one element of an array or object costs beside its value.
const slot = 64

// adopt copies a value into the run. A float that is whole becomes an integer,
// since encoding/json does not tell them apart.
func (r *run) adopt(v any, depth int) (any, error) {
	if depth > r.limits.Depth {
		return nil, stop(0, "the input is nested too deeply")
	}
	switch v := v.(type) {
	case nil, bool, int64:
		return v, nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v), nil
		}
		return v, nil
	case string:
		return v, r.charge(0, len(v))
	case int:
		return int64(v), nil
	case []any:
		if err := r.charge(0, slot*len(v)); err != nil {
			return nil, err
		}
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = r.adopt(e, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, e := range v {
			if err := r.charge(0, slot+len(key)); err != nil {
				return nil, err
			}
			var err error
			if object[key], err = r.adopt(e, depth+1); err != nil {
				return nil, err
			}
		}
		return object, nil
	}
	return nil, faultf(0, "the input holds a %T, which JSON has not", v)
}

// put returns root with the value at the path. Values are never changed in
// place, since others may hold them too.
func (r *run) put(at position, root any, path path, value any) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	if err := r.weigh(at, value, len(path)); err != nil {
		return nil, err
	}
	return r.place(at, root, path, value)
}

// place is put for a value that is counted.
func (r *run) place(at position, root any, path path, value any) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	step := path[0]
	if !step.index {
		object, _ := root.(map[string]any)
		if err := r.charge(at, slot*(len(object)+1)); err != nil {
			return nil, err
		}
		made := maps.Clone(object)
		if made == nil {
			made = map[string]any{}
		}
		child, err := r.place(at, made[step.name], path[1:], value)
		made[step.name] = child
		return made, err
	}
	list, _ := root.([]any)
	n, i := len(list), step.at
	lead := 0 // elements that come to stand before the first
	if i < 0 {
		lead = max(-i-n, 0)
		i = max(i+n, 0)
	}
	if i > r.limits.Steps || lead > r.limits.Steps {
		return nil, stop(at, "the index is too large")
	}
	if err := r.charge(at, slot*(lead+max(n, i+1))); err != nil {
		return nil, err
	}
	made := slices.Concat(make([]any, lead), list)
	for len(made) <= i {
		made = append(made, nil)
	}
	child, err := r.place(at, made[i], path[1:], value)
	made[i] = child
	return made, err
}
