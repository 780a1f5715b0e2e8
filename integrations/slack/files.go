package slack

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// maxFile is Slack's own limit of a file.
const maxFile = 1 << 30

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
// file only with the token, so the address is one of this server's. What is
// kept elsewhere has an address of its own.
func (h *inbound) file(ctx context.Context, f *inFile) (*chatkit.Content, error) {
	if f.ID == "" || f.Mode == "tombstone" || f.Mode == "hidden_by_limit" {
		return nil, nil
	}
	address := cmp.Or(f.ExternalURL, f.URLPrivate)
	if !f.IsExternal && f.Mode != "external" || address == "" {
		var err error
		if address, err = h.s.files.Link(ctx, h.call, f.ID, chatkit.Shorten(f.Name, 100), 0); err != nil {
			return nil, fmt.Errorf("address the file: %w", err)
		}
	}
	title := cmp.Or(f.Title, f.Name)
	kind, _, _ := strings.Cut(f.Mimetype, "/")
	switch kind {
	case "image":
		return &chatkit.Content{Type: message.TypeImage, Payload: message.Image{ImageURL: address, Title: title}}, nil
	case "audio":
		return &chatkit.Content{Type: message.TypeAudio, Payload: message.Audio{AudioURL: address, Title: title}}, nil
	case "video":
		return &chatkit.Content{Type: message.TypeVideo, Payload: message.Video{VideoURL: address, Title: title}}, nil
	}
	return &chatkit.Content{Type: message.TypeFile, Payload: message.File{FileURL: address, Title: title}}, nil
}

// newMedia hands Slack's files over.
func (s *service) newMedia() *media.Server {
	return &media.Server{Max: maxFile, Secret: fileSecret, Open: func(ctx context.Context, call *integration.Call, id string) (*media.File, error) {
		c, err := readSettings(call)
		if err != nil {
			return nil, err
		}
		return s.openFile(ctx, s.client(call, c), id)
	}}
}

// fileSecret signs addresses of files: of Slack's secrets the one that is
// changed the least.
func fileSecret(_ context.Context, call *integration.Call) (string, error) {
	c, err := readSettings(call)
	if err != nil {
		return "", err
	}
	return cmp.Or(c.signingSecret, c.appToken), nil
}

// openFile asks Slack where the file is and begins to read it there, with the
// token, on no other host than Slack's.
func (s *service) openFile(ctx context.Context, a *client, id string) (*media.File, error) {
	info, err := a.file(ctx, id)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(cmp.Or(info.Download, info.Private))
	if err != nil || !s.trusted(target) {
		return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the file is on a host that may not have the token"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("address the file: %w", err)
	}
	token, err := s.token(ctx, a.call, a.c, "")
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, chatkit.NoAnswer(vendor, err)
	}
	// Without the right to it Slack shows its page to sign in.
	page, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode == http.StatusOK && (page != "text/html" || strings.HasPrefix(info.Type, "text/")) {
		return &media.File{Body: resp.Body, Type: info.Type, Size: resp.ContentLength}, nil
	}
	resp.Body.Close() //nolint:errcheck,gosec // it is not read
	e := &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Message: "the file cannot be read", RetryAfter: chatkit.RetryAfterHeader(resp.Header, time.Now())}
	if resp.StatusCode/100 < 4 {
		e.Status, e.Final, e.Remedy = http.StatusForbidden, true, "the token needs the scope files:read, and the bot must be where the file was sent"
	}
	return nil, e
}

// ownFile opens the file behind an address that this server gave out; nil for
// any other.
func (s *service) ownFile(ctx context.Context, o *outbound, address string) (io.ReadCloser, error) {
	rest, ok := strings.CutPrefix(address, o.Call.WebhookURL+media.Path)
	if !ok || o.Call.WebhookURL == "" {
		return nil, nil
	}
	path, _, _ := strings.Cut(rest, "?")
	escaped, escapedName, _ := strings.Cut(path, "/")
	id, err := url.PathUnescape(escaped)
	name, nameErr := url.PathUnescape(escapedName)
	if err != nil || nameErr != nil {
		return nil, nil
	}
	if given, err := s.files.Link(ctx, o.Call, id, name, 0); err != nil || given != address {
		return nil, err
	}
	file, err := s.openFile(ctx, o.client, id)
	if err != nil {
		return nil, err
	}
	return file.Body, nil
}
