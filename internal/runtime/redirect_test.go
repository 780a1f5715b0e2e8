package runtime

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The error of a delivery names where a bot's address redirects to.
func TestRedirectIsNamed(t *testing.T) {
	t.Parallel()
	moved := httptest.NewServer(http.RedirectHandler("https://bots.example.com/new", http.StatusMovedPermanently))
	t.Cleanup(moved.Close)
	resp, err := callBot(t, remote(t, Config{AllowPrivate: true}), moved.URL)
	if err != nil {
		t.Fatal(err)
	}
	if text := classify(resp).Err.Error(); !strings.Contains(text, "301") || !strings.Contains(text, "https://bots.example.com/new") || !strings.Contains(text, "redirects are not followed") {
		t.Errorf("the error is %q", text)
	}
}
