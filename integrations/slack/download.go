package slack

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/outbound"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const (
	downloadTimeout = 5 * time.Minute
	// maxBuffered bounds a file where it cannot be handed on as it comes.
	maxBuffered = 25 << 20
)

// handler adds to what the Mux makes that files are handed on as they come,
// whatever their size.
type handler struct{ wire.Handler }

var _ wire.Streamer = (*handler)(nil)

// sinkKey is the context's key of a sink.
type sinkKey struct{}

// sink is where a file may be written as it comes.
type sink struct {
	w    http.ResponseWriter
	used bool
}

// Stream answers requests for files.
func (h *handler) Stream(w http.ResponseWriter, r *http.Request, req *wire.Request) bool {
	if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, filesPath) {
		return false
	}
	inner := *req
	var err error
	inner.Body, err = json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Headers: map[string]string{},
	}})
	if err != nil {
		return false
	}
	to := &sink{w: w}
	resp, err := h.Handle(context.WithValue(r.Context(), sinkKey{}, to), &inner)
	switch {
	case to.used:
	case err != nil:
		http.Error(w, "the file cannot be read", http.StatusBadGateway)
	default:
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(max(resp.Status, http.StatusOK))
		_, _ = w.Write(resp.Body) // the caller may have gone
	}
	return true
}

// serveFile hands on a file of Slack's to whoever has its key.
func (s *service) serveFile(ctx context.Context, call *integration.Call, c *settings, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	escaped, _, _ := strings.Cut(strings.TrimPrefix(req.Path, filesPath), "/")
	id, err := url.PathUnescape(escaped)
	query, queryErr := url.ParseQuery(req.Query)
	if err != nil || queryErr != nil || id == "" || !hmac.Equal([]byte(query.Get("key")), []byte(fileKey(c, id))) {
		return integration.Text(http.StatusNotFound, "there is no such file"), nil
	}
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	info, body, err := s.openFile(ctx, s.api(call, c), id)
	if err != nil {
		call.Logger.WarnContext(ctx, "a file could not be read", "file", clip(id), "error", err)
		return integration.Text(http.StatusBadGateway, "the file cannot be read: "+failure(err)), nil
	}
	defer body.Close() //nolint:errcheck // it is only read
	header := fileHeader(info)
	if to, ok := ctx.Value(sinkKey{}).(*sink); ok {
		to.used = true
		for name, values := range header {
			to.w.Header()[name] = values
		}
		_, _ = io.Copy(to.w, body) // the caller may have gone
		return &integration.WebhookResponse{}, nil
	}
	content, err := io.ReadAll(io.LimitReader(body, maxBuffered+1))
	if err != nil || len(content) > maxBuffered {
		return integration.Text(http.StatusBadGateway, "the file is too large to be handed on from here"), nil
	}
	return &integration.WebhookResponse{Status: http.StatusOK, Header: header, Body: content}, nil
}

// failure is what a caller may know of an error.
func failure(err error) string {
	if e, ok := asVendor(err); ok {
		return e.Error()
	}
	return "the server's log has the reason"
}

// openFile asks Slack where the file is and begins to read it there, with the
// token, on no other host than Slack's.
func (s *service) openFile(ctx context.Context, a *api, id string) (*fileInfo, io.ReadCloser, error) {
	info, err := a.file(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	target, err := url.Parse(first(info.Download, info.Private))
	if err != nil || !s.trusted(target) {
		return nil, nil, &outbound.Error{Vendor: vendor, Final: true, Message: "the file is on a host that may not have the token"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, nil, fmt.Errorf("address the file: %w", err)
	}
	token, err := s.token(ctx, a.call, a.c, "")
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, nil, outbound.NoAnswer(vendor, err)
	}
	// Without the right to it Slack shows its page to sign in.
	page, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != http.StatusOK || page == "text/html" && !strings.HasPrefix(info.Type, "text/") {
		resp.Body.Close() //nolint:errcheck,gosec // it is not read
		status := resp.StatusCode
		if status/100 < 4 {
			status = http.StatusForbidden
		}
		return nil, nil, &outbound.Error{
			Vendor: vendor, Status: status, Message: "the file cannot be read", Remedy: remedy("missing_scope") + ": files:read",
			RetryAfter: outbound.RetryAfter(resp.Header, time.Now()),
		}
	}
	return info, resp.Body, nil
}

// fileHeader lets a browser show pictures, sounds and films, and makes it keep
// everything else: a file may be a page with a script, and is no part of this
// server.
func fileHeader(info *fileInfo) http.Header {
	h := http.Header{}
	kind, sub, _ := strings.Cut(info.Type, "/")
	typ, how := info.Type, "inline"
	if kind != "image" && kind != "audio" && kind != "video" || strings.Contains(sub, "xml") {
		typ, how = "application/octet-stream", "attachment"
	}
	h.Set("Content-Type", typ)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": first(info.Name, "file")}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, max-age=3600")
	return h
}
