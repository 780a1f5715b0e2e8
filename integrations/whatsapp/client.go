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
	// vendor names the system in errors.
	vendor = "WhatsApp"
	// maxAnswer bounds what is read of an answer that is not media.
	maxAnswer = 4 << 20
	// apiTimeout bounds one call of the API.
	apiTimeout = 20 * time.Second
)

// errAccepted says that a call was accepted, and its answer was lost.
var errAccepted = errors.New("the call was accepted, but its answer was lost")

// graph calls Meta's Graph API. The token goes nowhere else.
type graph struct {
	http  *http.Client // follows no redirects
	base  *url.URL
	token string
}

// newGraph makes a client of the API at base. Redirects are not followed: the
// API makes none, and they could take the token elsewhere.
func newGraph(client *http.Client, base *url.URL, token string) *graph {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &graph{http: &own, base: base, token: token}
}

// get reads path with the query into out.
func (g *graph) get(ctx context.Context, path string, query url.Values, out any) error {
	return g.do(ctx, request{method: http.MethodGet, path: path, query: query}, out)
}

// post sends in as JSON and reads the answer into out.
func (g *graph) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write the call of %s: %w", vendor, err)
	}
	return g.do(ctx, request{method: http.MethodPost, path: path, contentType: "application/json", body: body}, out)
}

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	contentType  string // of body
	body         []byte
}

func (g *graph) do(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	target := g.base.JoinPath(apiVersion, r.path)
	target.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, target.String(), bytes.NewReader(r.body))
	if err != nil {
		return fmt.Errorf("address the call of %s: %w", vendor, err)
	}
	if g.token != "" {
		req.Header.Set("Authorization", "Bearer "+g.token)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bellhop/1.0")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	resp, err := g.http.Do(req)
	if err != nil {
		return chatkit.NoAnswer(vendor, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch ok := resp.StatusCode/100 == 2; {
	case ok && err != nil:
		return errors.Join(errAccepted, chatkit.NoAnswer(vendor, err))
	case !ok:
		return refusal(resp, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return errors.Join(errAccepted, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Temporary: true, Message: "its answer cannot be read"})
	}
	return nil
}

// mediaHosts are the hosts, with those below them, that Meta keeps media on.
func mediaHosts() []string { return []string{"fbsbx.com", "facebook.com", "whatsapp.net", "fbcdn.net"} }

// trusted reports whether the token may go to the address: Meta's hosts over
// HTTPS, and the API's own.
func (g *graph) trusted(u *url.URL) bool {
	if u.Scheme == g.base.Scheme && u.Host == g.base.Host {
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
