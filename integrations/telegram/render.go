package telegram

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Lengths in UTF-16 units, of what is shown.
const (
	maxText    = 4096
	maxCaption = 1024
)

const parseHTML = "HTML"

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
		typeSticker:          chatkit.Render(renderSticker),
		typeAnimation:        chatkit.Render(renderAnimation),
		typeVoice:            chatkit.Render(renderVoice),
		typeContact:          chatkit.Render(renderContact),
		typePoll:             chatkit.Render(renderPoll),
	}
}

// texts sends text that is already written for Telegram, in as many messages
// as it takes.
func texts(written string) []part {
	var parts []part
	for _, piece := range split(written, maxText) {
		parts = append(parts, part{method: "sendMessage", Text: piece, ParseMode: parseHTML})
	}
	return parts
}

// richTexts writes Markdown. What shows nothing, as an empty link, is sent as
// it was written.
func richTexts(source string) ([]part, error) {
	parts := texts(rich(source))
	if len(parts) == 0 {
		parts = texts(escape(source))
	}
	if len(parts) == 0 {
		return nil, integration.RuntimeError("the text is blank, and Telegram sends nothing blank")
	}
	return parts, nil
}

func renderText(_ *outbound, p *text) ([]part, error) { return richTexts(p.Text) }

func renderMarkdown(_ *outbound, p *message.Markdown) ([]part, error) { return richTexts(p.Markdown) }

// captioned hangs the text on the file; what is too long for a caption comes
// after it.
func captioned(p part, written string) []part {
	if strings.TrimSpace(shown(written)) == "" {
		return []part{p}
	}
	if units(shown(written)) > maxCaption {
		return append([]part{p}, texts(written)...)
	}
	p.Caption, p.ParseMode = written, parseHTML
	return []part{p}
}

