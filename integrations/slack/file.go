package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/platform/message"
)

// inFile is a file as Slack describes it.
type inFile struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Mimetype    string `json:"mimetype"`
	Mode        string `json:"mode"`
	IsExternal  bool   `json:"is_external"`
	ExternalURL string `json:"external_url"`
	URLPrivate  string `json:"url_private"`
}

// file is what the bot gets of a file; nil for one that is gone. Slack gives a
// file only with the token, so the address is one of this server's, which has
// a key of its own. What is kept elsewhere has an address of its own.
func (h *happening) file(f *inFile) *content {
	if f.ID == "" || f.Mode == "tombstone" || f.Mode == "hidden_by_limit" {
		return nil
	}
	address := fileAddress(h.call.WebhookURL, h.c, f.ID, f.Name)
	if outside := first(f.ExternalURL, f.URLPrivate); (f.IsExternal || f.Mode == "external") && outside != "" {
		address = outside
	}
	title := first(f.Title, f.Name)
	kind, _, _ := strings.Cut(f.Mimetype, "/")
	switch kind {
	case "image":
		return &content{message.TypeImage, message.Image{ImageURL: address, Title: title}}
	case "audio":
		return &content{message.TypeAudio, message.Audio{AudioURL: address, Title: title}}
	case "video":
		return &content{message.TypeVideo, message.Video{VideoURL: address, Title: title}}
	}
	return &content{message.TypeFile, message.File{FileURL: address, Title: title}}
}

// filesPath is below the webhook.
const filesPath = "/files/"

// fileAddress is where this server hands on the file.
func fileAddress(webhook string, c *settings, id, name string) string {
	address := webhook + filesPath + url.PathEscape(id)
	if name = shorten(strings.NewReplacer("/", "-", "\\", "-").Replace(name), 100); name != "" {
		address += "/" + url.PathEscape(name)
	}
	return address + "?key=" + fileKey(c, id)
}

// fileKey opens one file to whoever has its address. It ends when the secret
// that it is made with is changed.
func fileKey(c *settings, id string) string {
	mac := hmac.New(sha256.New, []byte("bellhop slack files "+first(c.signingSecret, c.appToken)))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil)[:20])
}
