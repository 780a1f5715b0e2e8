package linear

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Comments are Markdown: texts go as they are, what bots give as plain words,
// such as titles and labels, is escaped.

// paragraphs puts parts below each other; empty ones are left out.
func paragraphs(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

// plain makes words of one line that Markdown reads as they are.
func plain(words string) string {
	words = strings.Join(strings.Fields(words), " ")
	var b strings.Builder
	for i, r := range words {
		if special(words, i, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// special reports whether Markdown sees a mark in the character at the place: a
// dash, a plus, a hash and an equals sign are marks at the start only, a dot
// and a bracket after the digits of a list's number, an ampersand before a
// name.
func special(words string, i int, r rune) bool {
	switch r {
	case '-', '+', '#', '=':
		return i == 0
	case '.', ')':
		return i > 0 && strings.Trim(words[:i], "0123456789") == ""
	case '&':
		return i+1 < len(words) && words[i+1] != ' '
	}
	return strings.ContainsRune("\\`*_[]<>~|@", r)
}

// target is an address as it stands in a link.
func target(address string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "", "\r", "", "\t", "").
		Replace(strings.TrimSpace(address))
}

func link(words, address string) string { return "[" + plain(words) + "](" + target(address) + ")" }

func image(title, address string) string { return "!" + link(title, address) }

// file is a link named by the title, else by the last part of the address.
func file(title, address string) string {
	if strings.TrimSpace(title) == "" {
		title = address
		if u, err := url.Parse(strings.TrimSpace(address)); err == nil && path.Base(u.Path) != "." && path.Base(u.Path) != "/" {
			title = path.Base(u.Path)
		}
	}
	return link(title, address)
}

// location is a link to a map.
func location(p *message.Location) string {
	at := strconv.FormatFloat(p.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(p.Longitude, 'f', -1, 64)
	title := p.Title
	if title == "" {
		title = p.Address
	}
	if title == "" {
		title = at
	}
	text := "📍 " + link(title, "https://www.google.com/maps/search/?api=1&query="+url.QueryEscape(at))
	if p.Address != "" && p.Address != title {
		text += "\\\n" + plain(p.Address)
	}
	return text
}

// choice asks for an answer by number or by word.
func choice(question string, options []message.Option) string {
	n := 0
	return paragraphs(question, list(options, &n), hint(n))
}

// list numbers options; n counts on through all lists of a message.
func list(options []message.Option, n *int) string {
	var b strings.Builder
	for _, o := range options {
		*n++
		words := o.Label
		if strings.TrimSpace(words) == "" {
			words = o.Value
		}
		b.WriteString(strconv.Itoa(*n) + ". " + plain(words) + "\n")
	}
	return b.String()
}

func hint(options int) string {
	if options == 0 {
		return ""
	}
	return "_Answer with the number or the words._"
}

// cards are headings with a picture, links and numbered answers, below each
// other in their order.
func cards(all []message.Card) string {
	var parts []string
	n := 0
	for i := range all {
		if i > 0 {
			parts = append(parts, "---")
		}
		parts = append(parts, card(&all[i], &n))
	}
	return paragraphs(append(parts, hint(n))...)
}

func card(c *message.Card, n *int) string {
	var heading, picture string
	if strings.TrimSpace(c.Title) != "" {
		heading = "### " + plain(c.Title)
	}
	if c.ImageURL != "" {
		picture = image(c.Title, c.ImageURL)
	}
	var links []string
	for _, a := range c.Actions {
		if a.Action == message.URL {
			links = append(links, link(a.Label, a.Value))
		}
	}
	return paragraphs(heading, c.Subtitle, picture, strings.Join(links, " · "), list(answers(c.Actions), n))
}

// renderers are the renderers by message type. Each message, a bloc too, is one
// comment.
func renderers() chatkit.Renderers[*outbound, string] {
	return chatkit.Renderers[*outbound, string]{
		message.TypeText:     chatkit.Render(comment[message.Text]),
		message.TypeMarkdown: chatkit.Render(comment[message.Markdown]),
		message.TypeImage:    chatkit.Render(comment[message.Image]),
		message.TypeAudio:    chatkit.Render(comment[message.Audio]),
		message.TypeVideo:    chatkit.Render(comment[message.Video]),
		message.TypeFile:     chatkit.Render(comment[message.File]),
		message.TypeLocation: chatkit.Render(comment[message.Location]),
		message.TypeCard:     chatkit.Render(comment[message.Card]),
		message.TypeCarousel: chatkit.Render(comment[message.Carousel]),
		message.TypeChoice:   chatkit.Render(comment[message.Choice]),
		message.TypeDropdown: chatkit.Render(comment[message.Dropdown]),
		message.TypeBloc:     chatkit.Render(comment[message.Bloc]),
	}
}

func comment[P message.Payload](_ *outbound, p *P) ([]string, error) {
	body, err := written(*p)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(body) == "" {
		return nil, integration.RuntimeError("the message says nothing that a comment could")
	}
	return []string{body}, nil
}

// written is the comment that says what the message says.
func written(p message.Payload) (string, error) {
	switch p := p.(type) {
	case message.Text:
		return p.Text, nil
	case message.Markdown:
		return p.Markdown, nil
	case message.Image:
		return image(p.Title, p.ImageURL), nil
	case message.Audio:
		return file(p.Title, p.AudioURL), nil
	case message.Video:
		return file(p.Title, p.VideoURL), nil
	case message.File:
		return file(p.Title, p.FileURL), nil
	case message.Location:
		return location(&p), nil
	case message.Card:
		return cards([]message.Card{p}), nil
	case message.Carousel:
		return cards(p.Items), nil
	case message.Choice:
		return choice(p.Text, p.Options), nil
	case message.Dropdown:
		return choice(p.Text, p.Options), nil
	case message.Bloc:
		return bloc(p)
	}
	return "", fmt.Errorf("there is no way to write a %s as a comment", p.Type())
}

// bloc writes the items below each other, in one comment.
func bloc(b message.Bloc) (string, error) {
	items, err := b.Payloads()
	if err != nil {
		return "", integration.RuntimeError("the bloc does not fit: " + err.Error())
	}
	var parts []string
	for _, item := range items {
		part, err := written(item)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return paragraphs(parts...), nil
}
