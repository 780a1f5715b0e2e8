// Package notice is the page that tells a person one thing in a browser: that
// an account was connected, or why there is nothing to see. It is complete in
// itself: it loads nothing, runs nothing and links to nothing.
package notice

import (
	"bytes"
	"html/template"
	"net/http"
)

// Mark is what stands above the title.
type Mark string

// The marks. The zero one is none.
const (
	Good Mark = "good"
	Bad  Mark = "bad"
)

// Page is what is told. Its texts are shown as they are, whatever they hold.
type Page struct {
	Title string
	Text  string
	Mark  Mark
	// Note is small print, such as the id of an error; empty for none.
	Note string
}

var layout = template.Must(template.New("notice").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title><link rel="icon" href="data:,"><style>
:root{color-scheme:light dark;--good:#1a7f4b;--bad:#b3261e;--back:#eef1f6;--paper:#fff;--ink:#17202e;--soft:#5a6a80;--line:#d9dfe9}
@media (prefers-color-scheme:dark){:root{--good:#5cc98d;--bad:#ff9a92;--back:#0e131b;--paper:#161d28;--ink:#e8edf5;--soft:#9aa8bc;--line:#303a49}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:var(--back);color:var(--ink)}
main{width:min(26rem,100% - 2rem);margin:1rem;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:12px;text-align:center;overflow-wrap:anywhere}
.mark{font-size:2.5rem;line-height:1;margin-bottom:.75rem}.good{color:var(--good)}.bad{color:var(--bad)}
h1{font-size:1.25rem;line-height:1.3;margin:0 0 .25rem}p{margin:0}.note{margin-top:1rem;font-size:.8rem;color:var(--soft)}
</style></head><body><main>
{{if .Mark}}<div class="mark {{.Mark}}" aria-hidden="true">{{if eq .Mark "good"}}✓{{else}}✕{{end}}</div>
{{end}}<h1>{{.Title}}</h1><p>{{.Text}}</p>
{{if .Note}}<p class="note">{{.Note}}</p>
{{end}}</main></body></html>
`))

// HTML is the page as bytes.
func (p Page) HTML() []byte {
	var b bytes.Buffer
	_ = layout.Execute(&b, p) // it has nothing that can fail
	return b.Bytes()
}

// Header sets the headers that go with a page: nobody keeps, frames or extends
// it, and no other site is told its address.
func Header(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}
