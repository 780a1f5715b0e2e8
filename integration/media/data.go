package media

import (
	"encoding/base64"
	"mime"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// DataScheme begins addresses that contain their file.
const DataScheme = "data:"

// ReadData decodes such an address, as "data:image/png;base64,…". Its error is
// final: a retry would fail too.
func ReadData(address string) (typ string, content []byte, err error) {
	head, text, ok := strings.Cut(strings.TrimPrefix(address, DataScheme), ",")
	kind, coded := strings.CutSuffix(head, ";base64")
	if kind == "" {
		kind = "text/plain"
	}
	typ, _, typeErr := mime.ParseMediaType(kind)
	if coded {
		content, err = base64.StdEncoding.DecodeString(text)
	} else {
		text, err = url.PathUnescape(text)
		content = []byte(text)
	}
	if !ok || typeErr != nil || err != nil || !strings.HasPrefix(address, DataScheme) {
		return "", nil, integration.RuntimeError("the media's address begins with data: and cannot be read")
	}
	return typ, content, nil
}
