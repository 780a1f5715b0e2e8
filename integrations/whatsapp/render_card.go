package whatsapp

import (
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

func renderCard(r *outbound, c *message.Card) ([]part, error) {
	d := ids{messageID: r.Message.ID, limit: maxButtonID}
	return card(&d, 0, c), nil
}

// cardText is the title and the subtitle.
func cardText(c *message.Card) string {
	text := strings.TrimSpace(rich(c.Subtitle))
	if title := strings.TrimSpace(rich(c.Title)); title != "" {
		text = strings.TrimSpace("*" + strings.Trim(title, "*") + "*\n\n" + text)
	}
	return text
}

// group is what fits one message: an address, or up to three answers.
type group struct {
	url     *message.Action
	answers []message.Action
	first   int // index of the first action among the card's
}

// groups cuts the actions, in order, where WhatsApp wants another message. It
// returns addresses that no button opens, as text.
func groups(actions []message.Action) (all []group, more string) {
	for i := range actions {
		a := actions[i]
		if a.Action == message.URL {
			if u, err := url.Parse(strings.TrimSpace(a.Value)); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
				more += "\n" + a.Label + ": " + a.Value
				continue
			}
			all = append(all, group{url: &a, first: i})
			continue
		}
		if n := len(all) - 1; n >= 0 && all[n].url == nil && len(all[n].answers) < maxButtons && all[n].first+len(all[n].answers) == i {
			all[n].answers = append(all[n].answers, a)
			continue
		}
		all = append(all, group{answers: []message.Action{a}, first: i})
	}
	return all, more
}

// card renders a card whose first action has the index among the message's.
// The picture and the text are on the first message with buttons, the others
// repeat the title.
func card(d *ids, index int, c *message.Card) []part {
	gs, more := groups(c.Actions)
	text := cardText(c)
	if more != "" {
		text = strings.TrimSpace(text + "\n" + more)
	}
	if len(gs) == 0 {
		if c.ImageURL != "" {
			return picture(c.ImageURL, text)
		}
		return texts(text)
	}
	parts, text := fit(text)
	image := imageHeader(c.ImageURL)
	for _, g := range gs {
		m := interactive{Type: "button", Header: image, Body: &body{text}}
		if g.url != nil {
			m.Type, m.Action = "cta_url", openURL(g.url)
		} else {
			m.Action.Buttons = answers(d, index, &g, "reply")
		}
		parts = append(parts, m.part())
		image, text = nil, chatkit.Label(cardText(&message.Card{Title: chatkit.Shorten(c.Title, maxBody/2)}), maxBody)
	}
	return parts
}

func openURL(a *message.Action) interAction {
	return interAction{Name: "cta_url", Parameters: &urlParameters{
		DisplayText: chatkit.Label(a.Label, maxButtonTitle), URL: strings.TrimSpace(a.Value),
	}}
}

func answers(d *ids, index int, g *group, kind string) []replyButton {
	labels := make([]string, len(g.answers))
	for i, a := range g.answers {
		labels[i] = a.Label
	}
	var buttons []replyButton
	for i, title := range titles(labels, maxButtonTitle) {
		r := &reply{ID: d.of(g.answers[i].Value, index+g.first+i), Title: title}
		b := replyButton{Type: kind, Reply: r}
		if kind == quickReply {
			b.Reply, b.QuickReply = nil, r
		}
		buttons = append(buttons, b)
	}
	return buttons
}
