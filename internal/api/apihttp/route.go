package apihttp

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// node is a place in the tree of paths. Paths are matched escaped, segment by
// segment, since names may hold a slash; a literal segment goes before a name.
type node struct {
	literal map[string]*node
	name    *node
	methods map[string]*platform.Operation
}

func (n *node) add(op *platform.Operation) {
	for _, segment := range strings.Split(strings.Trim(op.Path, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			if n.name == nil {
				n.name = &node{}
			}
			n = n.name
			continue
		}
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		if n.literal[segment] == nil {
			n.literal[segment] = &node{}
		}
		n = n.literal[segment]
	}
	if n.methods == nil {
		n.methods = map[string]*platform.Operation{}
	}
	n.methods[op.Method] = op
}

// find returns the operation of a request and the unescaped values of its
// path's names.
func (n *node) find(method, path string) (*platform.Operation, map[string]string, error) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	found := n.walk(segments, method)
	if last := len(segments) - 1; found == nil && segments[last] == "" {
		found = n.walk(segments[:last], method) // a slash too many
	}
	if found == nil {
		if other := n.walk(segments, ""); other != nil {
			return nil, nil, platform.Errorf(platform.TypeMethodNotFound, "%s is not a method of this path", method)
		}
		return nil, nil, platform.Errorf(platform.TypeMethodNotFound, "there is no operation %s %.200s", method, path)
	}
	values := map[string]string{}
	for i, part := range strings.Split(strings.Trim(found.Path, "/"), "/") {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" || !plain(value) {
			return nil, nil, platform.Errorf(platform.TypeInvalidIdentifier, "%s in the path is empty, not well escaped or not valid UTF-8", strings.Trim(part, "{}"))
		}
		values[strings.Trim(part, "{}")] = value
	}
	return found, values, nil
}

// walk finds the operation; an empty method takes any.
func (n *node) walk(segments []string, method string) *platform.Operation {
	if len(segments) == 0 {
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if method != "" {
			return n.methods[method]
		}
		for _, op := range n.methods {
			return op
		}
		return nil
	}
	if next := n.literal[segments[0]]; next != nil {
		if op := next.walk(segments[1:], method); op != nil {
			return op
		}
	}
	if n.name != nil {
		return n.name.walk(segments[1:], method)
	}
	return nil
}
