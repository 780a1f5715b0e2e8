package platform

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// QueryEncoder is a member of an input that writes itself into a query, under
// its name.
type QueryEncoder interface {
	EncodeQuery(name string, query url.Values)
}

// QueryDecoder is a member of an input that reads itself from a query.
type QueryDecoder interface {
	DecodeQuery(name string, query url.Values) error
}

// TagFilter chooses by tags: each name in Is has one of the values, each in Not
// has none of them. In JSON it is {"a": "x", "b": ["x", "y"], "c": {"not": "z"}}.
type TagFilter struct {
	Is, Not map[string][]string
}

var (
	_ QueryEncoder = TagFilter{}
	_ QueryDecoder = (*TagFilter)(nil)
)

// EncodeQuery writes name.key=value and name.key.not=value.
func (f TagFilter) EncodeQuery(name string, query url.Values) {
	for key, values := range f.Is {
		query[name+"."+key] = values
	}
	for key, values := range f.Not {
		query[name+"."+key+".not"] = values
	}
}

// DecodeQuery reads what EncodeQuery writes, also with brackets in place of
// dots, and name=JSON.
func (f *TagFilter) DecodeQuery(name string, query url.Values) error {
	for key, values := range query {
		if key == name {
			for _, text := range values {
				if err := json.Unmarshal([]byte(text), f); err != nil {
					return err
				}
			}
			continue
		}
		tag, ok := strings.CutPrefix(key, name+".")
		if !ok {
			if tag, ok = strings.CutPrefix(key, name+"["); !ok {
				continue
			}
			tag = strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(tag, "][]", "]"), "][", "."), "]")
		}
		if unescaped, err := url.QueryUnescape(tag); err == nil && strings.Contains(tag, "%") {
			tag = unescaped // some clients escape the key once more
		}
		if is, not := strings.CutSuffix(tag, ".not"); not {
			f.add(&f.Not, is, values...)
		} else {
			f.add(&f.Is, tag, values...)
		}
	}
	return nil
}

func (f *TagFilter) add(to *map[string][]string, tag string, values ...string) {
	if *to == nil {
		*to = map[string][]string{}
	}
	(*to)[tag] = append((*to)[tag], values...)
}

var errTagFilter = errors.New(`it is not an object of tags, such as {"a": "x", "b": ["x", "y"], "c": {"not": "z"}}`)

// UnmarshalJSON reads the JSON form and adds it to what is there.
func (f *TagFilter) UnmarshalJSON(data []byte) error {
	var tags map[string]json.RawMessage
	if json.Unmarshal(data, &tags) != nil {
		return errTagFilter
	}
	for tag, raw := range tags {
		to := &f.Is
		var not struct{ Not json.RawMessage }
		if json.Unmarshal(raw, &not) == nil && not.Not != nil {
			to, raw = &f.Not, not.Not
		}
		var one string
		var many []string
		if json.Unmarshal(raw, &one) == nil {
			many = []string{one}
		} else if json.Unmarshal(raw, &many) != nil {
			return errTagFilter
		}
		f.add(to, tag, many...)
	}
	return nil
}
