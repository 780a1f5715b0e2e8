package server

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/notice"
	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
)

// indexPage is what a person sees who opens the server's address.
var indexPage = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bellhop</title><link rel="icon" href="data:,"><style>
:root{color-scheme:light dark;--back:#eef1f6;--paper:#fff;--ink:#17202e;--soft:#5a6a80;--line:#d9dfe9;--link:#2a4cc0}
@media (prefers-color-scheme:dark){:root{--back:#0e131b;--paper:#161d28;--ink:#e8edf5;--soft:#9aa8bc;--line:#303a49;--link:#9db4ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:var(--back);color:var(--ink)}
main{width:min(40rem,100% - 2rem);margin:1rem;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:12px;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 .5rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}p,ul,ol{margin:0 0 .5rem}ul,ol{padding-left:1.4rem}
a{color:var(--link)}.soft{color:var(--soft)}code{font:.9em ui-monospace,monospace;background:var(--back);border-radius:4px;padding:.1em .3em}
pre{margin:0;padding:.8rem;background:var(--back);border-radius:8px;overflow-x:auto}pre code{padding:0;background:none}
</style></head><body><main>
<h1>Bellhop is running</h1>
<p>This server connects bots to the places where people write: chat pages, Slack, Telegram, WhatsApp and others.</p>
<h2>Begin</h2>
<p>On the server's machine, in the folder where the server was started:</p>
<pre tabindex="0"><code>bellhop bot create hello --sample
bellhop install put chat chat@latest
bellhop chat</code></pre>
<p class="soft">The second command prints the address of a chat page.</p>
<h2>More</h2>
<ul>
<li>The API is at <code>{{.API}}</code>; its calls need a token.</li>
<li><a href="/healthz">Health</a>, for load balancers.</li>
<li><a href="https://github.com/bellhop-dev/bellhop#readme" rel="noopener noreferrer">Documentation</a>, and <code>bellhop --help</code>.</li>
</ul>
</main></body></html>
`))

// index answers the server's own address: people get a page, programs the
// same in short.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		reply.Error(w, platform.Errorf(platform.TypeMethodNotFound, "%.20s is not a method of this address; the API is below /v1", r.Method))
		return
	}
	api := s.URL() + "/v1"
	w.Header().Add("Vary", "Accept")
	if !reply.WantsPage(r) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"name": "bellhop", "api": api, "health": s.URL() + "/healthz"})
		return
	}
	var page bytes.Buffer
	_ = indexPage.Execute(&page, map[string]string{"API": api}) // a buffer takes all
	notice.Header(w.Header())
	defer reply.Writing(w, int64(page.Len()))()
	_, _ = w.Write(page.Bytes()) // the caller may have gone
}
