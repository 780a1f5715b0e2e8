package whatsapptest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// interactive is what the contract's text says of interactive messages beyond
// its schema.
type interactive struct {
	Type   string           `json:"type"`
	Header *json.RawMessage `json:"header"`
	Body   *struct {
		Text string `json:"text"`
	} `json:"body"`
	Action json.RawMessage `json:"action"`
}

type action struct {
	Button  string `json:"button"`
	Buttons []struct {
		Type  string `json:"type"`
		Reply struct {
			ID    string `json:"id"`
			Title string `json:"title"`
		} `json:"reply"`
	} `json:"buttons"`
	Sections []struct {
		Title string `json:"title"`
		Rows  []struct {
			ID          string `json:"id"`
			Title       string `json:"title"`
			Description string `json:"description"`
		} `json:"rows"`
	} `json:"sections"`
}

func checkInteractive(body json.RawMessage) error {
	var m struct {
		Interactive *interactive `json:"interactive"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	i := m.Interactive
	if i == nil {
		return nil
	}
	if i.Body == nil && i.Type != "product" && i.Type != "carousel" || i.Body != nil && strings.TrimSpace(i.Body.Text) == "" {
		return fmt.Errorf("interactive['body'] is required and may not be blank")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(i.Action, &members); err != nil {
		return err
	}
	if err := only(members, i.Type); err != nil {
		return err
	}
	switch i.Type {
	case "button":
		return checkButtons(i.Action)
	case "list":
		if i.Header != nil && !strings.Contains(string(*i.Header), `"text"`) {
			return fmt.Errorf("interactive['header']['type'] of a list must be text")
		}
		return checkList(i.Action)
	case "carousel":
		return checkCarousel(i.Action)
	}
	return nil
}

// only refuses members of the action that its type does not have.
func only(members map[string]json.RawMessage, typ string) error {
	allowed := map[string]string{
		"button": "buttons", "list": "button sections", "cta_url": "name parameters", "flow": "name parameters",
		"location_request_message": "name", "carousel": "cards",
	}[typ]
	if allowed == "" {
		return nil
	}
	for name := range members {
		if !strings.Contains(" "+allowed+" ", " "+name+" ") {
			return fmt.Errorf("unexpected key %q on param interactive['action']", name)
		}
	}
	return nil
}

func checkButtons(raw json.RawMessage) error {
	var a action
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	ids, titles := map[string]bool{}, map[string]bool{}
	for _, b := range a.Buttons {
		id, title := b.Reply.ID, b.Reply.Title
		switch {
		case id == "" || id != strings.TrimSpace(id):
			return fmt.Errorf("the button id %q is empty or has outer spaces", id)
		case strings.TrimSpace(title) == "":
			return fmt.Errorf("a button has no title")
		case ids[id]:
			return fmt.Errorf("duplicate button id %q", id)
		case titles[title]:
			return fmt.Errorf("duplicate button title %q", title)
		}
		ids[id], titles[title] = true, true
	}
	return nil
}

func checkList(raw json.RawMessage) error {
	var a action
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	if strings.TrimSpace(a.Button) == "" {
		return fmt.Errorf("the list has no button")
	}
	rows, ids := 0, map[string]bool{}
	for _, s := range a.Sections {
		if s.Title == "" && len(a.Sections) > 1 {
			return fmt.Errorf("the sections need titles when there are several")
		}
		if len(s.Rows) == 0 {
			return fmt.Errorf("a section has no rows")
		}
		for _, r := range s.Rows {
			rows++
			if r.ID == "" || strings.TrimSpace(r.Title) == "" || ids[r.ID] {
				return fmt.Errorf("the row %q is a duplicate, or has no id or title", r.ID)
			}
			ids[r.ID] = true
		}
	}
	if rows > 10 {
		return fmt.Errorf("total row count exceed max allowed count: 10")
	}
	return nil
}
