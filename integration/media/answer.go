package media

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const (
	defaultMax = 128 << 20
	unknown    = "application/octet-stream"
)

// Streaming returns h with the ability to write files while it reads them, where
// the integration runs in the server's process. Elsewhere a file is read whole.
func Streaming(h wire.Handler) wire.Handler { return &streaming{h} }

type streaming struct{ wire.Handler }

var _ wire.Streamer = (*streaming)(nil)

// target receives the file; done is set once Serve has begun to write it.
type target struct {
	w    http.ResponseWriter
	done bool
}

type targetKey struct{}

// Stream calls the handler, which writes to w if the request is for a file.
func (s *streaming) Stream(w http.ResponseWriter, r *http.Request, req *wire.Request) bool {
	path := r.URL.EscapedPath()
	if !strings.HasPrefix(path, Path) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	body, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{Method: r.Method, Path: path, Query: r.URL.RawQuery}})
	if err != nil {
		return false
	}
	call := *req
	call.Body = body
	to := &target{w: w}
	resp, err := s.Handle(context.WithValue(r.Context(), targetKey{}, to), &call)
	switch {
	case to.done:
		if err != nil || resp.Status >= http.StatusBadRequest {
			panic(http.ErrAbortHandler) // the file broke off, and so must its answer
		}
	case err != nil:
		http.Error(w, "the file cannot be read now", http.StatusBadGateway)
	default:
		for name, values := range resp.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(max(resp.Status, http.StatusOK))
		_, _ = w.Write(resp.Body) // the caller may have gone
	}
	return true
}

func (d *Server) answer(ctx context.Context, method, name string, file *File) (*integration.WebhookResponse, error) {
	limit := d.Max
	if limit == 0 {
		limit = defaultMax
	}
	if file.Size > limit {
		return integration.Text(http.StatusBadGateway, fmt.Sprintf("the file has %d bytes; at most %d are served", file.Size, limit)), nil
	}
	header := headers(name, file)
	if method == http.MethodHead {
		return &integration.WebhookResponse{Status: http.StatusOK, Header: header}, nil
	}
	body := io.LimitReader(file.Body, limit+1)
	to, stream := ctx.Value(targetKey{}).(*target)
	if !stream {
		var b bytes.Buffer
		if n, err := b.ReadFrom(body); err != nil || n > limit {
			return integration.Text(http.StatusBadGateway, "the file broke off, or is too large"), nil
		}
		return &integration.WebhookResponse{Status: http.StatusOK, Header: header, Body: b.Bytes()}, nil
	}
	for key, values := range header {
		to.w.Header()[key] = values
	}
	if file.Size > 0 {
		to.w.Header().Set("Content-Length", strconv.FormatInt(file.Size, 10))
	}
	to.done = true
	to.w.WriteHeader(http.StatusOK)
	n, err := io.Copy(to.w, body)
	if err != nil || n > limit || file.Size > 0 && n != file.Size {
		return nil, fmt.Errorf("serve the file: %d bytes of %d: %w", n, file.Size, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return &integration.WebhookResponse{Status: http.StatusOK}, nil
}

// headers prevent a file that a stranger sent from acting as a page of this
// server: no script runs, and a browser shows only images, sound and film.
func headers(name string, file *File) http.Header {
	typ, _, err := mime.ParseMediaType(file.Type)
	if err != nil {
		typ = unknown
	}
	show := "attachment"
	switch kind, sub, _ := strings.Cut(typ, "/"); {
	case kind == "image" && !strings.Contains(sub, "svg"), kind == "audio", kind == "video":
		show = "inline"
	}
	h := http.Header{
		"Content-Type": {typ}, "X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"},
		"Content-Security-Policy": {"default-src 'none'; sandbox"}, "Cache-Control": {"private, max-age=3600"},
	}
	if disposition := mime.FormatMediaType(show, map[string]string{"filename": name}); disposition != "" {
		h.Set("Content-Disposition", disposition)
	}
	return h
}

// refused returns the answer when the file cannot be opened.
func refused(ctx context.Context, call *integration.Call, err error) *integration.WebhookResponse {
	call.Logger.WarnContext(ctx, "media could not be served", "error", err)
	if platform.IsType(chatkit.Classify(err), platform.TypeRuntime) {
		return integration.Text(http.StatusGone, err.Error())
	}
	resp := integration.Text(http.StatusServiceUnavailable, "the file cannot be read now; try again")
	resp.Header.Set("Retry-After", "10")
	return resp
}
