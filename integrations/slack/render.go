package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// rendering is the message that is being rendered.
type rendering struct {
	messageID string
	buttons   int // so far, for their ids
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

func renderText(_ *rendering, p *outText) ([]part, error) {
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

func renderMarkdown(_ *rendering, p *message.Markdown) ([]part, error) {
	return texts(rich(p.Markdown)), nil
}

func renderLocation(_ *rendering, p *message.Location) ([]part, error) {
	var lines []string
	if p.Title != "" {
		lines = append(lines, "*"+escape(shorten(p.Title, maxSection/4))+"*")
	}
	if p.Address != "" {
		lines = append(lines, escape(shorten(p.Address, maxSection/4)))
	}
	at := strconv.FormatFloat(p.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(p.Longitude, 'f', -1, 64)
	lines = append(lines, "<https://www.google.com/maps/search/?api=1&amp;query="+at+"|"+at+">")
	return posts(first(escape(first(p.Title, p.Address)), at), sections(strings.Join(lines, "\n"))), nil
}

// renderBloc sends each item by itself, in order.
func renderBloc(r *rendering, b *message.Bloc) ([]part, error) {
	var parts []part
	for i, item := range b.Items {
		some, err := renderItem(r, item)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		parts = append(parts, some...)
	}
	return parts, nil
}

func renderItem(r *rendering, item message.Item) ([]part, error) {
	switch item.Type {
	case message.TypeText:
		return decoded(r, item.Payload, renderText)
	case message.TypeMarkdown:
		return decoded(r, item.Payload, renderMarkdown)
	case message.TypeImage:
		return decoded(r, item.Payload, renderImage)
	case message.TypeAudio:
		return decoded(r, item.Payload, renderAudio)
	case message.TypeVideo:
		return decoded(r, item.Payload, renderVideo)
	case message.TypeFile:
		return decoded(r, item.Payload, renderFile)
	case message.TypeLocation:
		return decoded(r, item.Payload, renderLocation)
	}
	return nil, integration.RuntimeError("a bloc cannot hold the type " + item.Type)
}

func decoded[P any](r *rendering, raw json.RawMessage, render func(*rendering, *P) ([]part, error)) ([]part, error) {
	p := new(P)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, integration.RuntimeError("the payload does not fit: " + err.Error())
	}
	return render(r, p)
}
