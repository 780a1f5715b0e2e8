package slack

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// renderers are the renderers by message type.
func renderers() chatkit.Renderers[*outbound, part] {
	return chatkit.Renderers[*outbound, part]{
		message.TypeText:     chatkit.Render(renderText),
		message.TypeMarkdown: chatkit.Render(renderMarkdown),
		message.TypeImage:    chatkit.Render(renderImage),
		message.TypeAudio:    chatkit.Render(renderAudio),
		message.TypeVideo:    chatkit.Render(renderVideo),
		message.TypeFile:     chatkit.Render(renderFile),
		message.TypeLocation: chatkit.Render(renderLocation),
		message.TypeChoice:   chatkit.Render(renderChoice),
		message.TypeDropdown: chatkit.Render(renderDropdown),
		message.TypeCard:     chatkit.Render(renderCard),
		message.TypeCarousel: chatkit.Render(renderCarousel),
	}
}

// outText is the payload of text messages.
type outText struct {
	Text     string            `json:"text"`
	Blocks   []json.RawMessage `json:"blocks"`
	Mentions []outMention      `json:"mentions"`
}

type outMention struct {
	Start float64       `json:"start"`
	End   float64       `json:"end"`
	User  mentionedUser `json:"user"`
}

func renderText(_ *outbound, p *outText) ([]part, error) {
	written := rich(mentioned(p.Text, p.Mentions))
	if len(p.Blocks) == 0 {
		return texts(written), nil
	}
	var blocks []block
	for _, b := range p.Blocks {
		blocks = append(blocks, givenBlock(b))
	}
	return posts(written, blocks), nil
}

// mentioned puts Slack's marks in the place of people in a text. A place that
// is none is left as it is.
func mentioned(text string, mentions []outMention) string {
	units := utf16.Encode([]rune(text))
	sorted := slices.Clone(mentions)
	slices.SortStableFunc(sorted, func(a, b outMention) int { return int(b.Start - a.Start) })
	end := len(units)
	for _, m := range sorted {
		from, to := int(m.Start), int(m.End)
		if from < 0 || to > end || from > to || !slackMark.MatchString("<@"+m.User.ID+">") {
			continue
		}
		units = slices.Concat(units[:from], utf16.Encode([]rune("<@"+m.User.ID+">")), units[to:])
		end = from
	}
	return string(utf16.Decode(units))
}

func renderMarkdown(_ *outbound, p *message.Markdown) ([]part, error) {
	return texts(rich(p.Markdown)), nil
}

func renderLocation(_ *outbound, p *message.Location) ([]part, error) {
	var lines []string
	if p.Title != "" {
		lines = append(lines, "*"+escape(chatkit.Shorten(p.Title, maxSection/4))+"*")
	}
	if p.Address != "" {
		lines = append(lines, escape(chatkit.Shorten(p.Address, maxSection/4)))
	}
	at := strconv.FormatFloat(p.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(p.Longitude, 'f', -1, 64)
	lines = append(lines, "<https://www.google.com/maps/search/?api=1&amp;query="+at+"|"+at+">")
	return posts(cmp.Or(escape(cmp.Or(p.Title, p.Address)), at), sections(strings.Join(lines, "\n"))), nil
}
