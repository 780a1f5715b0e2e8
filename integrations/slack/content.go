package slack

import (
	"cmp"
	"context"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// text is the payload of text messages. Of a pressed button or a choice Text
// and Value are what the bot meant, Label what the person saw.
type text struct {
	Text     string    `json:"text"`
	Mentions []mention `json:"mentions,omitempty"`
	Value    string    `json:"value,omitempty"`
	Label    string    `json:"label,omitempty"`
}

// content returns the text, the files, or a bloc of both; nil if the message has
// no content for a bot.
func (h *inbound) content(ctx context.Context, m *inMessage) (*chatkit.Content, error) {
	var all []chatkit.Content
	for i := range m.Files {
		c, err := h.file(ctx, &m.Files[i])
		if err != nil {
			return nil, err
		}
		if c != nil {
			all = append(all, *c)
		}
	}
	raw := m.Text
	if raw == "" {
		raw = attached(m.Attachments)
	}
	if shown, mentions := plain(raw); strings.TrimSpace(shown) != "" {
		all = append(all, chatkit.Content{Type: message.TypeText, Payload: text{Text: shown, Mentions: mentions}})
	}
	return chatkit.Combine(all...), nil
}

// attached is the text of what was forwarded.
func attached(list []inAttachment) string {
	var lines []string
	for _, a := range list {
		if line := cmp.Or(a.Text, a.Fallback); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
