package serve_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/serve"
	"github.com/bellhop-dev/bellhop/wire"
)

// Code without a token, or with one that the platform does not accept, does not begin to serve.
func TestServeWantsAValidToken(t *testing.T) {
	t.Parallel()
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer good" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"id":"err_1","code":401,"type":"Unauthorized","message":"the token is not known here"}`))
			return
		}
		w.WriteHeader(http.StatusBadRequest) // an integration's key names no bot
		_, _ = w.Write([]byte(`{"id":"err_2","code":400,"type":"InvalidPayload","message":"header x-bot-id is missing"}`))
	}))
	t.Cleanup(platform.Close)
	for name, tt := range map[string]struct {
		url, token string
		says       string // "" means that it serves
	}{
		"missing":         {platform.URL, "", "set BP_TOKEN; `bellhop token create bot` creates one"},
		"wrong":           {platform.URL, "bad", "does not accept the token (BP_TOKEN): the token is not known here"},
		"right":           {platform.URL, "good", ""},
		"platform is off": {"http://127.0.0.1:1", "good", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			served := false
			err := serve.Settings{
				Addr: "127.0.0.1:0", APIURL: tt.url, Token: tt.token, Getenv: func(string) string { return "" },
				Ready: func(net.Addr) { served = true; cancel() },
			}.Serve(ctx, serve.Code{Subject: "bot", Name: "b", New: func(serve.Env) (wire.Handler, error) { return nil, nil }})
			if served != (tt.says == "") {
				t.Errorf("it serves: %v, error %v", served, err)
			}
			if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("Serve = %v, want %q in it", err, tt.says)
			}
		})
	}
}
