// Package filehttp serves the contents of files, and takes them, at the
// addresses that the operations on files give. Contents come from anybody: no
// browser runs one of them on our origin. Who may have which content is package
// api's to say.
package filehttp

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
)

// Prefix is that of the paths that are served: the prefix, a file's id, and for
// reading a name that means nothing.
const Prefix = "/files/"

// Contents has the contents; *api.Service is the one there is.
type Contents interface {
	OpenFile(ctx context.Context, at api.FileAddress) (*api.FileContent, error)
	PutFile(ctx context.Context, at api.FileAddress, body io.Reader) (hash string, err error)
}

// maxUploads is how many contents are taken at a time.
const maxUploads = 64

// Handler serves contents. It is safe for concurrent use.
type Handler struct {
	contents Contents
	limit    int64
	uploads  *admission.Shares
	bodies   *admission.Bodies
	logger   *slog.Logger
}

// New returns a handler for contents of at most limit bytes, of which rate have
// to come in a second.
func New(contents Contents, limit, rate int64, logger *slog.Logger) *Handler {
	return &Handler{contents, limit, admission.NewShares("uploads", maxUploads, maxUploads/2), admission.NewBodies(rate, limit, limit), logger}
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Access-Control-Allow-Origin", "*") // an address is all that is needed
	head.Set("Cross-Origin-Resource-Policy", "cross-origin")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	if err := h.serve(w, r); err != nil && r.Context().Err() == nil {
		e := reply.AsError(err)
		reply.Log(r.Context(), h.logger, "file refused", e, "method", r.Method, "path", r.URL.Path)
		reply.ErrorTo(w, r, e)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	query := r.URL.Query()
	at := api.FileAddress{FileID: id, Upload: query.Get("upload"), Expires: query.Get("expires"), Signature: query.Get("signature")}
	if !platform.IsID(id, platform.PrefixFile) {
		return platform.Errorf(platform.TypeResourceNotFound, "file %.60q not found", id)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return h.get(w, r, at)
	case http.MethodPut:
		return h.put(w, r, at)
	case http.MethodOptions: // a browser asks before it uploads
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, PUT")
		w.Header().Set("Access-Control-Allow-Headers", "*")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Allow", "GET, HEAD, PUT, OPTIONS")
	return platform.Errorf(platform.TypeMethodNotFound, "%.20s is not a method of this path", r.Method)
}

func (h *Handler) put(w http.ResponseWriter, r *http.Request, at api.FileAddress) error {
	if r.ContentLength > h.limit {
		return platform.Errorf(platform.TypePayloadTooLarge, "the content has %d bytes; a file may have at most %d here", r.ContentLength, h.limit)
	}
	address := admission.Key(r)
	if err := h.uploads.Take(1, address); err != nil {
		return err
	}
	defer h.uploads.Give(1, address)
	paced, done := h.bodies.Pace(w, r.Body)
	defer done()
	hash, err := h.contents.PutFile(r.Context(), at, paced)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", `"`+hash+`"`)
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, at api.FileAddress) error {
	c, err := h.contents.OpenFile(r.Context(), at)
	if err != nil {
		return err
	}
	defer c.Bytes.Close()
	info, err := c.Bytes.Stat()
	if err != nil {
		return err
	}
	head := w.Header()
	show, policy := disposition(c.ContentType)
	head.Set("Content-Type", c.ContentType)
	head.Set("Content-Security-Policy", policy)
	head.Set("Content-Disposition", mime.FormatMediaType(show, map[string]string{"filename": path.Base(c.Key)}))
	head.Set("ETag", `"`+c.Hash+`"`)
	head.Set("Cache-Control", "private, no-cache")
	if c.Public {
		head.Set("Cache-Control", "public, no-cache")
	}
	defer reply.Writing(w, info.Size())()
	http.ServeContent(w, r, "", c.UpdatedAt, c.Bytes)
	return nil
}

// What a browser may do with a content: nothing but show it. Its viewer of PDF
// does not work in a sandbox.
const (
	sandbox = "sandbox; default-src 'none'"
	viewer  = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
)

// disposition tells whether a browser shows a content or saves it. It shows
// only what holds no code.
func disposition(contentType string) (show, policy string) {
	kind, _, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return "attachment", sandbox
	case kind == "application/pdf":
		return "inline", viewer
	case kind == "image/svg+xml":
		return "attachment", sandbox
	case kind == "text/plain", strings.HasPrefix(kind, "image/"), strings.HasPrefix(kind, "audio/"), strings.HasPrefix(kind, "video/"):
		return "inline", sandbox + "; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
	}
	return "attachment", sandbox
}
