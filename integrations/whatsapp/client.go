package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

const (
	defaultAPI = "https://graph.facebook.com"
	apiVersion = "v23.0"
	// maxAnswer bounds what is read of an answer that is not media.
	maxAnswer = 4 << 20
	// apiTimeout bounds one call of the API.
	apiTimeout = 20 * time.Second
)

// client calls Meta's Graph API. The token goes nowhere else.
type client struct {
	http  *http.Client // follows no redirects
	base  *url.URL
	token string
}

// newClient returns a client of the API at base. The http client must not follow
// redirects, which could take the token elsewhere.
func newClient(http *http.Client, base *url.URL, token string) *client {
	return &client{http: http, base: base, token: token}
}

// get reads path with the query into out.
func (c *client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.do(ctx, request{method: http.MethodGet, path: path, query: query}, out)
}

// post sends in as JSON and reads the answer into out.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write the call of %s: %w", vendor, err)
	}
	return c.do(ctx, request{method: http.MethodPost, path: path, contentType: "application/json", body: body}, out)
}

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	contentType  string // of body
	body         []byte
}

func (c *client) do(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	target := c.base.JoinPath(apiVersion, r.path)
	target.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return fmt.Errorf("address the call of %s: %w", vendor, err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bellhop/1.0")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return chatkit.NoAnswer(vendor, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch ok := resp.StatusCode/100 == 2; {
	case ok && err != nil:
		return errors.Join(chatkit.ErrAccepted, chatkit.NoAnswer(vendor, err))
	case !ok:
		return refusal(resp, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return errors.Join(chatkit.ErrAccepted, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Temporary: true, Message: "its answer cannot be read"})
	}
	return nil
}

// mediaHosts are the hosts, with those below them, that Meta keeps media on.
func mediaHosts() []string { return []string{"fbsbx.com", "facebook.com", "whatsapp.net", "fbcdn.net"} }

// trusted reports whether the token may go to the address: Meta's hosts over
// HTTPS, and the API's own.
func (c *client) trusted(u *url.URL) bool {
	if u.Scheme == c.base.Scheme && u.Host == c.base.Host {
		return true
	}
	if u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443" {
		return false
	}
	for _, host := range mediaHosts() {
		if name := strings.ToLower(u.Hostname()); name == host || strings.HasSuffix(name, "."+host) {
			return true
		}
	}
	return false
}
