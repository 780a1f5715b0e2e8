package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
)

// templateChange is what Meta says of a template.
type templateChange struct {
	ID       json.Number `json:"message_template_id"`
	Name     string      `json:"message_template_name"`
	Language string      `json:"message_template_language"`

	Element string `json:"message_template_element"`
	Title   string `json:"message_template_title"`
	Footer  string `json:"message_template_footer"`
	Buttons []struct {
		Type        string `json:"message_template_button_type"`
		Text        string `json:"message_template_button_text"`
		URL         string `json:"message_template_button_url"`
		PhoneNumber string `json:"message_template_button_phone_number"`
	} `json:"message_template_buttons"`

	PreviousQuality string `json:"previous_quality_score"`
	NewQuality      string `json:"new_quality_score"`

	Event       string          `json:"event"`
	Reason      *string         `json:"reason"`
	DisableInfo json.RawMessage `json:"disable_info"`
	OtherInfo   json.RawMessage `json:"other_info"`

	CorrectCategory  string `json:"correct_category"`
	PreviousCategory string `json:"previous_category"`
	NewCategory      string `json:"new_category"`
}

type templateName struct {
	ID       templateID `json:"id" description:"Meta's id of the template"`
	Name     string     `json:"name"`
	Language string     `json:"language"`
}

// templateID is a number that is written as it came.
type templateID json.Number

// JSONSchema describes it.
func (templateID) JSONSchema() json.RawMessage { return json.RawMessage(`{"type":"integer"}`) }

// MarshalJSON writes 0 for a missing one.
func (id templateID) MarshalJSON() ([]byte, error) { return []byte(cmp.Or(string(id), "0")), nil }

type componentsEvent struct {
	templateName
	Element string           `json:"element" description:"Text of the body"`
	Title   string           `json:"title,omitempty" description:"Text of the header"`
	Footer  string           `json:"footer,omitempty"`
	Buttons []buttonOfChange `json:"buttons,omitempty"`
}

type buttonOfChange struct {
	Type        string `json:"button_type"`
	Text        string `json:"button_text"`
	URL         string `json:"button_url,omitempty"`
	PhoneNumber string `json:"button_phone_number,omitempty"`
}

type qualityEvent struct {
	templateName
	Previous string `json:"previous_quality_score" description:"GREEN, YELLOW, RED or UNKNOWN"`
	New      string `json:"new_quality_score" description:"GREEN, YELLOW, RED or UNKNOWN"`
}

type templateStatusEvent struct {
	templateName
	Event       string          `json:"event" description:"As APPROVED, REJECTED, PAUSED, DISABLED"`
	Reason      json.RawMessage `json:"reason" description:"Why it was rejected, or null"`
	DisableInfo json.RawMessage `json:"disable_info,omitempty"`
	OtherInfo   json.RawMessage `json:"other_info,omitempty"`
}

type categoryEvent struct {
	templateName
	Correct  string `json:"correct_category,omitempty" description:"The category that it will have in 24 hours"`
	Previous string `json:"previous_category,omitempty"`
	New      string `json:"new_category,omitempty"`
}

// templateEvent words a change of a template; ok is false for other fields.
func templateEvent(field string, t *templateChange) (e integration.Event, ok bool) {
	name := templateName{ID: templateID(t.ID), Name: t.Name, Language: t.Language}
	switch field {
	case "message_template_components_update":
		p := componentsEvent{templateName: name, Element: t.Element, Title: t.Title, Footer: t.Footer}
		for _, b := range t.Buttons {
			p.Buttons = append(p.Buttons, buttonOfChange(b))
		}
		return integration.Event{Type: eventComponents, Payload: p}, true
	case "message_template_quality_update":
		return integration.Event{Type: eventQuality, Payload: qualityEvent{name, t.PreviousQuality, t.NewQuality}}, true
	case "message_template_status_update":
		reason, err := json.Marshal(t.Reason)
		return integration.Event{Type: eventTemplateStatus, Payload: templateStatusEvent{name, t.Event, reason, t.DisableInfo, t.OtherInfo}}, err == nil
	case "template_category_update":
		return integration.Event{Type: eventCategory, Payload: categoryEvent{name, t.CorrectCategory, t.PreviousCategory, t.NewCategory}}, true
	}
	return e, false
}

// template handles a change of a template; at is when it was, which tells a
// change that is sent twice from one that happened twice.
func (in *inbound) template(ctx context.Context, at string, ch *change) error {
	key := ""
	if at != "" {
		key = digest(ch.Field+" "+at, ch.Value)
	}
	var t templateChange
	if json.Unmarshal(ch.Value, &t) == nil {
		if e, ok := templateEvent(ch.Field, &t); ok {
			e.DedupeKey = key
			_, err := in.call.Emit(ctx, e)
			return err
		}
	}
	return in.unhandled(ctx, ch.Field, "", ch.Value, key)
}
