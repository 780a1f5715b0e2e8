package whatsapp

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// choice is the payload of choice and dropdown.
type choice struct {
	Text        string           `json:"text"`
	Options     []message.Option `json:"options"`
	ButtonLabel string           `json:"buttonLabel,omitempty"`
}

// defaultButton opens a list.
const defaultButton = "Choose…"

// renderChoice shows up to three short options as buttons, others as a list.
func renderChoice(r *outbound, c *choice) ([]part, error) {
	if len(c.Options) > maxButtons || len(c.Options) == 0 {
		return renderDropdown(r, c)
	}
	seen := map[string]bool{}
	for _, o := range c.Options {
		title := chatkit.Label(o.Label, len(o.Label))
		if length(title) > maxButtonTitle || seen[title] {
			return renderDropdown(r, c)
		}
		seen[title] = true
	}
	before, text := fit(rich(c.Text))
	d := ids{messageID: r.Message.ID, limit: maxButtonID}
	var buttons []replyButton
	for i, o := range c.Options {
		buttons = append(buttons, replyButton{Type: "reply", Reply: &reply{ID: d.of(o.Value, i), Title: chatkit.Label(o.Label, maxButtonTitle)}})
	}
	m := interactive{Type: "button", Body: &body{text}, Action: interAction{Buttons: buttons}}
	return append(before, m.part()), nil
}

// renderDropdown shows lists of ten rows. Labels that are too long for a row
// are told in the text.
func renderDropdown(r *outbound, c *choice) ([]part, error) {
	text := rich(c.Text)
	if len(c.Options) == 0 {
		return texts(text), nil
	}
	for _, o := range c.Options {
		if length(o.Label) > maxRowMore {
			text += legend(c.Options)
			break
		}
	}
	parts, text := fit(text)
	d := ids{messageID: r.Message.ID, limit: maxRowID}
	lists := (len(c.Options) + maxRows - 1) / maxRows
	for n := range lists {
		if n > 0 {
			text = fmt.Sprintf("(%d/%d)", n+1, lists)
		}
		var rows []row
		for i := n * maxRows; i < min(len(c.Options), (n+1)*maxRows); i++ {
			o := c.Options[i]
			line := row{ID: d.of(o.Value, i), Title: chatkit.Label(o.Label, maxRowTitle)}
			if length(o.Label) > maxRowTitle {
				line.Description = chatkit.Label(o.Label, maxRowMore)
			}
			rows = append(rows, line)
		}
		m := interactive{Type: "list", Body: &body{text}, Action: interAction{
			Button: chatkit.Label(cmp.Or(c.ButtonLabel, defaultButton), maxButtonTitle), Sections: []section{{Rows: rows}},
		}}
		parts = append(parts, m.part())
	}
	return parts, nil
}

// legend lists the options in full.
func legend(options []message.Option) string {
	var b strings.Builder
	b.WriteByte('\n')
	for _, o := range options {
		b.WriteString("\n• " + chatkit.Label(o.Label, maxBody))
	}
	return b.String()
}
