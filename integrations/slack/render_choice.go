package slack

import (
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

const (
	defaultPlaceholder = "Choose…"
	// actionPrefix begins the ids of buttons and menus of ours.
	actionPrefix = "bellhop_"
)

// renderChoice shows the options as buttons, 25 in a row of them.
func renderChoice(r *outbound, c *message.Choice) ([]part, error) {
	blocks := sections(rich(c.Text) + legend(c.Options, maxButtonText))
	var row []any
	for i, o := range c.Options {
		row = append(row, r.button(o.Label, o.Value, i))
	}
	return posts(rich(c.Text), append(blocks, rows(row)...)), nil
}

// renderDropdown shows menus of 100 options.
func renderDropdown(r *outbound, c *message.Dropdown) ([]part, error) {
	blocks := sections(rich(c.Text) + legend(c.Options, maxOptionText))
	menus := (len(c.Options) + maxOptions - 1) / maxOptions
	for n := range menus {
		menu := selectMenu{Type: "static_select", ActionID: r.actionID(), Placeholder: plainText(defaultPlaceholder)}
		if menus > 1 {
			menu.Placeholder = plainText(fmt.Sprintf("%s (%d/%d)", defaultPlaceholder, n+1, menus))
		}
		taken := map[string]bool{}
		for i := n * maxOptions; i < min(len(c.Options), (n+1)*maxOptions); i++ {
			o := c.Options[i]
			value := r.value(o.Value, i, maxOptionValue)
			if taken[value] {
				value = chatkit.OptionRef(r.Message.ID, i)
			}
			taken[value] = true
			menu.Options = append(menu.Options, option{Text: plainText(chatkit.Label(o.Label, maxOptionText)), Value: value})
		}
		blocks = append(blocks, actions{Type: "actions", Elements: []any{menu}})
	}
	return posts(rich(c.Text), blocks), nil
}

// legend lists the options in full when a label is too long to be seen.
func legend(options []message.Option, limit int) string {
	var b strings.Builder
	long := false
	for _, o := range options {
		long = long || length(o.Label) > limit
		b.WriteString("\n• " + escape(chatkit.Label(o.Label, maxSection/4)))
	}
	if !long {
		return ""
	}
	return "\n" + b.String()
}

// rows puts buttons into as many blocks as it takes; none for none.
func rows(elements []any) []block {
	var out []block
	for len(elements) > 0 {
		n := min(len(elements), maxButtons)
		out = append(out, actions{Type: "actions", Elements: elements[:n:n]})
		elements = elements[n:]
	}
	return out
}

// button answers with the value, which is at the index in the message.
func (r *outbound) button(text, value string, index int) button {
	return button{
		Type: "button", ActionID: r.actionID(), Text: plainText(chatkit.Label(text, maxButtonText)),
		Value: r.value(value, index, maxButtonValue),
	}
}

// actionID is different for each element of a message.
func (r *outbound) actionID() string {
	r.buttons++
	return fmt.Sprintf("%s%d", actionPrefix, r.buttons)
}

// value is what Slack sends back: the value itself, or where it has no room,
// its place in the message.
func (r *outbound) value(value string, index, limit int) string {
	if value == "" || length(value) > limit || chatkit.IsOptionRef(value) {
		return chatkit.OptionRef(r.Message.ID, index)
	}
	return value
}
