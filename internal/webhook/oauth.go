package webhook

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"

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

// interstitialTemplate is complete in itself: the page loads nothing.
var interstitialTemplate = template.Must(template.New("interstitial").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{if .Good}}Connected{{else}}Not connected{{end}}</title><style>
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif}
main{max-width:26rem;padding:2rem;text-align:center;overflow-wrap:anywhere}
</style></head><body><main>
<h1>{{if .Good}}Connected{{else}}Not connected{{end}}</h1>
<p>{{if .Good}}You can close this page.{{else if .Reason}}{{.Reason}}{{else}}The account could not be connected; try again.{{end}}</p>
</main></body></html>
`))

func serveInterstitial(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	message := query.Get("errorMessage")
	_ = interstitialTemplate.Execute(w, map[string]any{ // the caller may have gone
		"Good": query.Get("success") == "true", "Reason": message[:min(len(message), 500)],
	})
}
