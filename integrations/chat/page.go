package chat

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed page
var pageFiles embed.FS

// PageConfig says how the chat page is served.
type PageConfig struct {
	// Mount is where the handler is mounted; empty means "/chat".
	Mount string
	// WebhookRoot is the address before a webhook's id; empty means
	// "/webhooks/".
	WebhookRoot string
	// WebhookID, when set, gives the chat that is shown when the address names
	// none.
	WebhookID func(*http.Request) string
	// Title is shown above the chat; empty means "Chat".
	Title string
}

var webhookID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data: https: http:; media-src 'self' data: https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// assetTypes are set by hand: a browser refuses a module whose type the system
// has mapped to something else.
var assetTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

// Page serves the chat page at Mount and Mount/{webhookId}. It needs no
// session: the page keeps its user key in the browser.
func Page(cfg PageConfig) http.Handler {
	if cfg.Mount == "" {
		cfg.Mount = "/chat"
	}
	if cfg.WebhookRoot == "" {
		cfg.WebhookRoot = "/webhooks/"
	}
	if cfg.Title == "" {
		cfg.Title = "Chat"
	}
	files, _ := fs.Sub(pageFiles, "page") // the folder is embedded
	shell := template.Must(template.ParseFS(files, "index.html"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		rest := strings.Trim(strings.TrimPrefix(r.URL.Path, cfg.Mount), "/")
		if name, ok := strings.CutPrefix(rest, "assets/"); ok {
			typ, ok := assetTypes[path.Ext(name)]
			if !ok || strings.Contains(name, "/") {
				http.NotFound(w, r)
				return
			}
			h.Set("Content-Type", typ)
			http.ServeFileFS(w, r, files, name)
			return
		}
		id := rest
		if id == "" {
			id = r.URL.Query().Get("webhookId")
		}
		if id == "" && cfg.WebhookID != nil {
			id = cfg.WebhookID(r)
		}
		api, status := "", http.StatusOK
		if webhookID.MatchString(id) {
			api = cfg.WebhookRoot + id
		} else if id != "" {
			status = http.StatusNotFound // the page says what an address is like
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_ = shell.Execute(w, map[string]string{"Title": cfg.Title, "API": api, "Mount": cfg.Mount})
	})
}
