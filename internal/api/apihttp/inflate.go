package apihttp

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// inflate returns the reader of a body as its Content-Encoding says: as it is,
// or unpacked by gzip. The caller bounds what it reads.
func inflate(r *http.Request, body io.Reader) (io.Reader, error) {
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "the body is not gzip, as its Content-Encoding says")
		}
		return unpacked, nil
	default:
		return nil, platform.Errorf(platform.TypeUnsupportedMediaType, "Content-Encoding %.40q is not supported; send the body as it is, or by gzip", encoding)
	}
}
