package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// content is what the bot gets of a message: with a caption, a bloc of the
// media and a text.
type content struct {
	typ     string
	payload any
	caption string
}

// message is the content as the platform takes it.
func (c *content) message(conversationID, userID string, tags platform.Tags) (*platform.GetOrCreateMessageInput, error) {
	typ, payload := c.typ, c.payload
	if c.caption != "" {
		typ, payload = message.TypeBloc, map[string]any{"items": []any{
			map[string]any{"type": c.typ, "payload": c.payload},
			map[string]any{"type": message.TypeText, "payload": text{Text: c.caption}},
		}}
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("write the message's payload: %w", err)
	}
	return &platform.GetOrCreateMessageInput{
		ConversationID: conversationID, UserID: userID, Type: typ, Payload: raw, Tags: tags, DiscriminateByTags: []string{tagID},
	}, nil
}

// content is what the bot gets; nil when there is nothing that it could get.
func (h *hook) content(ctx context.Context, m *incoming) (*content, error) {
	switch {
	case m.Text != nil && m.Text.Body != "":
		return &content{typ: message.TypeText, payload: text{Text: m.Text.Body}}, nil
	case m.Button != nil:
		return chosen(ctx, h.call, m.Button.Text, m.Button.Payload)
	case m.Interactive != nil:
		return replied(ctx, h.call, m.Interactive)
	case m.Location != nil:
		return located(m.Location), nil
	case len(m.Contacts) > 0:
		return &content{typ: typeContacts, payload: map[string]any{"contacts": m.Contacts}}, nil
	}
	return h.mediaContent(ctx, m)
}

// located is a place; nil when it is not said where.
func located(l *inLocation) *content {
	latitude, err1 := l.Latitude.Float64()
	longitude, err2 := l.Longitude.Float64()
	if err1 != nil || err2 != nil {
		return nil
	}
	return &content{typ: message.TypeLocation, payload: message.Location{Latitude: latitude, Longitude: longitude, Title: l.Name, Address: l.Address}}
}

func (h *hook) mediaContent(ctx context.Context, m *incoming) (*content, error) {
	media, out, kind := m.Image, &content{typ: message.TypeImage}, "image"
	switch {
	case m.Sticker != nil:
		media, kind = m.Sticker, typeSticker
	case m.Audio != nil:
		media, out.typ, kind = m.Audio, message.TypeAudio, "audio"
	case m.Video != nil:
		media, out.typ, kind = m.Video, message.TypeVideo, "video"
	case m.Document != nil:
		media, out.typ, kind = m.Document, message.TypeFile, "document"
	}
	if media == nil || media.ID == "" {
		return nil, nil
	}
	address, err := h.media(ctx, kind, media)
	if err != nil {
		return nil, err
	}
	switch out.typ {
	case message.TypeImage:
		out.payload = image{ImageURL: address}
	case message.TypeAudio:
		out.payload = message.Audio{AudioURL: address}
	case message.TypeVideo:
		out.payload = message.Video{VideoURL: address}
	default:
		out.payload = file{FileURL: address, Title: media.Filename, Filename: media.Filename}
	}
	if out.typ != message.TypeAudio {
		out.caption = media.Caption
	}
	return out, nil
}

// replied is a button or row of ours that was chosen, or a flow that was
// filled in: its text is what the person saw, its value what the bot meant.
func replied(ctx context.Context, call *integration.Call, i *inInteractive) (*content, error) {
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

func chosen(ctx context.Context, call *integration.Call, shown, id string) (*content, error) {
	value, err := chatkit.OptionValue(ctx, call, id)
	if err != nil {
		return nil, err
	}
	if shown = cmp.Or(shown, value); shown == "" {
		return nil, nil
	}
	return &content{typ: message.TypeText, payload: text{Text: shown, Value: value}}, nil
}
