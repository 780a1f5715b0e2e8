package whatsapp

import (
	"context"
	"net/url"
)

type receipt struct {
	Product   string     `json:"messaging_product"`
	Status    string     `json:"status"`
	MessageID string     `json:"message_id"`
	Typing    *indicator `json:"typing_indicator,omitempty"`
}

type indicator struct {
	Type string `json:"type"`
}

// markRead shows the person that the message was read; with typing also that
// an answer is being typed, until it comes or 25 seconds have passed.
func (s *service) markRead(ctx context.Context, c *settings, phoneID, id string, typing bool) error {
	r := receipt{Product: "whatsapp", Status: "read", MessageID: id}
	if typing {
		r.Typing = &indicator{Type: "text"}
	}
	var done success
	return s.graph(c).post(ctx, url.PathEscape(phoneID)+"/messages", &r, &done)
}
