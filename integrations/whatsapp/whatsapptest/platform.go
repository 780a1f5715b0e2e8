package whatsapptest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// The platform's face: what Meta posts to the webhook.

// Sign returns the value of X-Hub-Signature-256 for the body.
func Sign(body []byte) string { return SignWith(AppSecret, body) }

// SignWith is Sign with another secret.
func SignWith(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Contact is a person as webhooks describe them.
func Contact(number, name string) map[string]any {
	return map[string]any{"wa_id": number, "profile": map[string]any{"name": name}}
}

// Messages is a change that holds messages of the person, each the JSON of
// what is besides from.
func Messages(contact map[string]any, messages ...string) map[string]any {
	var list []any
	value := map[string]any{"messaging_product": "whatsapp", "metadata": Metadata(), "contacts": []any{contact}}
	for _, raw := range messages {
		m := map[string]any{"timestamp": "1764000000"}
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			panic("the message is not JSON: " + err.Error())
		}
		if id, ok := contact["wa_id"]; ok && m["from"] == nil {
			m["from"] = id
		}
		if id, ok := contact["user_id"]; ok && m["from_user_id"] == nil {
			m["from_user_id"] = id
		}
		if m["type"] == "system" { // comes without contacts
			delete(value, "contacts")
		}
		list = append(list, m)
	}
	value["messages"] = list
	return Change("messages", value)
}

// Statuses is a change that holds statuses, each as JSON.
func Statuses(statuses ...string) map[string]any {
	var list []any
	for _, raw := range statuses {
		list = append(list, json.RawMessage(raw))
	}
	return Change("messages", map[string]any{"messaging_product": "whatsapp", "metadata": Metadata(), "statuses": list})
}

// Metadata names the business's number.
func Metadata() map[string]any {
	return map[string]any{"display_phone_number": Display, "phone_number_id": PhoneID}
}

// Change is a change of a field.
func Change(field string, value any) map[string]any {
	return map[string]any{"field": field, "value": value}
}

// Webhook is the body with the changes: the first in an entry, the others in
// another, as Meta batches them.
func Webhook(changes ...map[string]any) []byte {
	var entries []any
	for i, c := range changes {
		if i > 1 {
			last := entries[len(entries)-1].(map[string]any)
			last["changes"] = append(last["changes"].([]any), c)
			continue
		}
		entries = append(entries, map[string]any{"id": AccountID, "changes": []any{c}})
	}
	body, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": entries})
	if err != nil {
		panic("the webhook cannot be written: " + err.Error())
	}
	return body
}
