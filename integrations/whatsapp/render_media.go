package whatsapp

import (
	"cmp"
	"net/url"
	"path"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

type image struct {
	ImageURL string `json:"imageUrl"`
	Title    string `json:"title,omitempty"`
	Caption  string `json:"caption,omitempty"`
}

type file struct {
	FileURL  string `json:"fileUrl"`
	Title    string `json:"title,omitempty"`
	Filename string `json:"filename,omitempty"`
}

type sticker struct {
	StickerURL string `json:"stickerUrl"`
}

// captioned hangs the text on the media, and sends what is too long for a
// caption after it.
func captioned(typ string, m *partMedia, written string) []part {
	p := part{Type: typ}
	switch typ {
	case "image":
		p.Image = m
	case "video":
		p.Video = m
	case "document":
		p.Document = m
	}
	if length(written) <= maxCaption {
		m.Caption = written
		return []part{p}
	}
	return append([]part{p}, texts(written)...)
}

// picture sends an image. WhatsApp takes pictures of the type WebP only as
// stickers, which have no caption.
func picture(address, written string) []part {
	if extension(address) == ".webp" {
		return append([]part{{Type: "sticker", Sticker: &partMedia{Link: address}}}, texts(written)...)
	}
	return captioned("image", &partMedia{Link: address}, written)
}

// extension is that of the address's last part, in lower case, with the dot.
func extension(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	ext := strings.ToLower(path.Ext(u.Path))
	if len(ext) > 6 {
		return ""
	}
	return ext
}

func renderImage(_ *outbound, p *image) ([]part, error) {
	return picture(strings.TrimSpace(p.ImageURL), rich(cmp.Or(p.Caption, p.Title))), nil
}

func renderAudio(_ *outbound, p *message.Audio) ([]part, error) {
	audio := part{Type: "audio", Audio: &partMedia{Link: strings.TrimSpace(p.AudioURL)}}
	return append([]part{audio}, texts(rich(p.Title))...), nil
}

func renderVideo(_ *outbound, p *message.Video) ([]part, error) {
	return captioned("video", &partMedia{Link: strings.TrimSpace(p.VideoURL)}, rich(p.Title)), nil
}

func renderFile(_ *outbound, p *file) ([]part, error) {
	address := strings.TrimSpace(p.FileURL)
	name := strings.TrimSpace(cmp.Or(p.Filename, p.Title))
	if u, err := url.Parse(address); name == "" && err == nil {
		name = strings.Trim(path.Base(u.Path), "./")
	}
	name = strings.NewReplacer("/", "-", "\\", "-", "\n", " ").Replace(cmp.Or(name, "file"))
	if path.Ext(name) == "" {
		name += extension(address)
	}
	written := ""
	if p.Title != "" && p.Title != name {
		written = rich(p.Title)
	}
	return captioned("document", &partMedia{Link: address, Filename: chatkit.Shorten(name, 240)}, written), nil
}

func renderSticker(_ *outbound, p *sticker) ([]part, error) {
	return []part{{Type: "sticker", Sticker: &partMedia{Link: strings.TrimSpace(p.StickerURL)}}}, nil
}
