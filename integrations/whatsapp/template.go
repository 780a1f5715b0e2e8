package whatsapp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/bellhop-dev/bellhop/integration"
)

// templateIn is a template with its parameters, as the actions and the
// message type template take it.
type templateIn struct {
	TemplateName     string           `json:"templateName"`
	TemplateLanguage string           `json:"templateLanguage,omitempty"`
	Header           *templateHeader  `json:"templateHeaderParams,omitempty"`
	Body             *templateBody    `json:"templateBodyParams,omitempty"`
	Buttons          []templateButton `json:"templateButtonParams,omitempty"`
	VariablesJSON    string           `json:"templateVariablesJson,omitempty"` // the older form of Body
}

type templateHeader struct {
	Type          string `json:"type"`
	Value         string `json:"value,omitempty"`
	ParameterName string `json:"parameterName,omitempty"`
	URL           string `json:"url,omitempty"`
	Filename      string `json:"filename,omitempty"`
}

// templateBody has a list of values when Type is positional, an object when
// it is named.
type templateBody struct {
	Type   string          `json:"type"`
	Values json.RawMessage `json:"values"`
}

type templateButton struct {
	Type    string `json:"type"`
	Value   string `json:"value,omitempty"`
	Payload string `json:"payload,omitempty"`
	Code    string `json:"code,omitempty"`
}

const (
	defaultLanguage = "en"
	typePositional  = "positional"
	typeNamed       = "named"
)

const templateMembers = `"templateName":{"type":"string","minLength":1,"title":"Template","description":"Name of an approved template"},` +
	`"templateLanguage":{"type":"string","title":"Language","description":"Language of the template; en when left out"},` +
	`"templateVariablesJson":{"type":"string","title":"Variables (older form)","description":"Use templateBodyParams"},` +
	`"templateHeaderParams":{"title":"Header parameters","anyOf":[` +
	`{"type":"object","properties":{"type":{"const":"text"},"value":{"type":"string"},"parameterName":{"type":"string"}},"required":["type","value"],"additionalProperties":false},` +
	`{"type":"object","properties":{"type":{"enum":["image","video"]},"url":{"type":"string"}},"required":["type","url"],"additionalProperties":false},` +
	`{"type":"object","properties":{"type":{"const":"document"},"url":{"type":"string"},"filename":{"type":"string"}},"required":["type","url"],"additionalProperties":false}]},` +
	`"templateBodyParams":{"title":"Body parameters","anyOf":[` +
	`{"type":"object","properties":{"type":{"const":"positional"},"values":{"type":"array","items":{"type":"string"}}},"required":["type","values"],"additionalProperties":false},` +
	`{"type":"object","properties":{"type":{"const":"named"},"values":{"type":"object","additionalProperties":{"type":"string"}}},"required":["type","values"],"additionalProperties":false}]},` +
	`"templateButtonParams":{"title":"Button parameters, in order","type":"array","items":{"anyOf":[` +
	`{"type":"object","properties":{"type":{"const":"url"},"value":{"type":"string"}},"required":["type","value"],"additionalProperties":false},` +
	`{"type":"object","properties":{"type":{"const":"quick_reply"},"payload":{"type":"string"}},"required":["type","payload"],"additionalProperties":false},` +
	`{"type":"object","properties":{"type":{"const":"copy_code"},"code":{"type":"string"}},"required":["type","code"],"additionalProperties":false},` +
	`{"type":"object","properties":{"type":{"const":"skip"}},"required":["type"],"additionalProperties":false}]}}`

// template is what Meta takes.
type template struct {
	Name       string              `json:"name"`
	Language   templateLanguage    `json:"language"`
	Components []templateComponent `json:"components,omitempty"`
}

type templateLanguage struct {
	Code string `json:"code"`
}

type templateComponent struct {
	Type       string              `json:"type"`
	SubType    string              `json:"sub_type,omitempty"`
	Index      string              `json:"index,omitempty"`
	Parameters []templateParameter `json:"parameters"`
}

type templateParameter struct {
	Type          string     `json:"type"`
	ParameterName string     `json:"parameter_name,omitempty"`
	Text          string     `json:"text,omitempty"`
	Payload       string     `json:"payload,omitempty"`
	CouponCode    string     `json:"coupon_code,omitempty"`
	Image         *partMedia `json:"image,omitempty"`
	Video         *partMedia `json:"video,omitempty"`
	Document      *partMedia `json:"document,omitempty"`
}

func renderTemplate(_ *outbound, in *templateIn) ([]part, error) {
	t, err := in.template()
	if err != nil {
		return nil, err
	}
	return []part{{Type: "template", Template: t}}, nil
}

func (in *templateIn) template() (*template, error) {
	t := &template{Name: in.TemplateName, Language: templateLanguage{cmp.Or(in.TemplateLanguage, defaultLanguage)}}
	if in.Header != nil {
		t.Components = append(t.Components, templateComponent{Type: "header", Parameters: []templateParameter{in.Header.parameter()}})
	}
	values, err := in.values()
	if err != nil {
		return nil, err
	}
	if len(values) > 0 {
		c := templateComponent{Type: "body"}
		for _, v := range values {
			p := templateParameter{Type: "text", Text: v.value}
			if v.named {
				p.ParameterName = v.name
			}
			c.Parameters = append(c.Parameters, p)
		}
		t.Components = append(t.Components, c)
	}
	for i, b := range in.Buttons {
		if p, ok := b.parameter(); ok {
			t.Components = append(t.Components, templateComponent{Type: "button", SubType: b.Type, Index: strconv.Itoa(i), Parameters: []templateParameter{p}})
		}
	}
	return t, nil
}

func (h *templateHeader) parameter() templateParameter {
	p := templateParameter{Type: h.Type}
	m := &partMedia{Link: h.URL, Filename: h.Filename}
	switch h.Type {
	case "image":
		p.Image = m
	case "video":
		p.Video = m
	case "document":
		p.Document = m
	default:
		p.Text, p.ParameterName = h.Value, h.ParameterName
	}
	return p
}

// parameter is the button's; ok is false for one that takes none.
func (b *templateButton) parameter() (p templateParameter, ok bool) {
	switch b.Type {
	case "url":
		return templateParameter{Type: "text", Text: b.Value}, true
	case "quick_reply":
		return templateParameter{Type: "payload", Payload: b.Payload}, true
	case "copy_code":
		return templateParameter{Type: "coupon_code", CouponCode: b.Code}, true
	}
	return p, false
}

// variable is a parameter of a template's body. Name is its number where it is
// not named.
type variable struct {
	name, value string
	named       bool
}

// values are the body's parameters.
func (in *templateIn) values() ([]variable, error) {
	raw, kind := json.RawMessage(in.VariablesJSON), ""
	if in.Body != nil {
		raw, kind = in.Body.Values, in.Body.Type
	}
	if len(raw) == 0 {
		return nil, nil
	}
	var list []any
	if kind != typeNamed && json.Unmarshal(raw, &list) == nil {
		var all []variable
		for i, v := range list {
			all = append(all, variable{name: strconv.Itoa(i + 1), value: fmt.Sprint(v)})
		}
		return all, nil
	}
	var named map[string]any
	if kind != typePositional && json.Unmarshal(raw, &named) == nil {
		var all []variable
		for _, name := range slices.Sorted(maps.Keys(named)) {
			all = append(all, variable{name: name, value: fmt.Sprint(named[name]), named: true})
		}
		return all, nil
	}
	return nil, integration.RuntimeError("the template's variables are neither a list nor an object")
}
