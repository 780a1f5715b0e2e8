package whatsapptest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// templates are what the account has: by name, how many parameters the body
// takes.
func templates() []map[string]any {
	template := func(id, name, language, status, body string) map[string]any {
		return map[string]any{
			"id": id, "name": name, "language": language, "status": status, "category": "UTILITY",
			"components": []any{
				map[string]any{"type": "HEADER", "format": "TEXT", "text": "Hotel"},
				map[string]any{"type": "BODY", "text": body},
				map[string]any{"type": "BUTTONS", "buttons": []any{map[string]any{"type": "QUICK_REPLY", "text": "Stop"}}},
			},
		}
	}
	return []map[string]any{
		template("1", "hello", "en", "APPROVED", "Hello"),
		template("2", "booking", "en", "APPROVED", "Your room {{1}} is ready, {{2}}"),
		template("3", "named", "en", "APPROVED", "Dear {{guest}}"),
		template("4", "old", "de", "PAUSED", "Alt"),
	}
}

// template refuses what does not fit the account's templates.
func (f *Fake) template(w http.ResponseWriter, body json.RawMessage) bool {
	var m struct {
		Template struct {
			Name     string `json:"name"`
			Language struct {
				Code string `json:"code"`
			} `json:"language"`
			Components []struct {
				Type       string `json:"type"`
				Parameters []any  `json:"parameters"`
			} `json:"components"`
		} `json:"template"`
	}
	_ = json.Unmarshal(body, &m) // it fits the schema
	for _, t := range templates() {
		if t["name"] != m.Template.Name || t["language"] != m.Template.Language.Code {
			continue
		}
		if t["status"] != "APPROVED" {
			refuse(w, 400, 132015, "(#132015) Template is paused")
			return false
		}
		want, got := strings.Count(fmt.Sprint(t["components"]), "{{"), 0
		for _, c := range m.Template.Components {
			if c.Type == "body" {
				got += len(c.Parameters)
			}
		}
		if got != want {
			refuseDetails(w, 400, 132000, "(#132000) Number of parameters does not match the expected number of params",
				fmt.Sprintf("body: number of localizable_params (%d) does not match the expected number of params (%d)", got, want))
			return false
		}
		return true
	}
	refuseDetails(w, 404, 132001, "(#132001) Template name does not exist in the translation",
		fmt.Sprintf("template name (%s) does not exist in %s", m.Template.Name, m.Template.Language.Code))
	return false
}

func (f *Fake) phoneNumbers(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("after") == "" {
		answer(w, map[string]any{
			"data":   []any{map[string]string{"id": PhoneID, "display_phone_number": "+1 555-078-3881", "verified_name": "Hotel"}},
			"paging": map[string]any{"cursors": map[string]string{"after": "B"}, "next": f.URL + "/next"},
		})
		return
	}
	answer(w, map[string]any{"data": []any{map[string]string{"id": "106540352242999", "display_phone_number": "+1 555-078-3882"}},
		"paging": map[string]any{"cursors": map[string]string{"after": "C"}}})
}

func (f *Fake) listTemplates(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name := range q {
		if !strings.Contains(" fields limit after status name language ", " "+name+" ") {
			refuse(w, 400, 100, "(#100) Unknown parameter "+name)
			return
		}
	}
	var data []any
	for _, t := range templates() {
		if s := q.Get("status"); s != "" && s != t["status"] || q.Get("name") != "" && q.Get("name") != t["name"] {
			continue
		}
		data = append(data, t)
	}
	paging := map[string]any{"cursors": map[string]string{"after": "END"}}
	if q.Get("limit") == "2" && q.Get("after") == "" {
		data, paging = data[:2], map[string]any{"cursors": map[string]string{"after": "P2"}, "next": f.URL + "/next"}
	} else if q.Get("after") == "P2" {
		data = data[2:]
	}
	answer(w, map[string]any{"data": data, "paging": paging})
}
