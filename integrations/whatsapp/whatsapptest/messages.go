package whatsapptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sending is a message as far as the fake looks into it.
type sending struct {
	Status    string `json:"status"`
	MessageID string `json:"message_id"`
	To        string `json:"to"`
	Recipient string `json:"recipient"`
	Type      string `json:"type"`
}

// message takes POST /{phone}/messages: a message, or a read receipt.
func (f *Fake) message(w http.ResponseWriter, body json.RawMessage) {
	var in sending
	if err := json.Unmarshal(body, &in); err != nil {
		refuse(w, 400, 100, "(#100) The parameter messaging_product is required.")
		return
	}
	if in.Status != "" {
		f.receipt(w, body)
		return
	}
	s := f.schema.messages[in.Type]
	if s == nil {
		refuse(w, 400, 100, fmt.Sprintf("(#100) Param type must be one of {AUDIO, CONTACTS, ...} - got %q", in.Type))
		return
	}
	if err := check(s, body); err != nil {
		refuseDetails(w, 400, 100, "(#100) Invalid parameter", err.Error())
		return
	}
	if err := checkInteractive(body); err != nil {
		refuseDetails(w, 400, 131009, "(#131009) Parameter value is not valid", err.Error())
		return
	}
	if err := f.checkMedia(body); err != nil {
		refuseDetails(w, 400, 131009, "(#131009) Parameter value is not valid", err.Error())
		return
	}
	if f.closed[in.To] && in.Type != "template" {
		refuseDetails(w, 400, 131047, "(#131047) Re-engagement message",
			"Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
		return
	}
	if in.Type == "template" && !f.template(w, body) {
		return
	}
	f.next++
	f.sent = append(f.sent, body)
	close(f.news)
	f.news = make(chan struct{})
	id := fmt.Sprintf("wamid.OUT%d", f.next)
	person := map[string]string{"input": in.To, "wa_id": strings.TrimPrefix(in.To, "+")}
	if other := f.accepts[in.To]; other != "" {
		person["wa_id"] = other
	}
	if in.To == "" {
		person = map[string]string{"input": in.Recipient, "user_id": in.Recipient}
	}
	answer(w, map[string]any{
		"messaging_product": "whatsapp", "contacts": []any{person}, "messages": []any{map[string]string{"id": id}},
	})
}

func (f *Fake) receipt(w http.ResponseWriter, body json.RawMessage) {
	if err := check(f.schema.receipt, body); err != nil {
		refuseDetails(w, 400, 100, "(#100) Invalid parameter", err.Error())
		return
	}
	f.reads = append(f.reads, body)
	answer(w, map[string]bool{"success": true})
}

// check validates JSON against the schema.
func check(s *jsonschema.Schema, body []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// CheckWebhook validates a webhook's body against Meta's contract.
func (f *Fake) CheckWebhook(body []byte) error { return check(f.schema.webhook, body) }
