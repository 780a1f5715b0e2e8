package whatsapp

import (
	"context"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"
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
	return s.client(c).post(ctx, url.PathEscape(phoneID)+"/messages", &r, &done)
}

// receiptsTimeout bounds all read receipts of a webhook, which Meta waits for.
const receiptsTimeout = time.Second

// receipts shows people that their messages were read, and as configured that
// something is being typed. It is a courtesy: that it failed is only logged.
func (in *inbound) receipts(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, receiptsTimeout)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(8)
	for of, id := range in.unread {
		group.Go(func() error {
			if err := in.markRead(ctx, in.settings, of.phoneID, id, in.settings.readBehavior() == readTyping); err != nil {
				in.call.Logger.WarnContext(ctx, "the message could not be marked as read", "error", err)
			}
			return nil
		})
	}
	_ = group.Wait() // failures were logged
}
