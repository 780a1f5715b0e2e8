package whatsapp

import (
	"cmp"
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

func contentOf(typ string, payload any) *chatkit.Content {
	return &chatkit.Content{Type: typ, Payload: payload}
}

// content returns the content of the message, nil if it has none for a bot.
func (in *inbound) content(ctx context.Context, m *inMessage) (*chatkit.Content, error) {
	switch {
	case m.Text != nil && m.Text.Body != "":
		return contentOf(message.TypeText, text{Text: m.Text.Body}), nil
	case m.Button != nil:
		return chosen(ctx, in.call, m.Button.Text, m.Button.Payload)
	case m.Interactive != nil:
		return replied(ctx, in.call, m.Interactive)
	case m.Location != nil:
		return located(m.Location), nil
	case len(m.Contacts) > 0:
		return contentOf(typeContacts, map[string]any{"contacts": m.Contacts}), nil
	}
	return in.mediaContent(ctx, m)
}

// located is a place; nil when it is not said where.
func located(l *inLocation) *chatkit.Content {
	latitude, err1 := l.Latitude.Float64()
	longitude, err2 := l.Longitude.Float64()
	if err1 != nil || err2 != nil {
		return nil
	}
	return contentOf(message.TypeLocation, message.Location{Latitude: latitude, Longitude: longitude, Title: l.Name, Address: l.Address})
}

func (in *inbound) mediaContent(ctx context.Context, m *inMessage) (*chatkit.Content, error) {
	media, typ, kind := m.Image, message.TypeImage, "image"
	switch {
	case m.Sticker != nil:
		media, kind = m.Sticker, typeSticker
	case m.Audio != nil:
		media, typ, kind = m.Audio, message.TypeAudio, "audio"
	case m.Video != nil:
		media, typ, kind = m.Video, message.TypeVideo, "video"
	case m.Document != nil:
		media, typ, kind = m.Document, message.TypeFile, "document"
	}
	if media == nil || media.ID == "" {
		return nil, nil
	}
	address, err := in.media(ctx, kind, media)
	if err != nil {
		return nil, err
	}
	var c *chatkit.Content
	switch typ {
	case message.TypeImage:
		c = contentOf(typ, image{ImageURL: address})
	case message.TypeAudio:
		return contentOf(typ, message.Audio{AudioURL: address}), nil
	case message.TypeVideo:
		c = contentOf(typ, message.Video{VideoURL: address})
	default:
		c = contentOf(typ, file{FileURL: address, Title: media.Filename, Filename: media.Filename})
	}
	if media.Caption == "" {
		return c, nil
	}
	return chatkit.Combine(*c, *contentOf(message.TypeText, text{Text: media.Caption})), nil
}

// replied is a button or row of ours that was chosen, or a flow that was
// filled in: its text is what the person saw, its value what the bot meant.
func replied(ctx context.Context, call *integration.Call, i *inInteractive) (*chatkit.Content, error) {
	switch {
	case i.ButtonReply != nil:
		return chosen(ctx, call, i.ButtonReply.Title, i.ButtonReply.ID)
	case i.ListReply != nil:
		return chosen(ctx, call, i.ListReply.Title, i.ListReply.ID)
	case i.FlowReply != nil:
		return chosen(ctx, call, cmp.Or(i.FlowReply.Body, i.FlowReply.Name), i.FlowReply.ResponseJSON)
	}
	return nil, nil
}

func chosen(ctx context.Context, call *integration.Call, shown, id string) (*chatkit.Content, error) {
	value, err := chatkit.OptionValue(ctx, call, id)
	if err != nil {
		return nil, err
	}
	if shown = cmp.Or(shown, value); shown == "" {
		return nil, nil
	}
	return contentOf(message.TypeText, text{Text: shown, Value: value}), nil
}
