package vrl

import (
	"strconv"
	"strings"
	"sync"
)

// functions are those that programs can call, by name.
var functions = sync.OnceValue(func() map[string]*function {
	need := func(name string) parameter { return parameter{name: name} }
	may := func(name string) parameter { return parameter{name: name, optional: true} }
	value := need("value")
	all := []*function{
		{name: "assert", parameters: []parameter{need("condition"), may("message")}, empty: false, do: assert},
		{name: "contains", parameters: []parameter{value, need("substring"), may("case_sensitive")}, empty: false, do: holds(strings.Contains)},
		{name: "decode_base64", parameters: []parameter{value, may("charset")}, empty: "", do: decodeBase64},
		{name: "decode_percent", parameters: []parameter{value}, empty: "", do: decodePercent},
		{name: "encode_base16", parameters: []parameter{value}, empty: "", do: encodeBase16},
		{name: "encode_base64", parameters: []parameter{value, may("padding"), may("charset")}, empty: "", do: encodeBase64},
		{name: "encode_json", parameters: []parameter{value}, empty: "", do: encodeJSON},
		{name: "encode_percent", parameters: []parameter{value}, empty: "", do: encodePercent},
		{name: "ends_with", parameters: []parameter{value, need("substring"), may("case_sensitive")}, empty: false, do: holds(strings.HasSuffix)},
		{name: "exists", parameters: []parameter{need("field")}, empty: false, do: exists},
		{name: "get", parameters: []parameter{value, need("path")}, do: get},
		{name: "hmac", parameters: []parameter{value, need("key"), may("algorithm")}, empty: "", do: hmacOf},
		{name: "is_null", parameters: []parameter{value}, empty: false, do: func(c *invocation) (any, error) { return c.values[0] == nil, nil }},
		{name: "is_nullish", parameters: []parameter{value}, empty: false, do: isNullish},
		{name: "is_string", parameters: []parameter{value}, empty: false, do: isString},
		{name: "join", parameters: []parameter{value, may("separator")}, empty: "", do: join},
		{name: "length", parameters: []parameter{value}, empty: int64(0), do: length},
		{name: "parse_json", parameters: []parameter{value}, do: parseJSON},
		{name: "parse_query_string", parameters: []parameter{value}, empty: map[string]any{}, do: parseQueryString},
		{name: "replace", parameters: []parameter{value, need("pattern"), need("with"), may("count")}, empty: "", do: replace},
		{name: "split", parameters: []parameter{value, need("pattern"), may("limit")}, empty: []any{}, do: split},
		{name: "starts_with", parameters: []parameter{value, need("substring"), may("case_sensitive")}, empty: false, do: holds(strings.HasPrefix)},
		{name: "string", parameters: []parameter{value}, empty: "", do: func(c *invocation) (any, error) { return c.string(0) }},
		{name: "to_bool", parameters: []parameter{value}, empty: false, do: toBool},
		{name: "to_int", parameters: []parameter{value}, empty: int64(0), do: toInt},
		{name: "to_string", parameters: []parameter{value}, empty: "", do: toString},
	}
	table := make(map[string]*function, len(all))
	for _, f := range all {
		table[f.name] = f
	}
	return table
})

func assert(c *invocation) (any, error) {
	ok, isBool := c.values[0].(bool)
	if !isBool {
		return nil, c.fail("expected true or false, not %s", typeOf(c.values[0]))
	}
	message, err := c.stringOr(1, "assertion failed")
	if err != nil || ok {
		return true, err
	}
	return nil, c.fail("%s", message)
}

func exists(c *invocation) (any, error) {
	_, ok, err := c.given[0].(query).find(c.run)
	return ok, err
}

func get(c *invocation) (any, error) {
	list, ok := c.values[1].([]any)
	if !ok {
		return nil, c.fail("the path must be an array, not %s", typeOf(c.values[1]))
	}
	steps := make(path, len(list))
	for i, e := range list {
		switch e := e.(type) {
		case string:
			steps[i] = segment{name: e}
		case int64:
			steps[i] = segment{index: true, at: int(e)}
		default:
			return nil, c.fail("a path has strings and integers, not %s", typeOf(e))
		}
	}
	return steps.get(c.values[0]), nil
}

func isNullish(c *invocation) (any, error) {
	s, ok := c.values[0].(string)
	return c.values[0] == nil || ok && (strings.TrimSpace(s) == "" || s == "-"), nil
}

func isString(c *invocation) (any, error) {
	_, ok := c.values[0].(string)
	return ok, nil
}

func length(c *invocation) (any, error) {
	switch v := c.values[0].(type) {
	case string:
		return int64(len(v)), nil
	case []any:
		return int64(len(v)), nil
	case map[string]any:
		return int64(len(v)), nil
	}
	return nil, c.fail("expected a string, an array or an object, not %s", typeOf(c.values[0]))
}

func toBool(c *invocation) (any, error) {
	switch v := c.values[0].(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case float64:
		return v != 0, nil
	case string:
		switch strings.ToLower(v) {
		case "true", "t", "yes", "y":
			return true, nil
		case "false", "f", "no", "n":
			return false, nil
		}
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return n != 0, nil
		}
		return nil, c.fail("the string is neither true nor false")
	}
	return nil, c.fail("cannot turn %s into a boolean", typeOf(c.values[0]))
}

func toInt(c *invocation) (any, error) {
	switch v := c.values[0].(type) {
	case nil:
		return int64(0), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case int64:
		return v, nil
	case float64:
		// A conversion in Go is undefined outside of the range.
		switch {
		case v >= 1<<63:
			return int64(1<<63 - 1), nil
		case v < -1<<63:
			return int64(-1 << 63), nil
		}
		return int64(v), nil
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, c.fail("the string is not an integer")
		}
		return n, nil
	}
	return nil, c.fail("cannot turn %s into an integer", typeOf(c.values[0]))
}

func toString(c *invocation) (any, error) {
	switch v := c.values[0].(type) {
	case nil:
		return "", nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return c.made(strconv.FormatInt(v, 10))
	case float64:
		return c.made(plainFloat(v))
	case string:
		return v, nil
	}
	return nil, c.fail("cannot turn %s into a string", typeOf(c.values[0]))
}
