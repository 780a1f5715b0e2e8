package telegram

import (
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Limits of inline keyboards.
const (
	maxData    = 64 // bytes
	maxButtons = 100
	maxLabel   = 64 // Telegram shows about half of that on a phone
	rowWidth   = 30 // characters that fit a row of a phone
	rowButtons = 3
)

type choice struct {
	Text    string           `json:"text"`
	Options []message.Option `json:"options"`
}

// renderChoice shows the options as buttons under the text, short ones side by
// side.
func renderChoice(r *outbound, c *choice) ([]part, error) {
	return withButtons(r, rich(c.Text), optionButtons(r, c.Options), true)
}

// renderDropdown shows each option in a row: Telegram has no list to open.
func renderDropdown(r *outbound, c *choice) ([]part, error) {
	return withButtons(r, rich(c.Text), optionButtons(r, c.Options), false)
}

func optionButtons(r *outbound, options []message.Option) []inlineButton {
	buttons := make([]inlineButton, len(options))
	for i, o := range options {
		buttons[i] = inlineButton{Text: short(o.Label, maxLabel), Data: r.data(o.Value, i)}
	}
	return buttons
}

// withButtons puts the buttons under the last part of the text, and what is
// too many for one keyboard under messages of their own.
func withButtons(_ *outbound, written string, buttons []inlineButton, pack bool) ([]part, error) {
	parts := texts(written)
	if len(parts) == 0 {
		parts = texts("…")
	}
	boards := (len(buttons) + maxButtons - 1) / maxButtons
	for n := range boards {
		if n > 0 {
			parts = append(parts, texts(numbered(n+1, boards))...)
		}
		some := buttons[n*maxButtons : min(len(buttons), (n+1)*maxButtons)]
		parts[len(parts)-1].Markup = &inlineMarkup{Keyboard: rows(some, pack)}
	}
	return parts, nil
}

// rows puts buttons under each other, or side by side as far as they fit.
func rows(buttons []inlineButton, pack bool) [][]inlineButton {
	var all [][]inlineButton
	width := 0
	for _, b := range buttons {
		n := len(all) - 1
		long := units(b.Text)
		if pack && n >= 0 && len(all[n]) < rowButtons && width+long <= rowWidth {
			all[n], width = append(all[n], b), width+long
			continue
		}
		all, width = append(all, []inlineButton{b}), long
	}
	return all
}

// data is what Telegram sends back when the button is pressed: the value, or
// where it stands in the message, from which it is read again.
func (r *outbound) data(value string, index int) string {
	if value == "" || len(value) > maxData || chatkit.IsOptionRef(value) || strings.ToValidUTF8(value, "") != value {
		return chatkit.OptionRef(r.Message.ID, index)
	}
	return value
}

func renderCard(r *outbound, c *message.Card) ([]part, error) {
	return renderCards(r, []message.Card{*c})
}

// renderCarousel sends the cards in order: Telegram has nothing to slide.
func renderCarousel(r *outbound, c *message.Carousel) ([]part, error) {
	return renderCards(r, c.Items)
}

func renderCards(r *outbound, cards []message.Card) ([]part, error) {
	var parts []part
	index := 0
	for i := range cards {
		some, err := card(r, &cards[i], index)
		if err != nil {
			return nil, err
		}
		parts, index = append(parts, some...), index+len(cards[i].Actions)
	}
	return parts, nil
}

// card renders a card whose first action has the index among the message's.
func card(r *outbound, c *message.Card, index int) ([]part, error) {
	written := "<b>" + escape(strings.TrimSpace(shown(rich(c.Title)))) + "</b>"
	if more := rich(c.Subtitle); more != "" {
		written += "\n" + more
	}
	var buttons []inlineButton
	for i, a := range c.Actions {
		switch {
		case a.Action != message.URL:
			buttons = append(buttons, inlineButton{Text: short(a.Label, maxLabel), Data: r.data(a.Value, index+i)})
		case opens(a.Value):
			buttons = append(buttons, inlineButton{Text: short(a.Label, maxLabel), URL: strings.TrimSpace(a.Value)})
		default: // no button opens it
			written += "\n" + escape(a.Label+": "+a.Value)
		}
	}
	if c.ImageURL == "" {
		return withButtons(r, written, buttons, false)
	}
	parts := captioned(picture(c.ImageURL), written)
	if len(buttons) == 0 {
		return parts, nil
	}
	parts[len(parts)-1].Markup = &inlineMarkup{Keyboard: rows(buttons[:min(len(buttons), maxButtons)], false)}
	if len(buttons) <= maxButtons {
		return parts, nil
	}
	more, err := withButtons(r, "…", buttons[maxButtons:], false)
	return append(parts, more...), err
}

// opens reports whether a button may open the address.
func opens(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && (u.Scheme == "tg" || strings.Contains(u.Hostname(), ".") && (u.Scheme == "https" || u.Scheme == "http"))
}
