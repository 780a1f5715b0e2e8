package chat

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
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
	// Title is shown above a chat that has no title; empty means "Chat".
	Title string
	// Webhooks answers the requests below WebhookRoot: it is asked for the
	// settings of a chat. Nil means that every chat has the default ones.
	Webhooks http.Handler
}

var webhookID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' blob: data: https: http:; media-src 'self' data: https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// assetTypes are set by hand: a browser refuses a module whose type the system
// has mapped to something else.
var assetTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

// pages serves the chat page.
type pages struct {
	PageConfig
	files fs.FS
	shell *template.Template
}

// Page serves the chat page at Mount/{webhookId}, and at Mount/embed.js the
// script that puts the page into others. It needs no session: the page keeps
// its user key in the browser.
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
	return &pages{cfg, files, template.Must(template.ParseFS(files, "index.html"))}
}

// ServeHTTP answers one request.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	rest := strings.Trim(strings.TrimPrefix(r.URL.Path, p.Mount), "/")
	if name, ok := strings.CutPrefix(rest, "assets/"); ok {
		p.asset(w, r, name)
		return
	}
	if rest == embedScript {
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		p.asset(w, r, rest)
		return
	}
	if rest == "" {
		rest = r.URL.Query().Get("webhookId")
	}
	p.chat(w, r, rest)
}

// embedScript is loaded by pages of other sites.
const embedScript = "embed.js"

func (p *pages) asset(w http.ResponseWriter, r *http.Request, name string) {
	typ, ok := assetTypes[path.Ext(name)]
	if !ok || strings.Contains(name, "/") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", typ)
	http.ServeFileFS(w, r, p.files, name)
}

// chat serves the page of the chat with the webhook id, or without one: the
// page then shows what is wrong.
func (p *pages) chat(w http.ResponseWriter, r *http.Request, id string) {
	api, status := "", http.StatusOK
	settings := &pageSettings{MaxFile: defaultFileMB << 20}
	switch {
	case webhookID.MatchString(id):
		api = p.WebhookRoot + id
		p.ask(r, api, settings)
	case id != "":
		status = http.StatusNotFound
	}
	title := cmp.Or(settings.Title, p.Title)
	initial, _ := utf8.DecodeRuneInString(strings.ToUpper(title))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy+ancestors(settings.AllowedOrigins))
	w.WriteHeader(status)
	shown, _ := json.Marshal(settings) // strings and numbers
	_ = p.shell.Execute(w, map[string]any{
		"Title": title, "Initial": string(initial), "API": api, "Mount": p.Mount, "Settings": string(shown),
	})
}

// ask reads a chat's settings into settings. A chat that does not answer has
// the default ones: the page calls it itself and shows why.
func (p *pages) ask(r *http.Request, api string, settings *pageSettings) {
	if p.Webhooks == nil {
		return
	}
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, api+"/"+pathPage, nil)
	if err != nil {
		return
	}
	ask.RequestURI, ask.RemoteAddr, ask.Host = ask.URL.Path, r.RemoteAddr, r.Host
	answer := &settingsAnswer{header: http.Header{}}
	p.Webhooks.ServeHTTP(answer, ask)
	var got pageSettings
	if answer.status == http.StatusOK && json.Unmarshal(answer.body.Bytes(), &got) == nil {
		*settings = got
	}
}

// settingsAnswer keeps the answer to a request for settings.
type settingsAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header of the answer.
func (a *settingsAnswer) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *settingsAnswer) WriteHeader(status int) { a.status = status }

// Write keeps the body.
func (a *settingsAnswer) Write(p []byte) (int, error) {
	a.status = cmp.Or(a.status, http.StatusOK)
	return a.body.Write(p)
}

// ancestors returns the origins that may show the page in a frame, to follow
// the policy; none that would be more than an origin.
func ancestors(origins []string) string {
	var b strings.Builder
	for _, origin := range origins {
		if checkOrigin(origin) == nil {
			b.WriteString(" " + origin)
		}
	}
	return b.String()
}
