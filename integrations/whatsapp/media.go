package whatsapp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/outbound"
	"github.com/bellhop-dev/bellhop/platform"
)

// Bounds of downloads. Meta's own largest file is a document of 100 MB.
const (
	maxMedia      = 110 << 20
	mediaTimeout  = 45 * time.Second
	maxMediaHops  = 3
	mediaFallback = "application/octet-stream"
)

// mediaInfo is what Meta says of media: the address works for some minutes
// and with the access token only.
type mediaInfo struct {
	URL      string `json:"url"`
	MimeType string `json:"mime_type"`
	FileSize string `json:"file_size"`
}

// media returns an address for the media that the bot can use. Media that
// Meta does not give any more is no reason to lose the message: the bot then
// gets Meta's address of it.
func (s *service) media(ctx context.Context, call *integration.Call, c *settings, m *inMedia) (string, error) {
	g := s.graph(c)
	fallback := g.base.JoinPath(apiVersion, url.PathEscape(m.ID)).String()
	var info mediaInfo
	err := g.get(ctx, url.PathEscape(m.ID), nil, &info)
	if err == nil && info.URL != "" {
		if !c.download() {
			return info.URL, nil
		}
		var address string
		if address, err = s.keep(ctx, call, c, g, m, &info); err == nil {
			return address, nil
		}
		fallback = info.URL
	}
	if err != nil && again(err) {
		return "", err
	}
	call.Logger.ErrorContext(ctx, "media could not be downloaded", "media_id", m.ID, "error", err)
	return fallback, nil
}

// again reports whether another try of what failed may help.
func again(err error) bool {
	return !platform.IsType(outbound.Steer(err), platform.TypeRuntime)
}

// keep downloads the media to this server.
func (s *service) keep(ctx context.Context, call *integration.Call, c *settings, g *graph, m *inMedia, info *mediaInfo) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, mediaTimeout)
	defer cancel()
	resp, err := g.open(ctx, info.URL)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it is only read
	size := resp.ContentLength
	if n, err := strconv.ParseInt(info.FileSize, 10, 64); err == nil {
		size = n
	}
	if size > maxMedia {
		return "", integration.RuntimeError(fmt.Sprintf("the media has %d bytes, more than WhatsApp allows", size))
	}
	return store(ctx, call, c, upload{
		key: "whatsapp-media_" + m.ID, contentType: first(info.MimeType, m.MimeType, mediaFallback),
		mediaID: m.ID, body: resp.Body, size: size, fallback: info.URL,
	})
}

// open reads the address with the token, and follows redirects only to hosts
// that may have it.
func (g *graph) open(ctx context.Context, address string) (*http.Response, error) {
	client := *g.http
	client.Timeout = 0 // ctx bounds it
	for range maxMediaHops {
		target, err := url.Parse(address)
		if err != nil || !g.trusted(target) {
			return nil, &outbound.Error{Vendor: vendor, Final: true, Message: "the media is on a host that may not have the access token"}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
		if err != nil {
			return nil, fmt.Errorf("address the media: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+g.token)
		req.Header.Set("User-Agent", "bellhop/1.0")
		resp, err := client.Do(req)
		if err != nil {
			return nil, outbound.NoAnswer(vendor, err)
		}
		switch {
		case resp.StatusCode == http.StatusOK:
			return resp, nil
		case resp.StatusCode/100 == 3 && resp.Header.Get("Location") != "":
			next, err := target.Parse(resp.Header.Get("Location"))
			resp.Body.Close() //nolint:errcheck,gosec // it is not read
			if err != nil {
				return nil, &outbound.Error{Vendor: vendor, Final: true, Message: "the media's redirect is not valid"}
			}
			address = next.String()
		default:
			resp.Body.Close() //nolint:errcheck,gosec // it is not read
			return nil, &outbound.Error{Vendor: vendor, Status: resp.StatusCode, Message: "the media cannot be read", RetryAfter: outbound.RetryAfter(resp.Header, time.Now())}
		}
	}
	return nil, &outbound.Error{Vendor: vendor, Final: true, Message: "the media redirects too often"}
}
