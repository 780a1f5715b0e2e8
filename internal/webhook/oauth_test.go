package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/webhook"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// What an integration answers steers the platform, and tells a browser how it
// went: refusals with their words, faults without.
func TestAnswersThatSteer(t *testing.T) {
	t.Parallel()
	header := func(pairs ...string) http.Header {
		h := http.Header{"X-Bp-Integration-Identifier": {"T1"}}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	const fault = `{"id":"err_20261124010935x1A2B3C4D","code":401,"type":"Unauthorized","message":"opensesame"}`
	for name, tt := range map[string]struct {
		resp    wire.Response
		claimed string
		says    string // of the page that a browser is led to
		status  int    // of the answer to a browser
	}{
		"good":               {wire.Response{Header: header()}, "T1", "success=true", 302},
		"redirects":          {wire.Response{Status: 303, Header: header("Location", "/x", "X-Bp-Disable-Interstitial", "true")}, "T1", "/x", 303},
		"refused":            {wire.Response{Status: 400, Header: header(), Body: []byte(`{"message":"the code is old"}`)}, "", "the code is old", 302},
		"a fault":            {wire.Response{Status: 500, Header: header(), Body: []byte(fault)}, "", "err_20261124010935x1A2B3C4D", 302},
		"a fault, passed on": {wire.Response{Status: 500, Header: header("X-Bp-Disable-Interstitial", "true"), Body: []byte(fault)}, "", "err_20261124010935x1A2B3C4D", 302},
		"a fault of headers": {wire.Response{Status: 500, Header: header(), Body: []byte(`{"error":"opensesame"}`)}, "", "could not handle", 302},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var claimed atomic.Value
			claimed.Store("")
			w := echo(new(platform.WebhookRequest), &tt.resp)
			cfg := webhook.Config{Installations: w, Resolver: w, Claim: func(_ context.Context, _ *catalog.Installation, id string) error {
				claimed.Store(id)
				return nil
			}}
			srv := httptest.NewServer(webhook.New(cfg))
			t.Cleanup(srv.Close)
			r, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/oauth?code=c&state=w", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultTransport.RoundTrip(r) // follows nothing
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			to, err := url.QueryUnescape(res.Header.Get("Location"))
			if err != nil || res.StatusCode != tt.status || !strings.Contains(to, tt.says) || strings.Contains(to, "opensesame") {
				t.Errorf("a browser is answered %d, to %q; want %d with %q", res.StatusCode, to, tt.status, tt.says)
			}
			if got := claimed.Load(); got != tt.claimed {
				t.Errorf("claimed %q, want %q", got, tt.claimed)
			}
			out, _ := do(t, "POST", srv.URL+"/webhooks/w", nil, nil)
			for _, h := range []http.Header{res.Header, out.Header} {
				for key := range h {
					if strings.HasPrefix(key, "X-Bp-") {
						t.Errorf("the caller is told %s", key)
					}
				}
			}
		})
	}
}

// A body over the integration's own bound is refused before it is read.
func TestIntegrationsBoundOfBodies(t *testing.T) {
	t.Parallel()
	w := echo(new(platform.WebhookRequest), &wire.Response{})
	w.most = 1000
	address := w.start(t, webhook.Config{MaxBody: 5000})
	body := func(n int) io.Reader { return strings.NewReader(strings.Repeat("x", n)) }
	if res, got := do(t, "POST", address, body(1000), nil); res.StatusCode != 200 {
		t.Errorf("a body of the bound: %d %s", res.StatusCode, got)
	}
	for name, long := range map[string]io.Reader{"that tells its length": body(1001), "that does not": io.MultiReader(body(1001))} {
		res, got := do(t, "POST", address, long, nil)
		refused(t, res, got, 413, platform.TypePayloadTooLarge)
		if !strings.Contains(string(got), "1000 bytes") {
			t.Errorf("a longer one %s: %s", name, got)
		}
	}
	w.most = 1 << 20 // the server's holds in any case
	res, got := do(t, "POST", address, body(5001), nil)
	refused(t, res, got, 413, platform.TypePayloadTooLarge)
}
