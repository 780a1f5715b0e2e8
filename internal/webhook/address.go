package webhook

import (
	"net/url"
	"regexp"
	"strings"
)

// address is what the path of a call names. One of its first three members is
// set.
type address struct {
	webhookID string
	// names are the integrations that the path may mean, by name or version
	// id; a name may hold a slash, so the longest comes first.
	names []named
	oauth bool // the query's state names the webhook
	path  string
}

// named is an integration with the rest of the path, which its code sees.
type named struct{ name, path string }

// own are paths of webhooks beside Prefix: integrations build addresses from
// the server's origin.
var own = regexp.MustCompile(`^/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|integration|oauth)(/|$)`)

// Serves tells whether the escaped path of a request is a webhook's.
func Serves(escaped string) bool {
	return strings.HasPrefix(escaped, Prefix) || own.MatchString(escaped)
}

func parseAddress(escaped string) address {
	rest := strings.TrimPrefix(strings.TrimPrefix(escaped, Prefix), "/")
	first, tail, _ := strings.Cut(rest, "/")
	switch first {
	case "oauth":
		return address{oauth: true, path: "/" + rest}
	case "integration":
		tail = strings.TrimPrefix(tail, "global/")
		parts := strings.Split(tail, "/")
		var a address
		for n := min(2, len(parts)); n > 0; n-- {
			name, err := url.PathUnescape(strings.Join(parts[:n], "/"))
			if err == nil && name != "" && len(name) <= 200 {
				a.names = append(a.names, named{name, "/" + strings.Join(parts[n:], "/")})
			}
		}
		return a
	}
	return address{webhookID: first, path: "/" + tail}
}
