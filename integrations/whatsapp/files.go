package whatsapp

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform"
)

// Bounds of downloads. Meta's own largest file is a document of 100 MB.
const (
	maxMedia     = 110 << 20
	mediaTimeout = 5 * time.Minute
	maxMediaHops = 3
)

// mediaInfo is what Meta says of media: the address works for some minutes
// and with the access token only.
type mediaInfo struct {
	URL      string `json:"url"`
	MimeType string `json:"mime_type"`
	FileSize string `json:"file_size"`
}

// newMedia hands media to bots at addresses of this server.
func (s *service) newMedia() *media.Server {
	return &media.Server{
		Max: maxMedia,
		Secret: func(_ context.Context, call *integration.Call) (string, error) {
			k, err := s.keys(call)
			return k.secret, err
		},
		Open: s.openMedia,
	}
}

// media returns an address of the media that the bot can use. Where media are
// not handed over, and Meta does not give them any more, it is Meta's address
// all the same: that is no reason to lose the message.
func (in *inbound) media(ctx context.Context, kind string, m *inMedia) (string, error) {
	if in.settings.download() {
		return in.files.Link(ctx, in.call, m.ID, mediaName(kind, m), in.settings.mediaLife())
	}
	if m.URL != "" {
		return m.URL, nil
	}
	g := in.client(in.settings)
	var info mediaInfo
	err := g.get(ctx, url.PathEscape(m.ID), nil, &info)
	if err == nil && info.URL != "" {
		return info.URL, nil
	}
	if err != nil && !platform.IsType(chatkit.Classify(err), platform.TypeRuntime) {
		return "", err
	}
	in.call.Logger.ErrorContext(ctx, "the address of media could not be read", "media_id", m.ID, "error", err)
	return g.base.JoinPath(apiVersion, url.PathEscape(m.ID)).String(), nil
}

// mediaName is the name of the file that has none, as "image.jpg".
func mediaName(kind string, m *inMedia) string {
	if m.Filename != "" {
		return m.Filename
	}
	typ, _, _ := mime.ParseMediaType(m.MimeType) // an unknown one has no extension
	return kind + map[string]string{
		"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "video/3gpp": ".3gp",
		"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr", "application/pdf": ".pdf",
	}[typ]
}

// openMedia reads the media with the id from Meta.
func (s *service) openMedia(ctx context.Context, call *integration.Call, id string) (*media.File, error) {
	c, err := s.settings(ctx, call)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, mediaTimeout)
	g := s.client(c)
	var info mediaInfo
	err = g.get(ctx, url.PathEscape(id), nil, &info)
	var resp *http.Response
	if err == nil {
		resp, err = g.open(ctx, info.URL)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	size := resp.ContentLength
	if n, err := strconv.ParseInt(info.FileSize, 10, 64); err == nil && size < 0 {
		size = n
	}
	return &media.File{Body: closing{resp.Body, cancel}, Type: cmp.Or(info.MimeType, resp.Header.Get("Content-Type")), Size: size}, nil
}

// closing is a body that ends its request when it is closed.
type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c closing) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// open reads the address with the token, and follows redirects only to hosts
// that may have it.
func (c *client) open(ctx context.Context, address string) (*http.Response, error) {
	for range maxMediaHops {
		target, err := url.Parse(address)
		if err != nil || !c.trusted(target) {
			return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the media is on a host that may not have the access token"}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
		if err != nil {
			return nil, fmt.Errorf("address the media: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+c.token)
		req.Header.Set("User-Agent", "bellhop/1.0")
		resp, err := c.http.Do(req)
		if err != nil {
			return nil, chatkit.NoAnswer(vendor, err)
		}
		switch {
		case resp.StatusCode == http.StatusOK:
			return resp, nil
		case resp.StatusCode/100 == 3 && resp.Header.Get("Location") != "":
			next, err := target.Parse(resp.Header.Get("Location"))
			resp.Body.Close() //nolint:errcheck,gosec // it is not read
			if err != nil {
				return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the media's redirect is not valid"}
			}
			address = next.String()
		default:
			resp.Body.Close() //nolint:errcheck,gosec // it is not read
			return nil, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Message: "the media cannot be read", RetryAfter: chatkit.RetryAfterHeader(resp.Header, time.Now())}
		}
	}
	return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the media redirects too often"}
}
