package node

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// leastMasked is how long a secret, or a line of one, must be to be masked: a
// shorter one is found by chance in every other line.
const leastMasked = 4

// mask returns what hides the secrets of code in what it says: each value, and
// each line of a value that has several, which is printed line by line, both
// plain and as they are inside of JSON and of an address.
func mask(secrets ...string) *strings.Replacer {
	// What encodeURIComponent leaves as it is.
	component := strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
	var hide []string
	for _, secret := range secrets {
		for _, part := range append(strings.Split(secret, "\n"), secret) {
			if part = strings.TrimSpace(part); len(part) >= leastMasked {
				hide = append(hide, part, inJSON(part), url.QueryEscape(part), component.Replace(url.QueryEscape(part)))
			}
		}
	}
	// A secret that begins with another one is hidden as a whole.
	slices.SortFunc(hide, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, part := range slices.Compact(hide) {
		pairs = append(pairs, part, schema.Masked)
	}
	return strings.NewReplacer(pairs...)
}

// inJSON is a text as JavaScript writes it into JSON, without the quotes.
func inJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text always can be
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// maskError hides secrets in an answer that tells of an error, which others
// read: in deliveries, in logs, in the status of an installation.
func maskError(resp *wire.Response, hide *strings.Replacer) {
	if resp.Status >= http.StatusBadRequest {
		resp.Body = []byte(hide.Replace(string(resp.Body)))
	}
}
