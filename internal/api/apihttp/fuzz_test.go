package apihttp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/api/apihttp"
	"github.com/bellhop-dev/bellhop/platform"
)

// FuzzRequest sends anything to any operation: the answer is the operation's or
// a refusal in the wire's form, never a fault of the server.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{"users", "", `{"tags":{"id":"a"}}`},
		{"messages", "tags.x=1&pageSize=5", `{"payload":{"a":[1,{"b":null}]},"schedule":{"delay":1}}`},
		{"states/bot/x/y", "", `{"payload":null,"expiry":null}`},
		{"conversations", "participantIds=a&participantIds=b&afterDate=2026-01-02T03:04:05Z", `[]`},
		{"users/%00", "tags[a]=b&tags={}", "\xff"},
		{"tags/%2F/values", "type=user&nextToken=MC4A", `{"a":1,"a":2}`},
	} {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			f.Add(method, seed[0], seed[1], seed[2])
		}
	}
	h := newHandler(&service{}, apihttp.Config{Rate: 1 << 30})
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u := &url.URL{Path: "/v1/chat/" + path, RawQuery: query}
		if plain, err := url.PathUnescape(path); err == nil {
			u.Path, u.RawPath = "/v1/chat/"+plain, "/v1/chat/"+path
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Method, r.URL = method, u
		r.Header.Set("Authorization", "Bearer good")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code < 300 {
			return
		}
		var e platform.Error
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.ID == "" || e.Message == "" || e.Code != w.Code || w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s?%s %q: %d %s", method, path, query, body, w.Code, w.Body)
		}
	})
}
