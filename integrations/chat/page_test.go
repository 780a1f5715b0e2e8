package chat

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	t.Parallel()
	page := Page(PageConfig{Title: "<Ada>"})
	for path, want := range map[string]struct {
		status int
		part   string
	}{
		"/chat":                  {200, `data-api=""`},
		"/chat/abc-1":            {200, `data-api="/webhooks/abc-1"`},
		"/chat?webhookId=abc":    {200, `&lt;Ada&gt;`},
		"/chat/a%22onload=x":     {404, ""},
		"/chat/assets/chat.js":   {200, "import"},
		"/chat/assets/none.js":   {404, ""},
		"/chat/assets/chat.css":  {200, ":root"},
		"/chat/assets/../x":      {404, ""},
		"/chat/assets/index.htm": {404, ""},
	} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.part) {
			t.Errorf("%s: %d %.80s", path, w.Code, w.Body)
		}
		if csp := w.Header().Get("Content-Security-Policy"); csp == "" || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}
