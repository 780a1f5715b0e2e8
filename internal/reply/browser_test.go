package reply_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
)

// A person in a browser gets a page, a program JSON, both with the status.
func TestErrorTo(t *testing.T) {
	t.Parallel()
	const chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	for name, tt := range map[string]struct {
		method, accept string
		page           bool
	}{
		"a browser":                        {"GET", chromium, true},
		"a browser's head":                 {"HEAD", chromium, true},
		"a browser's form":                 {"POST", chromium, false},
		"curl":                             {"GET", "*/*", false},
		"nothing said":                     {"GET", "", false},
		"the official client":              {"GET", "application/json, text/plain, */*", false},
		"JSON before pages":                {"GET", "text/html;q=0.5, application/json", false},
		"pages before JSON":                {"GET", "application/json;q=0.5, text/html", true},
		"both alike":                       {"GET", "text/html, application/json", false},
		"no pages":                         {"GET", "text/html;q=0", false},
		"what is not of the header's form": {"GET", ";;;, text/html;q=much, q", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "/", nil)
			r.Header.Set("Accept", tt.accept)
			e := platform.Errorf(platform.TypeResourceNotFound, "nothing is served at %s", "/<b>")
			e.RetryAfter = time.Second
			w := httptest.NewRecorder()
			reply.ErrorTo(w, r, e)
			h, body := w.Result().Header, w.Body.String()
			if w.Code != http.StatusNotFound || h.Get("Retry-After") != "1" || h.Get("Vary") != "Accept" || !strings.Contains(body, e.ID) {
				t.Errorf("answered %d %v %s", w.Code, h, body)
			}
			want := "application/json"
			if tt.page {
				want = "text/html; charset=utf-8"
				if !strings.Contains(body, "Nothing is served at /&lt;b&gt;.") {
					t.Errorf("the page does not tell the message: %s", body)
				}
			}
			if got := h.Get("Content-Type"); got != want {
				t.Errorf("Content-Type = %q, want %q", got, want)
			}
		})
	}
}
