package lineartest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// The platform's face: what Linear posts to the webhook.

// Sign returns the value of Linear-Signature for the body.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Hook is something that Linear tells.
type Hook struct {
	Type, Action string
	// Data is what is told of; what the schema promises besides is added.
	Data map[string]any
	// UpdatedFrom are the old values of an update.
	UpdatedFrom map[string]any
	// Actor did it; nil is the Data's user, and nobody where there is none.
	Actor map[string]any
	// Sent is when it was sent; zero is now.
	Sent time.Time
}

// Ada is the person who talks in tests, as webhooks describe her.
func Ada() map[string]any {
	return map[string]any{
		"id": AdaID, "name": "Ada Lovelace", "email": "ada@hotel.test", "avatarUrl": "https://public.linear.app/ada.png",
		"url": "https://linear.app/hotel/profiles/ada",
	}
}

// ByUser is the actor that the user is.
func ByUser(user map[string]any) map[string]any {
	actor := map[string]any{"type": "user"}
	for k, v := range user {
		actor[k] = v
	}
	return actor
}

// Issue is the first issue, as other things refer to it.
func Issue() map[string]any {
	return map[string]any{
		"id": IssueID, "identifier": "ENG-1", "title": "The lift is stuck", "url": "https://linear.app/hotel/issue/ENG-1", "teamId": TeamID,
		"team": map[string]any{"id": TeamID, "key": "ENG", "name": "Engineering"},
	}
}

// Comment is a comment of Ada's on the first issue, with more fields or others.
func Comment(id, body string, more map[string]any) Hook {
	data := map[string]any{"id": id, "body": body, "issue": Issue(), "issueId": IssueID, "user": Ada(), "userId": AdaID}
	for k, v := range more {
		if data[k] = v; v == nil {
			delete(data, k)
		}
	}
	return Hook{Type: "Comment", Action: "create", Data: data}
}

// Body is the webhook's body. It is an error when the schema knows no such
// data.
func (f *Fake) Body(h Hook) ([]byte, error) {
	data, err := check(f.schema, h.Type+"WebhookPayload", h.Data)
	if err != nil {
		return nil, fmt.Errorf("the webhook is none of Linear's: %w", err)
	}
	sent := h.Sent
	if sent.IsZero() {
		sent = time.Now()
	}
	actor := h.Actor
	if user, ok := h.Data["user"].(map[string]any); ok && actor == nil {
		actor = ByUser(user)
	}
	envelope := map[string]any{
		"action": h.Action, "type": h.Type, "data": data, "actor": actor, "createdAt": "2026-01-02T03:04:06.000Z",
		"organizationId": OrganizationID, "webhookId": "00000000-0000-4000-8000-0000000000aa",
		"webhookTimestamp": sent.UnixMilli(), "url": data["url"],
	}
	if h.UpdatedFrom != nil {
		envelope["updatedFrom"] = h.UpdatedFrom
	}
	if data["url"] == nil {
		envelope["url"] = "https://linear.app/hotel/issue/ENG-1"
	}
	return json.Marshal(envelope)
}

// Headers are the webhook's headers, by their names in lower case.
func Headers(secret string, body []byte, delivery string, h Hook) map[string]string {
	return map[string]string{
		"linear-delivery": delivery, "linear-event": h.Type, "linear-signature": Sign(secret, body),
		"content-type": "application/json; charset=utf-8", "user-agent": "Linear-Webhook",
	}
}
