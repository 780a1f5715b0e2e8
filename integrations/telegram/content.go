package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// text is the payload of text messages. Value is that of the button that was
// pressed.
type text struct {
	Text  string `json:"text"`
	Value string `json:"value,omitempty"`
}

type file struct {
	FileURL  string `json:"fileUrl"`
	Title    string `json:"title,omitempty"`
	Filename string `json:"filename,omitempty"`
}

// content is the content of an inbound message.
type content struct {
	chatkit.Content
	caption string // of media
	file    string // Telegram's id of the file
}

// combined is the content of one message: with a caption, a bloc.
func (c *content) combined() *chatkit.Content {
	if c.caption == "" {
		return &c.Content
	}
	return chatkit.Combine(c.Content, chatkit.Content{Type: message.TypeText, Payload: text{Text: c.caption}})
}

func contentOf(typ string, payload any) *content {
	return &content{Content: chatkit.Content{Type: typ, Payload: payload}}
}

// content returns the content of the message, nil if it has none for a bot.
func (in *inbound) content(ctx context.Context, m *tgMessage) (*content, error) {
	switch {
	case m.Text != "":
		return contentOf(message.TypeText, text{Text: markdownOf(m.Text, m.Entities)}), nil
	case m.Venue != nil: // before the location, which is set as well
		v := m.Venue
		return contentOf(message.TypeLocation, message.Location{
			Latitude: v.Location.Latitude, Longitude: v.Location.Longitude, Title: v.Title, Address: v.Address,
		}), nil
	case m.Location != nil:
		return contentOf(message.TypeLocation, message.Location{Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}), nil
	case m.Contact != nil:
		k := m.Contact
		c := contact{PhoneNumber: k.PhoneNumber, FirstName: k.FirstName, LastName: k.LastName, VCard: k.VCard}
		if k.UserID != 0 {
			c.UserID = number(k.UserID)
		}
		return contentOf(typeContact, c), nil
	case m.Poll != nil:
		return contentOf(typePoll, pollOf(m.Poll)), nil
	case m.Dice != nil:
		return contentOf(message.TypeText, text{Text: fmt.Sprintf("%s %d", m.Dice.Emoji, m.Dice.Value)}), nil
	case m.Sticker != nil:
		return in.sticker(ctx, m.Sticker)
	}
	return in.media(ctx, m)
}

func pollOf(p *tgPoll) poll {
	out := poll{ID: p.ID, Question: p.Question, AllowsMultipleAnswers: p.MultipleAnswers, Type: p.Type}
	for _, o := range p.Options {
		out.Options = append(out.Options, o.Text)
	}
	return out
}

// sticker is a picture, a film where it moves. The kind that only Telegram's
// apps can draw is shown by its thumbnail.
func (in *inbound) sticker(ctx context.Context, t *tgSticker) (*content, error) {
	switch {
	case t.IsVideo:
		return in.fileContent(ctx, fileOf{kindSticker, message.TypeVideo, "video/webm", t.FileID, "sticker.webm"}, t.Emoji)
	case t.IsAnimated && t.Thumbnail == nil:
		return contentOf(message.TypeText, text{Text: cmp.Or(t.Emoji, "🖼")}), nil
	case t.IsAnimated:
		return in.fileContent(ctx, fileOf{kindSticker, message.TypeImage, "image/webp", t.Thumbnail.FileID, "sticker.webp"}, t.Emoji)
	}
	return in.fileContent(ctx, fileOf{kindSticker, message.TypeImage, "image/webp", t.FileID, "sticker.webp"}, t.Emoji)
}

func (in *inbound) media(ctx context.Context, m *tgMessage) (*content, error) {
	var f fileOf
	var of *tgFile
	switch {
	case len(m.Photo) > 0:
		f = fileOf{kindPhoto, message.TypeImage, "image/jpeg", largest(m.Photo).FileID, "photo.jpg"}
		of = &tgFile{}
	case m.Animation != nil: // before the document, which is set as well
		f, of = fileOf{kind: kindAnimation, typ: message.TypeVideo, mime: "video/mp4", name: "animation.mp4"}, m.Animation
	case m.Video != nil:
		f, of = fileOf{kind: kindVideo, typ: message.TypeVideo, mime: "video/mp4", name: "video.mp4"}, m.Video
	case m.VideoNote != nil:
		f, of = fileOf{kind: kindVideoNote, typ: message.TypeVideo, mime: "video/mp4", name: "video.mp4"}, m.VideoNote
	case m.Audio != nil:
		f, of = fileOf{kind: kindAudio, typ: message.TypeAudio, mime: "audio/mpeg", name: "audio.mp3"}, m.Audio
	case m.Voice != nil:
		f, of = fileOf{kind: kindVoice, typ: message.TypeAudio, mime: "audio/ogg", name: "voice.ogg"}, m.Voice
	case m.Document != nil:
		f, of = fileOf{kind: kindDocument, typ: message.TypeFile, mime: "application/octet-stream", name: "file"}, m.Document
	default:
		return nil, nil
	}
	f.id, f.name = cmp.Or(f.id, of.FileID), cmp.Or(of.FileName, f.name)
	if of.MimeType != "" && !strings.ContainsAny(of.MimeType, " \r\n") {
		f.mime = of.MimeType
	}
	title := ""
	switch f.kind {
	case kindAudio:
		title = of.Title
	case kindDocument:
		title = of.FileName
	}
	c, err := in.fileContent(ctx, f, title)
	if err == nil && m.Caption != "" {
		c.caption = markdownOf(m.Caption, m.CaptionEntities)
	}
	return c, err
}

// fileOf is a file as Telegram names it, and the type of message that it
// becomes.
type fileOf struct{ kind, typ, mime, id, name string }

func (in *inbound) fileContent(ctx context.Context, f fileOf, title string) (*content, error) {
	address, err := in.link(ctx, in.call, f.kind, f.mime, f.id, f.name)
	if err != nil {
		return nil, fmt.Errorf("sign the address of the file: %w", err)
	}
	c := &content{Content: chatkit.Content{Type: f.typ}, file: f.id}
	switch f.typ {
	case message.TypeImage:
		c.Payload = message.Image{ImageURL: address, Title: title}
	case message.TypeAudio:
		c.Payload = message.Audio{AudioURL: address, Title: title}
	case message.TypeVideo:
		c.Payload = message.Video{VideoURL: address, Title: title}
	default:
		c.Payload = file{FileURL: address, Title: title, Filename: f.name}
	}
	return c, nil
}
