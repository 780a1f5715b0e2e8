package telegram

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/bloc"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Lengths in UTF-16 units, of what is shown.
const (
	maxText    = 4096
	maxCaption = 1024
)

const parseHTML = "HTML"

// rendering is the message that is being rendered.
type rendering struct{ messageID string }

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

func renderText(_ *rendering, p *text) ([]part, error) { return richTexts(p.Text) }

func renderMarkdown(_ *rendering, p *message.Markdown) ([]part, error) { return richTexts(p.Markdown) }

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

func renderImage(_ *rendering, p *image) ([]part, error) {
	return captioned(picture(p.ImageURL), rich(cmp.Or(p.Caption, p.Title))), nil
}

type audio struct {
	AudioURL string `json:"audioUrl"`
	Title    string `json:"title,omitempty"`
	Caption  string `json:"caption,omitempty"`
}

// renderAudio sends music, or a voice message where the format is that of
// voice messages.
func renderAudio(_ *rendering, p *audio) ([]part, error) {
	address := strings.TrimSpace(p.AudioURL)
	kind := kindAudio
	switch extension(address) {
	case ".ogg", ".oga", ".opus":
		kind = kindVoice
	}
	return captioned(mediaPart(kind, address, fileName(address)), rich(cmp.Or(p.Caption, p.Title))), nil
}

func renderVideo(_ *rendering, p *message.Video) ([]part, error) {
	address := strings.TrimSpace(p.VideoURL)
	kind := kindVideo
	if extension(address) == ".gif" {
		kind = kindAnimation
	}
	return captioned(mediaPart(kind, address, fileName(address)), rich(p.Title)), nil
}

func renderFile(_ *rendering, p *file) ([]part, error) {
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
func renderLocation(_ *rendering, p *message.Location) ([]part, error) {
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

// renderBloc sends the items in order.
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
