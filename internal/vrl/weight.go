package vrl

// A value may hold another many times over: after a = {"l": a, "r": a} on
// twenty lines it takes little memory and has a million parts. So what reads a
// value counts each part as often as it meets it.

// look counts n bytes that are about to be read.
func (r *run) look(at position, n int) error {
	if n < 0 || n > r.limits.Work-r.work {
		return stop(at, "the program reads more data than it may")
	}
	r.work += n
	return nil
}

// weigh counts all of a value, which is about to become a part of another at
// the given depth. The sum of what a run has weighed is at least the size of
// each value that it made.
func (r *run) weigh(at position, v any, depth int) error {
	if depth > r.limits.Depth {
		return stop(at, "the value is nested too deeply")
	}
	switch v := v.(type) {
	case string:
		return r.look(at, len(v))
	case []any:
		if err := r.look(at, slot*len(v)); err != nil {
			return err
		}
		for _, e := range v {
			if err := r.weigh(at, e, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, e := range v {
			if err := r.look(at, slot+len(key)); err != nil {
				return err
			}
			if err := r.weigh(at, e, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver checks that the result, written in full, is not larger than what the
// run may make.
func (r *run) deliver(v any) error {
	r.work, r.limits.Work = 0, r.limits.Memory
	return r.weigh(0, v, 0)
}
