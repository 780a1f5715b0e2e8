package linear

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

const (
	// pageSize is how much is asked for at a time where everything is wanted.
	pageSize = 50
	// maxPages bounds how long everything may be.
	maxPages = 40
)

// connection is a page of nodes.
type connection[N any] struct {
	Nodes    []N `json:"nodes"`
	PageInfo struct {
		HasNextPage bool   `json:"hasNextPage"`
		EndCursor   string `json:"endCursor"`
	} `json:"pageInfo"`
}

// next is the cursor of the next page; empty after the last.
func (c *connection[N]) next() string {
	if !c.PageInfo.HasNextPage {
		return ""
	}
	return c.PageInfo.EndCursor
}

// page reads the page of the field after the cursor, which may be empty.
func page[N any](ctx context.Context, a *client, document, field string, v vars, first int, after string) (*connection[N], error) {
	all := vars{"first": first}
	if after != "" {
		all["after"] = after
	}
	for name, value := range v {
		all[name] = value
	}
	var data map[string]json.RawMessage
	if err := a.do(ctx, document, all, &data); err != nil {
		return nil, err
	}
	c := new(connection[N])
	if err := json.Unmarshal(data[field], c); err != nil {
		return nil, fmt.Errorf("read the page of %s: %w", field, err)
	}
	return c, nil
}

// each hands every node of every page to fn until it returns false.
func each[N any](ctx context.Context, a *client, document, field string, v vars, fn func(*N) bool) error {
	after := ""
	for range maxPages {
		c, err := page[N](ctx, a, document, field, v, pageSize, after)
		if err != nil {
			return err
		}
		for i := range c.Nodes {
			if !fn(&c.Nodes[i]) {
				return nil
			}
		}
		// A cursor that comes again would go round for ever.
		if c.next() == "" || c.next() == after {
			return nil
		}
		after = c.next()
	}
	return errors.New("there are more pages of " + field + " than can be read")
}
