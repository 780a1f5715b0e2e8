package linear

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// messages declares the standard types. A bloc may also hold Markdown.
func messages() map[string]integration.MessageDefinition {
	all := integration.StandardMessages()
	all[message.TypeBloc] = integration.MessageDefinition{Title: "Bloc", Schema: integration.RawSchema(
		`{"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"type":"object",` +
			`"required":["type","payload"],"properties":{"type":{"enum":["text","markdown","image","audio","video","file","location"]},` +
			`"payload":{"type":"object"}}}}}}`)}
	return all
}

// handleMessages registers how each type is written, the same in both channels.
func (s *service) handleMessages(m *integration.Mux) {
	for _, channel := range []string{channelIssue, channelThread} {
		handle(s, m, channel, message.TypeText, func(p *message.Text) (string, error) { return p.Text, nil })
		handle(s, m, channel, message.TypeMarkdown, func(p *message.Markdown) (string, error) { return p.Markdown, nil })
		handle(s, m, channel, message.TypeImage, func(p *message.Image) (string, error) { return image(p.Title, p.ImageURL), nil })
		handle(s, m, channel, message.TypeAudio, func(p *message.Audio) (string, error) { return file(p.Title, p.AudioURL), nil })
		handle(s, m, channel, message.TypeVideo, func(p *message.Video) (string, error) { return file(p.Title, p.VideoURL), nil })
		handle(s, m, channel, message.TypeFile, func(p *message.File) (string, error) { return file(p.Title, p.FileURL), nil })
		handle(s, m, channel, message.TypeLocation, func(p *message.Location) (string, error) { return location(p), nil })
		handle(s, m, channel, message.TypeCard, func(p *message.Card) (string, error) { return cards([]message.Card{*p}), nil })
		handle(s, m, channel, message.TypeCarousel, func(p *message.Carousel) (string, error) { return cards(p.Items), nil })
		handle(s, m, channel, message.TypeChoice, func(p *message.Choice) (string, error) { return choice(p.Text, p.Options), nil })
		handle(s, m, channel, message.TypeDropdown, func(p *message.Dropdown) (string, error) { return choice(p.Text, p.Options), nil })
		handle(s, m, channel, message.TypeBloc, bloc)
	}
}

// handle registers a type by how it is written.
func handle[P any](s *service, m *integration.Mux, channel, typ string, write func(*P) (string, error)) {
	integration.Message(m, channel, typ, func(ctx context.Context, call *integration.Call, out *integration.Outgoing[P]) error {
		body, err := write(&out.Payload)
		if err != nil {
			return err
		}
		return s.send(ctx, call, &outgoing{message: &out.Message, conversation: &out.Conversation, ack: out.Ack}, body)
	})
}

// bloc writes its items below each other, in one comment.
func bloc(p *message.Bloc) (string, error) {
	var parts []string
	for _, item := range p.Items {
		part, err := blocItem(item)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return paragraphs(parts...), nil
}

func blocItem(item message.Item) (string, error) {
	switch item.Type {
	case message.TypeText:
		return read(item, func(p *message.Text) string { return p.Text })
	case message.TypeMarkdown:
		return read(item, func(p *message.Markdown) string { return p.Markdown })
	case message.TypeImage:
		return read(item, func(p *message.Image) string { return image(p.Title, p.ImageURL) })
	case message.TypeAudio:
		return read(item, func(p *message.Audio) string { return file(p.Title, p.AudioURL) })
	case message.TypeVideo:
		return read(item, func(p *message.Video) string { return file(p.Title, p.VideoURL) })
	case message.TypeFile:
		return read(item, func(p *message.File) string { return file(p.Title, p.FileURL) })
	case message.TypeLocation:
		return read(item, location)
	}
	return "", integration.RuntimeError("a bloc cannot hold an item of the type " + item.Type)
}

func read[P any](item message.Item, write func(*P) string) (string, error) {
	p := new(P)
	if err := json.Unmarshal(item.Payload, p); err != nil {
		return "", integration.RuntimeError("the payload of the bloc's " + item.Type + " does not fit")
	}
	return write(p), nil
}
