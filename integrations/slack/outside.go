package slack

import (
	"errors"
	"net/http"
	"net/url"
)

// maxRedirects is how often the address of a file may lead elsewhere.
const maxRedirects = 5

// outside returns a client for addresses that a bot names, and a person may
// have named to the bot. It opens what Env.Fetcher opens, and the host that
// this server itself is known under, wherever that is: files of the platform
// are there.
func (s *service) outside(webhook string) *http.Client {
	own := ""
	if u, err := url.Parse(webhook); err == nil {
		own = u.Host
	}
	client := *s.fetcher
	client.Transport = &ownHost{host: own, others: client.Transport}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || r.URL.Scheme != "https" && r.URL.Scheme != "http" {
			return errors.New("it redirects too often, or to no HTTP address")
		}
		return nil
	}
	return &client
}

// ownHost takes another way for one host, unless a redirect led there.
type ownHost struct {
	host   string
	others http.RoundTripper // nil is http.DefaultTransport
}

var _ http.RoundTripper = (*ownHost)(nil)

// RoundTrip makes one call.
func (t *ownHost) RoundTrip(r *http.Request) (*http.Response, error) {
	direct := r.Response == nil
	if t.others == nil || t.host != "" && r.URL.Host == t.host && direct {
		return http.DefaultTransport.RoundTrip(r)
	}
	return t.others.RoundTrip(r)
}
