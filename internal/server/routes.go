package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/api/apihttp"
	"github.com/bellhop-dev/bellhop/internal/filehttp"
	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/internal/tunnel"
	"github.com/bellhop-dev/bellhop/internal/webhook"
	"github.com/bellhop-dev/bellhop/platform"
)

// routes serves everything on one port. Paths are matched by prefix and never
// cleaned or redirected: names in them may hold escaped slashes.
func (s *Server) routes(builders map[string]func(webhooks http.Handler) http.Handler) http.Handler {
	operations := apihttp.New(apihttp.Config{
		Service: s.service, Operations: platform.Operations(), Refusals: platform.Refusals(),
		Concurrent: s.cfg.APIConcurrent, OneCaller: s.cfg.APIConcurrentPerCaller, Rate: s.cfg.APIRate, BodyRate: s.cfg.BodyRate,
		Logger: s.logger,
	})
	hooks := webhook.New(webhook.Config{
		Installations: s.catalog, Resolver: s.runtime, Directory: s.catalog, Claim: s.claim, Logger: s.logger,
		MaxBody: s.cfg.WebhookBody, Timeout: s.cfg.WebhookTimeout, BodyRate: s.cfg.BodyRate,
		Concurrent: s.cfg.WebhookConcurrent, OneCaller: s.cfg.WebhookConcurrentPerCaller, Streams: s.cfg.StreamsPerAddress,
	})
	files := filehttp.New(s.service, s.cfg.FileSize, s.cfg.BodyRate, s.logger)
	pages := make(map[string]http.Handler, len(builders))
	prefixes := make([]string, 0, len(builders))
	for prefix, build := range builders {
		pages[prefix] = build(hooks)
		prefixes = append(prefixes, prefix)
	}
	slices.SortFunc(prefixes, func(a, b string) int { return len(b) - len(a) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		switch {
		case strings.HasPrefix(path, "/v1/"):
			operations.ServeHTTP(w, r)
			return
		case tunnel.Serves(path):
			s.tunnels.ServeHTTP(w, r)
			return
		case strings.HasPrefix(path, filehttp.Prefix):
			files.ServeHTTP(w, r)
			return
		case webhook.Serves(r.URL.EscapedPath()):
			hooks.ServeHTTP(w, r)
			return
		case path == "/":
			s.index(w, r)
			return
		case s.serveHealth(w, r):
			return
		}
		for _, prefix := range prefixes {
			if path == prefix || strings.HasPrefix(path, strings.TrimRight(prefix, "/")+"/") {
				pages[prefix].ServeHTTP(w, r)
				return
			}
		}
		e := platform.Errorf(platform.TypeResourceNotFound,
			"nothing is served at %.200q; the API is below /v1, webhooks are below %s", path, strings.TrimRight(webhook.Prefix, "/"))
		reply.Log(r.Context(), s.logger, "call refused", e, "method", r.Method, "path", path)
		reply.ErrorTo(w, r, e)
	})
}
