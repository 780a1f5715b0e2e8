package whatsapp

import (
	"strings"

	"github.com/bellhop-dev/bellhop/platform/message"
)

// Bounds of carousels (Meta's page on interactive media carousels).
const (
	minCards       = 2
	maxCards       = 10
	maxCardBody    = 160
	maxCardBreaks  = 2
	maxCardAnswers = 2
	quickReply     = "quick_reply"
	// bare is a body that is not empty and shows nothing.
	bare = "\u200b"
)

// renderCarousel sends cards of one shape as a carousel, others one by one.
func renderCarousel(r *outbound, c *message.Carousel) ([]part, error) {
	d := ids{messageID: r.Message.ID, limit: maxButtonID}
	if slots := slots(&d, c.Items); slots != nil {
		var parts []part
		for len(slots) > 0 {
			n := min(len(slots), maxCards)
			if len(slots) == maxCards+1 { // none may be left alone
				n = maxCards - 1
			}
			for i := range slots[:n] {
				slots[i].Index = i
			}
			m := interactive{Type: "carousel", Body: &body{bare}, Action: interAction{Cards: slots[:n]}}
			parts = append(parts, m.part())
			slots = slots[n:]
		}
		return parts, nil
	}
	var parts []part
	index := 0
	for i := range c.Items {
		d := ids{messageID: r.Message.ID, limit: maxButtonID}
		parts = append(parts, card(&d, index, &c.Items[i])...)
		index += len(c.Items[i].Actions)
	}
	return parts, nil
}

// slots are the cards of a native carousel, nil when they do not fit one: all
// need a picture, a short text, and either one address or the same number of
// answers.
func slots(d *ids, cards []message.Card) []cardSlot {
	if len(cards) < minCards {
		return nil
	}
	var all []cardSlot
	index := 0
	for i := range cards {
		c := &cards[i]
		gs, more := groups(c.Actions)
		text := strings.Replace(cardText(c), "\n\n", "\n", 1)
		if more != "" || len(gs) != 1 || c.ImageURL == "" || length(text) > maxCardBody || strings.Count(text, "\n") > maxCardBreaks ||
			len(gs[0].answers) > maxCardAnswers {
			return nil
		}
		slot := cardSlot{Type: "cta_url", Header: imageHeader(c.ImageURL)}
		if text != "" {
			slot.Body = &body{text}
		}
		if gs[0].url != nil {
			slot.Action = openURL(gs[0].url)
		} else {
			slot.Action.Buttons = answers(d, index, &gs[0], quickReply)
		}
		if i > 0 && (slot.Action.Name != all[0].Action.Name || len(slot.Action.Buttons) != len(all[0].Action.Buttons)) {
			return nil
		}
		all = append(all, slot)
		index += len(c.Actions)
	}
	return all
}
