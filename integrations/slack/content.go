package slack

import (
	"cmp"
	"context"
	"strings"

	"github.com/bellhop-dev/bellhop/platform/message"
)

// content is what the bot gets of a message.
type content struct {
	typ     string
	payload any
}

// text is the payload of text messages. Of a pressed button or a choice Text
// and Value are what the bot meant, Label what the person saw.
type text struct {
	Text     string    `json:"text"`
	Mentions []mention `json:"mentions,omitempty"`
	Value    string    `json:"value,omitempty"`
	Label    string    `json:"label,omitempty"`
}

// content is what the bot gets: the text, the files, or a bloc of both; nil
// when there is nothing that it could get.
func (h *happening) content(ctx context.Context, m *inMessage) (*content, error) {
	var all []content
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
		all = append(all, content{typ: message.TypeText, payload: text{Text: shown, Mentions: mentions}})
	}
	switch len(all) {
	case 0:
		return nil, nil
	case 1:
		return &all[0], nil
	}
	var items []any
	for _, c := range all {
		items = append(items, map[string]any{"type": c.typ, "payload": c.payload})
	}
	return &content{typ: message.TypeBloc, payload: map[string]any{"items": items}}, nil
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
