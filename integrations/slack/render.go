package slack

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/bellhop-dev/bellhop/integration/bloc"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
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
		lines = append(lines, "*"+escape(chatkit.Shorten(p.Title, maxSection/4))+"*")
	}
	if p.Address != "" {
		lines = append(lines, escape(chatkit.Shorten(p.Address, maxSection/4)))
	}
	at := strconv.FormatFloat(p.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(p.Longitude, 'f', -1, 64)
	lines = append(lines, "<https://www.google.com/maps/search/?api=1&amp;query="+at+"|"+at+">")
	return posts(cmp.Or(escape(cmp.Or(p.Title, p.Address)), at), sections(strings.Join(lines, "\n"))), nil
}

// renderBloc sends each item by itself, in order.
func renderBloc(r *rendering, b *message.Bloc) ([]part, error) {
	return bloc.Render(b, bloc.Renderers[part]{
		message.TypeText:     bloc.By(r, renderText),
		message.TypeMarkdown: bloc.By(r, renderMarkdown),
		message.TypeImage:    bloc.By(r, renderImage),
		message.TypeAudio:    bloc.By(r, renderAudio),
		message.TypeVideo:    bloc.By(r, renderVideo),
		message.TypeFile:     bloc.By(r, renderFile),
		message.TypeLocation: bloc.By(r, renderLocation),
	})
}