// extension is that of the address's last part, in lower case, with the dot.
func extension(address string) string {
	if strings.HasPrefix(address, media.DataScheme) {
		typ, _, _ := strings.Cut(strings.TrimPrefix(address, media.DataScheme), ",")
		typ, _, _ = strings.Cut(typ, ";")
		return extensions()[typ]
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(path.Ext(u.Path))
}

// extensions are those of the types that bots put into addresses.
func extensions() map[string]string {
	return map[string]string{
		"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/svg+xml": ".svg",
		"audio/mpeg": ".mp3", "audio/ogg": ".ogg", "video/mp4": ".mp4", "application/pdf": ".pdf", "text/plain": ".txt",
	}
}

// fileName is the last part of the address.
func fileName(address string) string {
	if strings.HasPrefix(address, media.DataScheme) {
		return "file" + extension(address)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "file"
	}
	return cmp.Or(strings.Trim(path.Base(u.Path), "./"), "file")
}

type image struct {
	ImageURL string `json:"imageUrl"`
	Title    string `json:"title,omitempty"`
	Caption  string `json:"caption,omitempty"`
}

// picture is a photo, unless it moves or is drawn.
func picture(address string) part {
	address = strings.TrimSpace(address)
	switch extension(address) {
	case ".gif":
		return mediaPart(kindAnimation, address, fileName(address))
	case ".svg": // a drawing is no photo to Telegram
		return mediaPart(kindDocument, address, fileName(address))
	}
	return mediaPart(kindPhoto, address, fileName(address))
}

func renderImage(_ *outbound, p *image) ([]part, error) {
	return captioned(picture(p.ImageURL), rich(cmp.Or(p.Caption, p.Title))), nil
}

type audio struct {
	AudioURL string `json:"audioUrl"`
	Title    string `json:"title,omitempty"`
	Caption  string `json:"caption,omitempty"`
}

// renderAudio sends music, or a voice message where the format is that of
// voice messages.
func renderAudio(_ *outbound, p *audio) ([]part, error) {
	address := strings.TrimSpace(p.AudioURL)
	kind := kindAudio
	switch extension(address) {
	case ".ogg", ".oga", ".opus":
		kind = kindVoice
	}
	return captioned(mediaPart(kind, address, fileName(address)), rich(cmp.Or(p.Caption, p.Title))), nil
}

func renderVideo(_ *outbound, p *message.Video) ([]part, error) {
	address := strings.TrimSpace(p.VideoURL)
	kind := kindVideo
	if extension(address) == ".gif" {
		kind = kindAnimation
	}
	return captioned(mediaPart(kind, address, fileName(address)), rich(p.Title)), nil
}

func renderFile(_ *outbound, p *file) ([]part, error) {
	address := strings.TrimSpace(p.FileURL)
	name := strings.TrimSpace(strings.NewReplacer("/", "-", "\\", "-", "\n", " ", `"`, "'").Replace(cmp.Or(p.Filename, fileName(address))))
	written := ""
	if p.Title != "" && p.Title != name {
		written = rich(p.Title)
	}
	return captioned(mediaPart(kindDocument, address, name), written), nil
}

// renderLocation sends a venue where the place has a name. Telegram wants a
// venue's name and address both.
func renderLocation(_ *outbound, p *message.Location) ([]part, error) {
	out := part{method: "sendLocation", Latitude: &p.Latitude, Longitude: &p.Longitude}
	title, address := strings.TrimSpace(p.Title), strings.TrimSpace(p.Address)
	if title != "" || address != "" {
		out.method = "sendVenue"
		out.Title, out.Address = cmp.Or(title, address), cmp.Or(address, fmt.Sprintf("%g, %g", p.Latitude, p.Longitude))
		if title == "" {
			out.Address = fmt.Sprintf("%g, %g", p.Latitude, p.Longitude)
		}
	}
	return []part{out}, nil
}

// The types that only Telegram has.

type sticker struct {
	StickerURL string `json:"stickerUrl"`
}

type animation struct {
	AnimationURL string `json:"animationUrl"`
	Title        string `json:"title,omitempty"`
}

type voice struct {
	VoiceURL string `json:"voiceUrl"`
	Title    string `json:"title,omitempty"`
}

type contact struct {
	PhoneNumber string `json:"phoneNumber"`
	FirstName   string `json:"firstName"`
	LastName    string `json:"lastName,omitempty"`
	UserID      string `json:"userId,omitempty"` // Telegram's; of contacts that come in
	VCard       string `json:"vcard,omitempty"`
}

type poll struct {
	ID                    string   `json:"id,omitempty"` // of polls that come in
	Question              string   `json:"question"`
	Options               []string `json:"options"`
	Type                  string   `json:"type,omitempty"` // regular or quiz
	Anonymous             *bool    `json:"anonymous,omitempty"`
	AllowsMultipleAnswers bool     `json:"allowsMultipleAnswers,omitempty"`
	CorrectOptions        []int    `json:"correctOptions,omitempty"`
}

func renderSticker(_ *outbound, p *sticker) ([]part, error) {
	address := strings.TrimSpace(p.StickerURL)
	return []part{mediaPart(kindSticker, address, fileName(address))}, nil
}

func renderAnimation(_ *outbound, p *animation) ([]part, error) {
	address := strings.TrimSpace(p.AnimationURL)
	return captioned(mediaPart(kindAnimation, address, fileName(address)), rich(p.Title)), nil
}

func renderVoice(_ *outbound, p *voice) ([]part, error) {
	address := strings.TrimSpace(p.VoiceURL)
	return captioned(mediaPart(kindVoice, address, fileName(address)), rich(p.Title)), nil
}

func renderContact(_ *outbound, p *contact) ([]part, error) {
	return []part{{method: "sendContact", PhoneNumber: p.PhoneNumber, FirstName: p.FirstName, LastName: p.LastName, VCard: p.VCard}}, nil
}

// Limits of polls.
const (
	maxQuestion    = 300
	maxPollOptions = 12
	maxPollOption  = 100
)

func renderPoll(_ *outbound, p *poll) ([]part, error) {
	if len(p.Options) > maxPollOptions {
		return nil, integration.RuntimeError("a poll has up to 12 options; send a dropdown for more")
	}
	out := part{method: "sendPoll", Question: short(p.Question, maxQuestion), PollType: p.Type, IsAnonymous: p.Anonymous,
		MultipleAnswers: p.AllowsMultipleAnswers, CorrectOptions: p.CorrectOptions}
	for _, o := range p.Options {
		out.Options = append(out.Options, pollText{Text: short(o, maxPollOption)})
	}
	return []part{out}, nil
}
