package slack

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

func renderCard(r *outbound, c *message.Card) ([]part, error) {
	index := 0
	return posts(escape(c.Title), r.card(c, &index)), nil
}

// renderCarousel shows the cards below each other, as many as fit in a post.
// A card is never cut in two unless it fills a post by itself.
func renderCarousel(r *outbound, c *message.Carousel) ([]part, error) {
	var parts []part
	var blocks []block
	var titles []string
	flush := func() {
		parts = append(parts, posts(strings.Join(titles, ", "), blocks)...)
		blocks, titles = nil, nil
	}
	index := 0
	for i := range c.Items {
		card := r.card(&c.Items[i], &index)
		if len(blocks) > 0 && len(blocks)+1+len(card) > maxBlocks {
			flush()
		}
		if len(blocks) > 0 {
			blocks = append(blocks, divider{Type: "divider"})
		}
		blocks, titles = append(blocks, card...), append(titles, escape(c.Items[i].Title))
	}
	flush()
	return parts, nil
}

// card is a section with the picture beside it, and the buttons. index counts
// the actions of all cards of the message.
func (r *outbound) card(c *message.Card, index *int) []block {
	written := "*" + escape(chatkit.Shorten(c.Title, maxSection/2)) + "*"
	if c.Subtitle != "" {
		written += "\n" + rich(c.Subtitle)
	}
	var row []any
	for _, a := range c.Actions {
		i := *index
		*index++
		if a.Action != message.URL {
			row = append(row, r.button(a.Label, a.Value, i))
			continue
		}
		if linkable(a.Value) && length(a.Value) <= maxURL {
			row = append(row, button{Type: "button", ActionID: r.actionID(), Text: plainText(chatkit.Label(a.Label, maxButtonText)), URL: a.Value})
			continue
		}
		written += "\n" + link(escape(a.Label), a.Value)
	}
	blocks := sections(written)
	if head, ok := blocks[0].(section); ok && c.ImageURL != "" && length(c.ImageURL) <= maxURL {
		head.Accessory = &imageElt{Type: "image", ImageURL: c.ImageURL, AltText: chatkit.Shorten(c.Title, maxAlt)}
		blocks[0] = head
	}
	return append(blocks, rows(row)...)
}
