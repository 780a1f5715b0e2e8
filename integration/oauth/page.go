package oauth

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
)

// pageTemplate is complete in itself: the pages load nothing.
var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title><style>
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:26rem;margin:1rem;padding:2rem;border:1px solid color-mix(in srgb,CanvasText 20%,Canvas);border-radius:12px;text-align:center}
.mark{font-size:2.5rem;line-height:1}.good{color:#15803d}.bad{color:#b91c1c}h1{font-size:1.25rem;margin:.75rem 0 .25rem}p{margin:0;overflow-wrap:anywhere}
</style></head><body><main>
<div class="mark {{if .Good}}good{{else}}bad{{end}}" aria-hidden="true">{{if .Good}}✓{{else}}✕{{end}}</div>
<h1>{{.Title}}</h1><p>{{.Text}}</p></main></body></html>
`))

func safeHeader() http.Header {
	return http.Header{"Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"}}
}

func page(status int, title, text string, good bool) *integration.WebhookResponse {
	var b bytes.Buffer
	data := struct {
		Title, Text string
		Good        bool
	}{title, text, good}
	if err := pageTemplate.Execute(&b, data); err != nil {
		return integration.Text(status, text)
	}
	h := safeHeader()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	return &integration.WebhookResponse{Status: status, Header: h, Body: b.Bytes()}
}
