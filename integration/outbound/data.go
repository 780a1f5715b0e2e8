package outbound

import (
	"encoding/base64"
	"mime"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// DataScheme begins addresses that hold what they are of.
const DataScheme = "data:"

// ReadData reads such an address, as "data:image/png;base64,…". The error is
// final, for no other try would read it.
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
