package slacktest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The limits are those of docs.slack.dev, reference/block-kit.

type object = map[string]any

// checkBlocks returns what is wrong with the blocks of a message.
func checkBlocks(v any) []string {
	list, isList := v.([]any)
	if !isList {
		return []string{"[ERROR] blocks must be a list"}
	}
	k := &kit{}
	if len(list) > 50 {
		k.wrong("blocks", "no more than 50 items allowed")
	}
	for i, b := range list {
		k.block(fmt.Sprintf("/blocks/%d", i), b)
	}
	return k.problems
}

type kit struct{ problems []string }

func (k *kit) wrong(at, what string) {
	k.problems = append(k.problems, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", what, at))
}

// fields lists what a block or an element may have besides its type.
func fields(typ string) (allowed, needed []string) {
	all := map[string][2]string{
		"section":            {"text fields accessory expand", ""},
		"image":              {"image_url slack_file alt_text title", "alt_text"},
		"actions":            {"elements", "elements"},
		"context":            {"elements", "elements"},
		"divider":            {"", ""},
		"header":             {"text", "text"},
		"input":              {"label element dispatch_action hint optional", "label element"},
		"file":               {"external_id source", "external_id source"},
		"markdown":           {"text", "text"},
		"rich_text":          {"elements", "elements"},
		"video":              {"alt_text author_name description provider_icon_url provider_name title title_url thumbnail_url video_url", "alt_text title thumbnail_url video_url"},
		"button":             {"text url value style confirm accessibility_label", "text"},
		"static_select":      {"placeholder options option_groups initial_option confirm focus_on_load", "placeholder"},
		"overflow":           {"options confirm", "options"},
		"datepicker":         {"placeholder initial_date confirm focus_on_load", ""},
		"timepicker":         {"placeholder initial_time confirm focus_on_load timezone", ""},
		"radio_buttons":      {"options initial_option confirm focus_on_load", "options"},
		"checkboxes":         {"options initial_options confirm focus_on_load", "options"},
		"users_select":       {"placeholder initial_user confirm focus_on_load", "placeholder"},
		"multi_users_select": {"placeholder initial_users confirm max_selected_items focus_on_load", "placeholder"},
	}
	f, known := all[typ]
	if !known {
		return nil, nil
	}
	return append(strings.Fields(f[0]), "type", "block_id", "action_id"), strings.Fields(f[1])
}

// shape checks the members of a block or an element.
func (k *kit) shape(at string, v any) (object, string) {
	o, isObject := v.(object)
	typ, _ := o["type"].(string)
	allowed, needed := fields(typ)
	if !isObject || allowed == nil {
		k.wrong(at, fmt.Sprintf("unsupported type: %s", typ))
		return nil, ""
	}
	for name := range o {
		if !slices.Contains(allowed, name) {
			k.wrong(at, "invalid additional property: "+name)
		}
	}
	for _, name := range needed {
		if o[name] == nil {
			k.wrong(at, "missing required field: "+name)
		}
	}
	for _, id := range []string{"block_id", "action_id"} {
		k.text(at+"/"+id, o[id], 255, true)
	}
	return o, typ
}

func (k *kit) block(at string, v any) {
	o, typ := k.shape(at, v)
	switch typ {
	case "section":
		k.section(at, o)
	case "image":
		k.picture(at, o)
	case "actions":
		elements, _ := o["elements"].([]any)
		if len(elements) == 0 {
			k.wrong(at+"/elements", "must provide at least 1 item")
		}
		if len(elements) > 25 {
			k.wrong(at+"/elements", "no more than 25 items allowed")
		}
		seen := map[any]bool{}
		for i, e := range elements {
			k.element(fmt.Sprintf("%s/elements/%d", at, i), e, seen)
		}
	case "context":
		if elements, _ := o["elements"].([]any); len(elements) == 0 || len(elements) > 10 {
			k.wrong(at+"/elements", "must have 1 to 10 items")
		}
	case "header":
		k.words(at+"/text", o["text"], 150, "plain_text")
	}
}

func (k *kit) section(at string, o object) {
	if o["text"] == nil && o["fields"] == nil {
		k.wrong(at, "must define text or fields")
	}
	if o["text"] != nil {
		k.words(at+"/text", o["text"], 3000, "")
	}
	if list, has := o["fields"].([]any); has {
		if len(list) == 0 || len(list) > 10 {
			k.wrong(at+"/fields", "must have 1 to 10 items")
		}
		for i, f := range list {
			k.words(fmt.Sprintf("%s/fields/%d", at, i), f, 2000, "")
		}
	}
	if o["accessory"] != nil {
		k.element(at+"/accessory", o["accessory"], map[any]bool{})
	}
}

func (k *kit) picture(at string, o object) {
	k.address(at+"/image_url", o["image_url"])
	k.text(at+"/alt_text", o["alt_text"], 2000, false)
	if o["title"] != nil {
		k.words(at+"/title", o["title"], 2000, "plain_text")
	}
}

func (k *kit) element(at string, v any, seen map[any]bool) {
	o, typ := k.shape(at, v)
	if o == nil {
		return
	}
	if typ == "image" {
		k.picture(at, o)
		return
	}
	if id := o["action_id"]; id != nil {
		if seen[id] {
			k.wrong(at+"/action_id", "`action_id` already exists in this block")
		}
		seen[id] = true
	}
	switch typ {
	case "button":
		k.words(at+"/text", o["text"], 75, "plain_text")
		k.text(at+"/value", o["value"], 2000, true)
		if o["url"] != nil {
			k.address(at+"/url", o["url"])
		}
	case "static_select":
		k.words(at+"/placeholder", o["placeholder"], 150, "plain_text")
		k.options(at, o["options"], 100, 150)
	case "overflow":
		k.options(at, o["options"], 5, 150)
	case "radio_buttons", "checkboxes":
		k.options(at, o["options"], 10, 150)
	}
}

func (k *kit) options(at string, v any, most, value int) {
	list, _ := v.([]any)
	if len(list) == 0 || len(list) > most {
		k.wrong(at+"/options", fmt.Sprintf("must have 1 to %d items", most))
	}
	seen := map[any]bool{}
	for i, item := range list {
		at := fmt.Sprintf("%s/options/%d", at, i)
		o, _ := item.(object)
		for name := range o {
			if !slices.Contains([]string{"text", "value", "description", "url"}, name) {
				k.wrong(at, "invalid additional property: "+name)
			}
		}
		k.words(at+"/text", o["text"], 75, "")
		k.text(at+"/value", o["value"], value, false)
		if seen[o["value"]] {
			k.wrong(at+"/value", "the value is there twice")
		}
		seen[o["value"]] = true
	}
}

// words checks a text object.
func (k *kit) words(at string, v any, most int, typ string) {
	o, _ := v.(object)
	given, _ := o["type"].(string)
	if given != "mrkdwn" && given != "plain_text" || typ != "" && given != typ {
		k.wrong(at+"/type", "must be a text object")
		return
	}
	for name := range o {
		if !slices.Contains([]string{"type", "text", "emoji", "verbatim"}, name) {
			k.wrong(at, "invalid additional property: "+name)
		}
	}
	k.text(at+"/text", o["text"], most, false)
}

func (k *kit) text(at string, v any, most int, optional bool) {
	text, isText := v.(string)
	switch {
	case v == nil && optional:
	case !isText || text == "":
		k.wrong(at, "must be more than 0 characters")
	case len([]rune(text)) > most:
		k.wrong(at, fmt.Sprintf("must be less than %d characters", most+1))
	}
}

func (k *kit) address(at string, v any) {
	k.text(at, v, 3000, false)
	text, _ := v.(string)
	if u, err := url.Parse(text); err != nil || u.Scheme == "" {
		k.wrong(at, "must be a valid URL")
	}
}
