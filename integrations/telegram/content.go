package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// text is the payload of text messages: Value is what stands behind a button
// that was pressed.
type text struct {
	Text  string `json:"text"`
	Value string `json:"value,omitempty"`
}

type file struct {
	FileURL  string `json:"fileUrl"`
	Title    string `json:"title,omitempty"`
	Filename string `json:"filename,omitempty"`
}

// content is what the bot gets of a message: with a caption, a bloc of the
// media and a text.
type content struct {
	typ     string
	payload any
	caption string
	file    string // Telegram's id of the file
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
		ConversationID: conversationID, UserID: userID, Type: typ, Payload: raw, Tags: tags, DiscriminateByTags: []string{tagID, tagChatID},
	}, nil
}

// content is what the bot gets; nil when there is nothing that it could get.
func (s *service) content(ctx context.Context, call *integration.Call, m *tgMessage) (*content, error) {
	switch {
	case m.Text != "":
		return &content{typ: message.TypeText, payload: text{Text: markdownOf(m.Text, m.Entities)}}, nil
	case m.Venue != nil: // before the location, which is set as well
		v := m.Venue
		return &content{typ: message.TypeLocation, payload: message.Location{
			Latitude: v.Location.Latitude, Longitude: v.Location.Longitude, Title: v.Title, Address: v.Address,
		}}, nil
	case m.Location != nil:
		return &content{typ: message.TypeLocation, payload: message.Location{Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}}, nil
	case m.Contact != nil:
		k := m.Contact
		c := contact{PhoneNumber: k.PhoneNumber, FirstName: k.FirstName, LastName: k.LastName, VCard: k.VCard}
		if k.UserID != 0 {
			c.UserID = number(k.UserID)
		}
		return &content{typ: typeContact, payload: c}, nil
	case m.Poll != nil:
		return &content{typ: typePoll, payload: pollOf(m.Poll)}, nil
	case m.Dice != nil:
		return &content{typ: message.TypeText, payload: text{Text: fmt.Sprintf("%s %d", m.Dice.Emoji, m.Dice.Value)}}, nil
	case m.Sticker != nil:
		return s.sticker(ctx, call, m.Sticker)
	}
	return s.media(ctx, call, m)
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
func (s *service) sticker(ctx context.Context, call *integration.Call, t *tgSticker) (*content, error) {
	switch {
	case t.IsVideo:
		return s.fileContent(ctx, call, fileOf{kindSticker, message.TypeVideo, "video/webm", t.FileID, "sticker.webm"}, t.Emoji)
	case t.IsAnimated && t.Thumbnail == nil:
		return &content{typ: message.TypeText, payload: text{Text: cmp.Or(t.Emoji, "🖼")}}, nil
	case t.IsAnimated:
		return s.fileContent(ctx, call, fileOf{kindSticker, message.TypeImage, "image/webp", t.Thumbnail.FileID, "sticker.webp"}, t.Emoji)
	}
	return s.fileContent(ctx, call, fileOf{kindSticker, message.TypeImage, "image/webp", t.FileID, "sticker.webp"}, t.Emoji)
}

func (s *service) media(ctx context.Context, call *integration.Call, m *tgMessage) (*content, error) {
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
	c, err := s.fileContent(ctx, call, f, title)
	if err == nil && m.Caption != "" {
		c.caption = markdownOf(m.Caption, m.CaptionEntities)
	}
	return c, err
}

// fileOf is a file as Telegram names it, and the type of message that it
// becomes.
type fileOf struct{ kind, typ, mime, id, name string }

func (s *service) fileContent(ctx context.Context, call *integration.Call, f fileOf, title string) (*content, error) {
	address, err := s.link(ctx, call, f.kind, f.mime, f.id, f.name)
	if err != nil {
		return nil, fmt.Errorf("make the address of the file: %w", err)
	}
	c := &content{typ: f.typ, file: f.id}
	switch f.typ {
	case message.TypeImage:
		c.payload = message.Image{ImageURL: address, Title: title}
	case message.TypeAudio:
		c.payload = message.Audio{AudioURL: address, Title: title}
	case message.TypeVideo:
		c.payload = message.Video{VideoURL: address, Title: title}
	default:
		c.payload = file{FileURL: address, Title: title, Filename: f.name}
	}
	return c, nil
}
