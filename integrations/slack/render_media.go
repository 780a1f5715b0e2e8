package slack

import (
	"cmp"
	"net/url"
	"path"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// upload is a file that Slack is to keep: it does not play or offer what is
// at other addresses.
type upload struct {
	address string
	name    string // how it is called in Slack
	title   string // plain text; may be empty
}

// renderImage lets Slack fetch the picture. Without room for the address it is
// uploaded.
func renderImage(_ *outbound, p *message.Image) ([]part, error) {
	address := strings.TrimSpace(p.ImageURL)
	if length(address) > maxURL || !linkable(address) {
		return uploaded(address, p.Title), nil
	}
	picture := imageBlock{Type: "image", ImageURL: address, AltText: chatkit.Label(cmp.Or(p.Title, fileName(address), "image"), maxAlt)}
	if p.Title != "" {
		picture.Title = plainText(chatkit.Shorten(p.Title, maxAlt))
	}
	shown := part{text: escape(cmp.Or(chatkit.Shorten(p.Title, maxAlt), fileName(address))), blocks: []block{picture}}
	return []part{shown}, nil
}

func renderAudio(_ *outbound, p *message.Audio) ([]part, error) {
	return uploaded(p.AudioURL, p.Title), nil
}

func renderVideo(_ *outbound, p *message.Video) ([]part, error) {
	return uploaded(p.VideoURL, p.Title), nil
}

func renderFile(_ *outbound, p *message.File) ([]part, error) {
	return uploaded(p.FileURL, p.Title), nil
}

func uploaded(address, title string) []part {
	address = strings.TrimSpace(address)
	return []part{{file: &upload{address: address, name: cmp.Or(fileName(address), "file"), title: chatkit.Shorten(title, 250)}}}
}

// fileName is the last part of an address, which is what a download is called.
func fileName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	name := strings.Trim(path.Base(u.Path), "./")
	return chatkit.Shorten(strings.NewReplacer("/", "-", "\\", "-").Replace(name), 200)
}
