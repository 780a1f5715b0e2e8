package chat

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// Configuration is how an installation is configured. Everything but
// EncryptionKey is about the chat page.
type Configuration struct {
	// EncryptionKey signs user keys (HS256) that an own back end makes; users
	// are then made with such keys only.
	EncryptionKey string `json:"encryptionKey,omitempty" secret:"true" title:"Encryption key (HS256)" description:"At least 32 bytes; only when your own back end signs user keys"`
	// Title is shown above the chat; empty means "Chat".
	Title string `json:"title,omitempty" maxLength:"80" title:"Title" description:"Name that the chat page shows; Chat by default"`
	// AvatarURL is the address of a picture; empty means the title's initial.
	AvatarURL string `json:"avatarUrl,omitempty" maxLength:"100000" title:"Avatar" description:"Address of a picture (https:, or data:image/...) beside the title"`
	// Color is that of the page's buttons and of the visitor's messages.
	Color string `json:"color,omitempty" pattern:"^#[0-9a-fA-F]{6}$" title:"Colour" description:"Colour of buttons and of the visitor's messages, such as #3056d3"`
	// Greeting is what an empty conversation shows, in Markdown.
	Greeting string `json:"greeting,omitempty" maxLength:"2000" title:"Greeting" description:"Text that a new conversation begins with on the page, in Markdown; the bot does not get it"`
	// AllowedOrigins are the sites that may show the page in a frame.
	AllowedOrigins []string `json:"allowedOrigins,omitempty" title:"Allowed origins" description:"Sites that may embed the page, such as https://www.example.com; * allows every site"`
	// MaxFileMB is the size of the largest file that a visitor may send, in
	// MiB; nil means 10, and 0 allows no files.
	MaxFileMB *int `json:"maxFileMB,omitempty" minimum:"0" maximum:"100" title:"Largest file" description:"Size in MiB of the largest file that a visitor may send; 10 by default, 0 for no files"`
}

// Bounds of the configuration.
const (
	defaultFileMB     = 10
	maxAllowedOrigins = 50
)

// check returns all mistakes, each with the name of its field.
func (c *Configuration) check() error {
	var problems []string
	note := func(field string, err error) {
		if err != nil {
			problems = append(problems, "configuration."+field+": "+err.Error())
		}
	}
	if err := checkSecret(c.EncryptionKey); err != nil {
		return err
	}
	note("avatarUrl", checkAvatar(c.AvatarURL))
	if len(c.AllowedOrigins) > maxAllowedOrigins {
		note("allowedOrigins", fmt.Errorf("it has %d origins; it may have %d", len(c.AllowedOrigins), maxAllowedOrigins))
	}
	for i, origin := range c.AllowedOrigins {
		note(fmt.Sprintf("allowedOrigins[%d]", i), checkOrigin(origin))
	}
	if len(problems) > 0 {
		return integration.RuntimeError(strings.Join(problems, "; "))
	}
	return nil
}

func checkAvatar(address string) error {
	if address == "" || strings.HasPrefix(address, "data:image/") {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("%.60q is not an address of a picture; write one that begins with https:// or data:image/", address)
	}
	return nil
}

// checkOrigin accepts what a browser sends as the origin of a page, which is
// also what it understands in frame-ancestors.
func checkOrigin(origin string) error {
	if origin == "*" {
		return nil
	}
	u, err := url.Parse(origin)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && origin == u.Scheme+"://"+u.Host &&
		!strings.ContainsAny(u.Host, "*;, '\"") {
		return nil
	}
	return fmt.Errorf("%.60q is not an origin; write https://www.example.com, without a path, or * for every site", origin)
}

// maxFile is the size of the largest file in bytes; 0 allows no files.
func (c *Configuration) maxFile() int64 {
	if c.MaxFileMB == nil {
		return defaultFileMB << 20
	}
	return int64(*c.MaxFileMB) << 20
}

// pathPage is the address of the page's settings below the webhook.
const pathPage = "page"

// pageSettings is what the chat page and who serves it need to know.
type pageSettings struct {
	Title          string   `json:"title,omitempty"`
	AvatarURL      string   `json:"avatarUrl,omitempty"`
	Color          string   `json:"color,omitempty"`
	Greeting       string   `json:"greeting,omitempty"`
	AllowedOrigins []string `json:"allowedOrigins,omitempty"`
	MaxFile        int64    `json:"maxFile"`
	// NeedsKey is set when visitors need a user key of the operator's back end.
	NeedsKey bool `json:"needsKey"`
}

func getPage(_ context.Context, c *call) (any, error) {
	config := &c.config
	return &pageSettings{
		Title: config.Title, AvatarURL: config.AvatarURL, Color: config.Color, Greeting: config.Greeting,
		AllowedOrigins: config.AllowedOrigins, MaxFile: config.maxFile(), NeedsKey: config.EncryptionKey != "",
	}, nil
}
