package webhook

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/notice"
	"github.com/bellhop-dev/bellhop/wire"
)

// Headers by which an integration's answer to a browser steers the platform.
const (
	headerPassThrough = "X-Bp-Disable-Interstitial"
	headerIdentifier  = "X-Bp-Integration-Identifier"
)

// interstitialPath is where a browser ends after an account was connected.
const interstitialPath = "/oauth/interstitial"

// isOAuth tells whether a path within an integration is one of OAuth's.
func isOAuth(path string) bool { return path == "/oauth" || strings.HasPrefix(path, "/oauth/") }

// toBrowser turns an integration's answer to a call of an OAuth address into
// what the browser gets: the answer itself when it says so, else the way to
// the page that tells how it went.
func toBrowser(resp *wire.Response) *wire.Response {
	if resp.Header.Get(headerPassThrough) == "true" {
		return resp
	}
	if resp.Status != 0 && (resp.Status < 200 || resp.Status > 299) {
		return toInterstitial(reason(resp.Body))
	}
	return interstitial(url.Values{"success": {"true"}})
}

// toInterstitial leads to the page that tells why it went wrong.
func toInterstitial(why string) *wire.Response {
	return interstitial(url.Values{"success": {"false"}, "errorMessage": {why}})
}

func interstitial(query url.Values) *wire.Response {
	return &wire.Response{Status: http.StatusFound, Header: http.Header{"Location": {interstitialPath + "?" + query.Encode()}}}
}

// reason is what an error says to a person, or its text.
func reason(body []byte) string {
	var e struct{ Message string }
	text := string(body)
	if json.Unmarshal(body, &e) == nil && e.Message != "" {
		text = e.Message
	}
	return text[:min(len(text), 500)]
}

func serveInterstitial(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	p := notice.Page{Title: "Connected", Text: "You can close this page.", Mark: notice.Good}
	if query.Get("success") != "true" {
		p = notice.Page{Title: "Not connected", Text: "The account could not be connected; try again.", Mark: notice.Bad}
		if message := query.Get("errorMessage"); message != "" {
			p.Text = message[:min(len(message), 500)]
		}
	}
	notice.Header(w.Header())
	_, _ = w.Write(p.HTML()) // the caller may have gone
}
