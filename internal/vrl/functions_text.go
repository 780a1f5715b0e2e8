package vrl

import "strings"

// holds makes a function that looks for a text within another.
func holds(test func(s, sub string) bool) func(*invocation) (any, error) {
	return func(c *invocation) (any, error) {
		s, err := c.text(0)
		if err != nil {
			return nil, err
		}
		sub, err := c.text(1)
		if err != nil {
			return nil, err
		}
		exact, err := c.boolOr(2, true)
		if err != nil {
			return nil, err
		}
		if !exact {
			s, sub = strings.ToLower(s), strings.ToLower(sub)
		}
		return test(s, sub), nil
	}
}

func join(c *invocation) (any, error) {
	list, ok := c.values[0].([]any)
	if !ok {
		return nil, c.fail("expected an array, not %s", typeOf(c.values[0]))
	}
	separator, err := c.stringOr(1, "")
	if err != nil {
		return nil, err
	}
	items := make([]string, len(list))
	for i, e := range list {
		if err := c.look(c.at, slot); err != nil {
			return nil, err
		}
		if items[i], ok = e.(string); !ok {
			return nil, c.fail("the array must hold strings only, not %s", typeOf(e))
		}
		items[i] = lossy(items[i])
		if err := c.charge(c.at, len(items[i])+len(separator)); err != nil {
			return nil, err
		}
	}
	return strings.Join(items, lossy(separator)), nil
}

func replace(c *invocation) (any, error) {
	s, err := c.text(0)
	if err != nil {
		return nil, err
	}
	text, err := c.text(1)
	if err != nil {
		return nil, err
	}
	with, err := c.text(2)
	if err != nil {
		return nil, err
	}
	count, err := c.intOr(3, -1)
	if err != nil || count == 0 {
		return s, err
	}
	n := strings.Count(s, text)
	if count > 0 {
		n = min(n, count)
	}
	if len(with) > 0 && n > c.limits.Memory/len(with) {
		return nil, stop(c.at, "the program makes more data than it may")
	}
	if err := c.charge(c.at, len(s)+n*len(with)); err != nil {
		return nil, err
	}
	return strings.Replace(s, text, with, count), nil
}

func split(c *invocation) (any, error) {
	s, err := c.text(0)
	if err != nil {
		return nil, err
	}
	text, err := c.text(1)
	if err != nil {
		return nil, err
	}
	limit, err := c.intOr(2, -1)
	if err != nil {
		return nil, err
	}
	if c.isGiven(2) && limit <= 0 {
		return []any{}, nil
	}
	n := strings.Count(s, text) + 1
	if limit > 0 {
		n = min(n, limit)
	}
	if err := c.charge(c.at, slot*n); err != nil {
		return nil, err
	}
	var pieces []string
	if text == "" {
		pieces = splitAll(s, limit)
	} else {
		pieces = strings.SplitN(s, text, limit)
	}
	list := make([]any, len(pieces))
	for i, piece := range pieces {
		list[i] = piece
	}
	return list, nil
}

// splitAll divides at each place between characters, before the first and
// after the last too.
func splitAll(s string, limit int) []string {
	if limit == 1 {
		return []string{s}
	}
	pieces := []string{""}
	for i, r := range s {
		if limit > 0 && len(pieces) == limit-1 {
			return append(pieces, s[i:])
		}
		pieces = append(pieces, string(r))
	}
	return append(pieces, "")
}
