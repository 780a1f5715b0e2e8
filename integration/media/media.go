// Package media serves a vendor's media to bots without the vendor's token: at
// a signed address below the installation's webhook. The file is read from the
// vendor when a client opens the address; nothing is stored here, so a webhook
// with media is answered at once.
//
// The file exists as long as the vendor keeps it, the address works as long as
// Link was asked for. Anyone with the address can read the file.
package media

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// Path is where the addresses are, below the webhook.
const Path = "/media/"

// Server serves the media of all installations of an integration. Create one
// with the integration, and call Serve first in OnWebhook.
type Server struct {
	// Secret returns the key that signs the installation's addresses: only the
	// integration and the vendor know it. A new key invalidates all addresses.
	Secret func(ctx context.Context, call *integration.Call) (string, error)
	// Open opens the file with the vendor's id. A final *chatkit.Error means
	// that the vendor does not have the file any more.
	Open func(ctx context.Context, call *integration.Call, id string) (*File, error)
	// Max is the largest size of a file in bytes; 0 is 128 MiB.
	Max int64
}

// File is an open file of the vendor.
type File struct {
	Body io.ReadCloser
	Type string // media type; empty is application/octet-stream
	Size int64  // 0 or less if it is not known
}

// Link returns the address of the file with the vendor's id. The address ends
// with name, as "menu.pdf", and expires after life; 0 is never.
func (d *Server) Link(ctx context.Context, call *integration.Call, id, name string, life time.Duration) (string, error) {
	if call.WebhookURL == "" {
		return "", errors.New("the installation's webhook address is not known in this call")
	}
	secret, err := d.Secret(ctx, call)
	if err != nil {
		return "", err
	}
	var until int64
	if life > 0 {
		until = time.Now().Add(life).Unix()
	}
	if name = strings.Trim(strings.ReplaceAll(name, "/", "-"), ". "); name == "" {
		name = "file"
	}
	query := url.Values{"sig": {base64.RawURLEncoding.EncodeToString(signature(secret, call.WebhookID, id, until))}}
	if until > 0 {
		query.Set("until", strconv.FormatInt(until, 10))
	}
	return call.WebhookURL + Path + url.PathEscape(id) + "/" + url.PathEscape(name) + "?" + query.Encode(), nil
}

// signature does not cover the file's name, which is no secret.
func signature(secret, webhookID, id string, until int64) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "bellhop media\x00%s\x00%s\x00%d", webhookID, id, until)
	return mac.Sum(nil)
}

// ID returns the vendor's id of the file at an address that Link returned, so
// that a file the bot sends back is not read first. ok is false for any other
// address, and for one that has expired.
func (d *Server) ID(ctx context.Context, call *integration.Call, address string) (id string, ok bool) {
	rest, ours := strings.CutPrefix(address, call.WebhookURL+Path)
	u, err := url.Parse("/" + rest) // an id may begin as a scheme does: "a:b"
	if !ours || call.WebhookURL == "" || err != nil {
		return "", false
	}
	secret, err := d.Secret(ctx, call)
	if err != nil {
		return "", false
	}
	escaped, _, _ := strings.Cut(u.EscapedPath()[1:], "/")
	if id, err = url.PathUnescape(escaped); err != nil || check(secret, call.WebhookID, id, u.Query()) != nil {
		return "", false
	}
	return id, true
}

// check returns the answer to an invalid address, or nil.
func check(secret, webhookID, id string, query url.Values) *integration.WebhookResponse {
	until, _ := strconv.ParseInt(query.Get("until"), 10, 64) // what is no number is not what was signed
	given, err := base64.RawURLEncoding.DecodeString(query.Get("sig"))
	if err != nil || secret == "" || !hmac.Equal(given, signature(secret, webhookID, id, until)) {
		return integration.Text(http.StatusForbidden, "this address was not given out, or the configuration has changed since")
	}
	if until > 0 && time.Now().Unix() > until {
		return integration.Text(http.StatusGone, "this address has expired")
	}
	return nil
}

// Serve answers requests for media. handled is false for other requests.
func (d *Server) Serve(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (resp *integration.WebhookResponse, handled bool, err error) {
	rest, ok := strings.CutPrefix(req.Path, Path)
	if !ok {
		return nil, false, nil
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return integration.Text(http.StatusMethodNotAllowed, "only GET and HEAD"), true, nil
	}
	escaped, escapedName, _ := strings.Cut(rest, "/")
	id, err1 := url.PathUnescape(escaped)
	name, err2 := url.PathUnescape(escapedName)
	query, err3 := url.ParseQuery(req.Query)
	if errors.Join(err1, err2, err3) != nil || id == "" {
		return integration.Text(http.StatusNotFound, "there is no such file"), true, nil
	}
	secret, err := d.Secret(ctx, call)
	if err != nil {
		return nil, true, err
	}
	if no := check(secret, call.WebhookID, id, query); no != nil {
		return no, true, nil
	}
	file, err := d.Open(ctx, call, id)
	if err != nil {
		return refused(ctx, call, err), true, nil
	}
	defer file.Body.Close() //nolint:errcheck // it is only read
	resp, err = d.answer(ctx, req.Method, name, file)
	return resp, true, err
}
