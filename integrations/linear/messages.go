package linear

import (
	"context"
	"fmt"

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

// handleMessages registers each type, in both channels.
func (s *service) handleMessages(m *integration.Mux) {
	for _, channel := range []string{channelIssue, channelThread} {
		handle[message.Text](s, m, channel)
		handle[message.Markdown](s, m, channel)
		handle[message.Image](s, m, channel)
		handle[message.Audio](s, m, channel)
		handle[message.Video](s, m, channel)
		handle[message.File](s, m, channel)
		handle[message.Location](s, m, channel)
		handle[message.Card](s, m, channel)
		handle[message.Carousel](s, m, channel)
		handle[message.Choice](s, m, channel)
		handle[message.Dropdown](s, m, channel)
		handle[message.Bloc](s, m, channel)
	}
}

func handle[P message.Payload](s *service, m *integration.Mux, channel string) {
	var p P
	integration.Message(m, channel, p.Type(), func(ctx context.Context, call *integration.Call, out *integration.Outgoing[P]) error {
		body, err := written(out.Payload)
		if err != nil {
			return err
		}
		return s.send(ctx, call, &outgoing{message: &out.Message, conversation: &out.Conversation, ack: out.Ack}, body)
	})
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
