package webhook

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/platform"
)

// within returns the request with the path that the integration sees.
func within(r *http.Request, path string) *http.Request {
	inner := new(http.Request)
	*inner = *r
	u := *r.URL
	inner.URL = &u
	u.RawPath = path
	if plain, err := url.PathUnescape(path); err == nil {
		u.Path = plain
	}
	return inner
}

// most is the largest body that is read for an integration; nil is one that is
// not known.
func (h *Handler) most(i *catalog.Integration) int64 {
	if i != nil {
		if own := h.cfg.Resolver.MaxWebhook(i); own > 0 {
			return min(own, h.cfg.MaxBody)
		}
	}
	return h.cfg.MaxBody
}

// encode words the body of webhook_received, and takes room for what it has more
// than the raw body: JSON writes some bytes as six.
func (h *Handler) encode(r *http.Request, path string, raw *admission.Body) ([]byte, error) {
	if err := raw.Grow(escapes(raw.Bytes)); err != nil {
		return nil, err
	}
	// Not by json.Marshal of the whole, which would write and check it twice.
	req, err := platform.WebhookRequest{
		Method: r.Method, Path: path, Query: query(r.URL.RawQuery), Headers: headers(r), Body: string(raw.Bytes),
	}.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode the webhook: %w", err)
	}
	return slices.Concat([]byte(`{"req":`), req, []byte("}")), nil
}

// escapes is how many bytes more raw has as a JSON text.
func escapes(raw []byte) (n int64) {
	if !utf8.Valid(raw) {
		return 4 * int64(len(raw)) // as Latin-1, and in base64
	}
	for _, c := range raw {
		switch {
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t':
			n++
		case c < ' ':
			n += 5
		}
	}
	return n
}

// headers are the request's headers as the integration gets them. Values are
// Latin-1 on the wire when they are not UTF-8.
func headers(r *http.Request) map[string]string {
	all := make(map[string]string, len(r.Header)+1)
	for key, values := range r.Header {
		sep := ", "
		if key == "Cookie" {
			sep = "; "
		}
		value := strings.Join(values, sep)
		if !utf8.ValidString(value) {
			value = platform.Latin1(value)
		}
		all[strings.ToLower(key)] = value
	}
	all["host"] = r.Host
	return all
}

// query escapes what stands raw in a query and is no text.
func query(raw string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	var b strings.Builder
	for i := range len(raw) {
		if raw[i] < utf8.RuneSelf {
			b.WriteByte(raw[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", raw[i])
		}
	}
	return b.String()
}
