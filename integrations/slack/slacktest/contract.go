package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is Slack's description of its methods.
type contract struct {
	dir     string
	mu      sync.Mutex
	methods map[string]*method
}

// method is what one method takes.
type method struct {
	scopes []string // one of them is needed
	props  map[string]map[string]any
	schema *jsonschema.Schema
	json   bool // takes a body of JSON
	open   bool // needs no token
}

// method reads the description of a method.
func (c *contract) method(name string) (*method, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.methods[name]; m != nil {
		return m, nil
	}
	if strings.ContainsAny(name, "/\\") {
		return nil, fmt.Errorf("%q is no method", name)
	}
	raw, err := os.ReadFile(filepath.Join(c.dir, name+".json"))
	if err != nil {
		return nil, err
	}
	var doc struct {
		Scope struct {
			Bot []string `json:"bot"`
		} `json:"scope"`
		JSON bool           `json:"json_input_supported"`
		Args map[string]any `json:"args"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	m := &method{scopes: doc.Scope.Bot, json: doc.JSON, props: map[string]map[string]any{}}
	props, _ := doc.Args["properties"].(map[string]any)
	for key, v := range props {
		m.props[key], _ = v.(map[string]any)
	}
	m.open = m.props["token"] == nil
	// The token is checked by itself: it may come in a header.
	delete(props, "token")
	required, _ := doc.Args["required"].([]any)
	doc.Args["required"] = slices.DeleteFunc(required, func(v any) bool { return v == "token" })
	doc.Args["additionalProperties"] = false
	if m.schema, err = compile(name, doc.Args); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c.methods[name] = m
	return m, nil
}

func compile(name string, schema map[string]any) (*jsonschema.Schema, error) {
	if required, _ := schema["required"].([]any); len(required) == 0 {
		delete(schema, "required")
	}
	raw, err := json.Marshal(clean(schema))
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	address := "https://slack.test/" + name
	if err := c.AddResource(address, doc); err != nil {
		return nil, err
	}
	return c.Compile(address)
}

// clean leaves of a schema what JSON Schema knows: the description has words
// of its own.
func clean(v any) any {
	o, isMap := v.(map[string]any)
	if !isMap {
		if list, isList := v.([]any); isList {
			for i := range list {
				list[i] = clean(list[i])
			}
		}
		return v
	}
	out := map[string]any{}
	for _, key := range []string{"type", "required", "minimum", "maximum", "minLength", "maxLength", "pattern", "enum", "additionalProperties"} {
		if value, has := o[key]; has {
			out[key] = value
		}
	}
	if props, has := o["properties"].(map[string]any); has {
		all := map[string]any{}
		for key, value := range props {
			all[key] = clean(value)
		}
		out["properties"] = all
	}
	for _, key := range []string{"items", "anyOf", "oneOf", "allOf"} {
		if value, has := o[key]; has {
			out[key] = clean(value)
		}
	}
	return out
}

// read returns the arguments of a call, its token, and what is wrong with
// them.
func (m *method) read(r *http.Request) (args map[string]any, token string, problems []string) {
	args = map[string]any{}
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.URL.Query().Has("token") {
		return args, token, []string{"[ERROR] a token in the address would be in logs"}
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case media == "application/json":
		if !m.json {
			return args, token, []string{"[ERROR] the method takes no JSON"}
		}
		if len(body) > 0 && json.Unmarshal(body, &args) != nil {
			return args, token, []string{"[ERROR] invalid_json"}
		}
	case media == "multipart/form-data":
		form := &http.Request{Method: "POST", Header: r.Header, Body: io.NopCloser(bytes.NewReader(body))}
		if form.ParseMultipartForm(4<<20) != nil {
			return args, token, []string{"[ERROR] invalid_form_data"}
		}
		m.fill(args, form.MultipartForm.Value)
	default:
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return args, token, []string{"[ERROR] invalid_form_data"}
		}
		for k, v := range r.URL.Query() {
			values[k] = v
		}
		m.fill(args, values)
	}
	if t, is := args["token"].(string); is {
		token = t
		delete(args, "token")
	}
	if err := m.schema.Validate(args); err != nil {
		problems = append(problems, "[ERROR] "+strings.Join(strings.Fields(err.Error()), " "))
	}
	return args, token, problems
}

// fill decodes a form: what is no text is written as JSON in it. Slack takes
// an empty value for none.
func (m *method) fill(args map[string]any, values url.Values) {
	for key, list := range values {
		value := list[0]
		if value == "" && key != "topic" {
			continue
		}
		args[key] = value
		switch m.props[key]["type"] {
		case "integer", "number", "boolean", "array", "object":
			if m.props[key]["type"] == "boolean" {
				// Slack takes numbers for these, too.
				value = strings.NewReplacer("0", "false", "1", "true").Replace(value)
			}
			var decoded any
			if json.Unmarshal([]byte(value), &decoded) == nil {
				args[key] = decoded
			}
		}
	}
}
