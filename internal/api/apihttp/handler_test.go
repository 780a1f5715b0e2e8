package apihttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/api/apihttp"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// service lets "good" in and keeps the input of the last call.
type service struct {
	got  any
	call func(op *platform.Operation) error // nil answers with an empty output
}

func (s *service) Authenticate(_ context.Context, caller platform.Caller) (*api.Identity, error) {
	if caller.Token == "" {
		return nil, nil
	}
	return &api.Identity{Scope: platform.ScopeAccount, Token: &store.Token{ID: caller.Token}}, nil
}

func (s *service) Admit(id *api.Identity, op *platform.Operation) error {
	if id == nil {
		return platform.Errorf(platform.TypeUnauthorized, "operation %s needs a token", op.Name)
	}
	return nil
}

func (s *service) Call(_ context.Context, _ *api.Identity, op *platform.Operation, in, _ any) error {
	s.got = in
	if s.call != nil {
		return s.call(op)
	}
	return nil
}

func newHandler(s *service, cfg apihttp.Config) *apihttp.Handler {
	cfg.Service, cfg.Operations = s, platform.Operations()
	return apihttp.New(cfg)
}

func request(method, target, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer good")
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// refused asks for an error of the wire's form.
func refused(t *testing.T, w *httptest.ResponseRecorder, typ platform.ErrorType, says string) {
	t.Helper()
	var e platform.Error
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.ID == "" || e.Code != w.Code {
		t.Fatalf("%d %.300s is not an error of the wire's form", w.Code, w.Body)
	}
	if e.Type != typ || !strings.Contains(e.Message, says) {
		t.Errorf("got %s %.300q, want %s naming %q", e.Type, e.Message, typ, says)
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	const message = `"conversationId":"c","userId":"u","type":"text","payload":{"text":"a"},"tags":{}`
	for name, tt := range map[string]struct{ path, body, says string }{
		"cut off":             {"/v1/chat/users", `{"tags":{"a":"b"`, "body"},
		"two values":          {"/v1/chat/users", `{"tags":{}} {}`, "body"},
		"no JSON":             {"/v1/chat/users", "\x00\x01<html>", "body"},
		"an array":            {"/v1/chat/users", `[]`, "body"},
		"a text":              {"/v1/chat/users", `"x"`, "body"},
		"number for a text":   {"/v1/chat/users", `{"tags":{},"name":7}`, "name"},
		"object for a tag":    {"/v1/chat/users", `{"tags":{"id":{}}}`, "tags.id"},
		"text for tags":       {"/v1/chat/users", `{"tags":"x"}`, "tags"},
		"text for a list":     {"/v1/chat/users/get-or-create", `{"tags":{},"discriminateByTags":"id"}`, "discriminateByTags"},
		"a name twice":        {"/v1/chat/users", `{"tags":{"id":"1","id":"2"}}`, "tags.id"},
		"tags twice":          {"/v1/chat/users", `{"tags":{"id":"1"},"tags":{"id":"2"}}`, "tags"},
		"twice in a payload":  {"/v1/chat/messages", `{"conversationId":"c","payload":{"text":"a","text":"b"}}`, "payload.text"},
		"zero character":      {"/v1/chat/users", `{"tags":{"id":"a\u0000"}}`, "tags.id"},
		"zero in a name":      {"/v1/chat/users", `{"tags":{"i\u0000d":"a"}}`, "tags"},
		"zero in a list":      {"/v1/chat/users/get-or-create", `{"tags":{},"discriminateByTags":["i\u0000"]}`, "discriminateByTags"},
		"zero deeper":         {"/v1/chat/initialize-incoming-message", `{"user":{"tags":{},"name":"\u0000"}}`, "user.name"},
		"nested too deep":     {"/v1/chat/messages", `{"payload":` + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_001), "body"},
		"arrays too deep":     {"/v1/chat/messages", `{"payload":{"a":` + strings.Repeat("[", 100_000), "body"},
		"time that is none":   {"/v1/chat/messages", `{` + message + `,"schedule":{"dateTime":"soon"}}`, "schedule"},
		"delay that is none":  {"/v1/chat/messages", `{` + message + `,"schedule":{"delay":"soon"}}`, "schedule"},
		"delay without bound": {"/v1/chat/messages", `{` + message + `,"schedule":{"delay":1e300}}`, "schedule"},
		"expiry beyond JSON":  {"/v1/chat/states/bot/b/n", `{"payload":{},"expiry":1e999}`, "expiry"},
		"expiry of two words": {"/v1/chat/states/bot/b/n", `{"payload":{},"expiry":9223372036854775808}`, "expiry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{}
			w := serve(newHandler(s, apihttp.Config{}), request("POST", tt.path, tt.body))
			refused(t, w, platform.TypeInvalidPayload, tt.says)
			if s.got != nil {
				t.Errorf("the operation was called with %+v", s.got)
			}
		})
	}
}

func TestBodiesThatAreTaken(t *testing.T) {
	t.Parallel()
	s := &service{}
	h := newHandler(s, apihttp.Config{})
	if w := serve(h, request("POST", "/v1/chat/users", `{"tags":{"a":null,"b":"1"},"name":"x","whoKnows":[1]}`)); w.Code != 201 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if in := s.got.(*platform.CreateUserInput); in.Tags["a"] != "" || in.Tags["b"] != "1" || in.Name != "x" {
		t.Errorf("got %+v", in)
	}
	body := `{"payload":{"text":"a\u0000b"},"schedule":{"delay":1500.4}}`
	if w := serve(h, request("POST", "/v1/chat/messages", body)); w.Code != 201 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if in := s.got.(*platform.CreateMessageInput); string(in.Payload) != `{"text":"a\u0000b"}` || *in.Schedule.Delay != 1500 {
		t.Errorf("got %s, %+v", in.Payload, in.Schedule)
	}
	for text, want := range map[string]platform.Field[int64]{
		`{"payload":{}}`: {}, `{"payload":{},"expiry":null}`: platform.Null[int64](), `{"payload":{},"expiry":6e4}`: platform.Set[int64](60_000),
	} {
		serve(h, request("POST", "/v1/chat/states/bot/b/n", text))
		if in := s.got.(*platform.SetStateInput); in.Expiry != want {
			t.Errorf("%s: %+v, want %+v", text, in.Expiry, want)
		}
	}
	// Old clients send {} with a GET, and an empty body with anything else.
	for _, r := range []*http.Request{request("GET", "/v1/chat/users", "{}"), request("GET", "/v1/chat/users", "rubbish"), request("HEAD", "/v1/chat/users", ""), request("DELETE", "/v1/chat/users/u", "")} {
		if w := serve(h, r); w.Code != 200 {
			t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
		}
	}
}

func TestPathsAndQueries(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, target string
		typ            platform.ErrorType
		says           string
	}{
		"no id":               {"GET", "/v1/chat/users/", platform.TypeInvalidIdentifier, "id"},
		"no id in the middle": {"GET", "/v1/chat/states/bot//name", platform.TypeInvalidIdentifier, "id"},
		"zero byte":           {"GET", "/v1/chat/users/a%00", platform.TypeInvalidIdentifier, "id"},
		"not UTF-8":           {"GET", "/v1/chat/users/%ff", platform.TypeInvalidIdentifier, "id"},
		"dots are not walked": {"GET", "/v1/chat/users/../bots", platform.TypeMethodNotFound, "/v1/chat/users/../bots"},
		"no operation":        {"GET", "/v1/chat/nothing", platform.TypeMethodNotFound, "nothing"},
		"another method":      {"PATCH", "/v1/chat/users", platform.TypeMethodNotFound, "PATCH"},
		"page size text":      {"GET", "/v1/chat/users?pageSize=ten", platform.TypeInvalidQuery, "pageSize"},
		"page size overflow":  {"GET", "/v1/chat/users?pageSize=99999999999999999999", platform.TypeInvalidQuery, "pageSize"},
		"count overflow":      {"GET", "/v1/chat/conversations?minMessageCount=1e5", platform.TypeInvalidQuery, "minMessageCount"},
		"a time that is none": {"GET", "/v1/chat/users?afterDate=yesterday", platform.TypeInvalidQuery, "afterDate"},
		"zero in a value":     {"GET", "/v1/chat/users?conversationId=%00", platform.TypeInvalidQuery, "conversationId"},
		"zero in a tag":       {"GET", "/v1/chat/users?tags.a=%ff", platform.TypeInvalidQuery, "tags.a"},
		"bad escape":          {"GET", "/v1/chat/users?a=%zz", platform.TypeInvalidQuery, "query"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, serve(newHandler(&service{}, apihttp.Config{}), request(tt.method, tt.target, "")), tt.typ, tt.says)
		})
	}
	s := &service{}
	h := newHandler(s, apihttp.Config{})
	serve(h, request("GET", "/v1/chat/users/a%2Fb%20c%23", ""))
	if in := s.got.(*platform.GetUserInput); in.ID != "a/b c#" {
		t.Errorf("escaped path: %+v", in)
	}
	serve(h, request("GET", "/v1/chat/conversations?participantIds=a&participantIds=b&tags.x%3Aid=1&tags[y.z]=2&unknown=3", ""))
	if in := s.got.(*platform.ListConversationsInput); fmt.Sprint(in.ParticipantIDs, in.Tags) != "[a b] map[x:id:1 y.z:2]" {
		t.Errorf("query: %v %v", in.ParticipantIDs, in.Tags)
	}
	if w := serve(h, request("POST", "/v1/chat/users/", `{"tags":{}}`)); w.Code != 201 {
		t.Errorf("a slash too many: %d %s", w.Code, w.Body)
	}
}

// unread is a body that nobody may read.
type unread struct{ t *testing.T }

func (b unread) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, io.EOF
}

func TestNoBodyIsReadOfOneWhoMayNot(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "/v1/admin/integrations", unread{t})
	refused(t, serve(newHandler(&service{}, apihttp.Config{}), r), platform.TypeUnauthorized, "token")
}

func TestOversizeBody(t *testing.T) {
	t.Parallel()
	big := strings.NewReader(`{"name":"` + strings.Repeat("x", 1<<20) + `"}`)
	r := httptest.NewRequest("POST", "/v1/chat/users", io.MultiReader(big)) // of unknown length
	r.Header.Set("Authorization", "Bearer good")
	refused(t, serve(newHandler(&service{}, apihttp.Config{}), r), platform.TypePayloadTooLarge, "1048576")
}

// slow is a connection that knows deadlines, with a body that wants one.
type slow struct {
	*httptest.ResponseRecorder
	read, write []time.Time
}

func (s *slow) SetReadDeadline(t time.Time) error  { s.read = append(s.read, t); return nil }
func (s *slow) SetWriteDeadline(t time.Time) error { s.write = append(s.write, t); return nil }

func TestBodiesHaveDeadlines(t *testing.T) {
	t.Parallel()
	w := &slow{ResponseRecorder: httptest.NewRecorder()}
	newHandler(&service{}, apihttp.Config{}).ServeHTTP(w, request("POST", "/v1/chat/users", `{"tags":{}}`))
	for what, got := range map[string][]time.Time{"reading": w.read, "writing": w.write} {
		if len(got) != 2 || time.Until(got[0]) > 2*time.Minute || !got[1].IsZero() {
			t.Errorf("deadlines of %s: %v, want one and none again", what, got)
		}
	}
}

func TestOverload(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	block := &service{call: func(op *platform.Operation) error {
		if op.Name == "createUser" {
			begun <- struct{}{}
			<-release
		}
		return nil
	}}
	full := newHandler(block, apihttp.Config{Concurrent: 2, OneCaller: 1})
	go serve(full, request("POST", "/v1/chat/users", "{}"))
	<-begun
	w := serve(full, request("GET", "/v1/chat/users", ""))
	refused(t, w, platform.TypeRateLimited, "running")
	if w.Code != 429 || w.Header().Get("Retry-After") != "1" || w.Header().Get("Ratelimit-Reset") != "1" {
		t.Errorf("%d %v, want 429 and when to come back", w.Code, w.Header())
	}
	other := request("POST", "/v1/chat/users", "{}")
	other.Header.Set("Authorization", "Bearer other")
	go serve(full, other)
	<-begun // another caller is let in
	w = serve(full, request("GET", "/v1/chat/users", ""))
	refused(t, w, platform.TypeInternal, "as many calls")
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %v, want 503 and when to come back", w.Code, w.Header())
	}
	close(release)
}

func TestRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(&service{}, apihttp.Config{Rate: 3})
		for second := range 2 {
			for i := range 5 {
				w := serve(h, request("GET", "/v1/chat/users", ""))
				want, left := 200, 2-i
				if i >= 3 {
					want, left = 429, 0
				}
				head := w.Header()
				if w.Code != want || head.Get("Ratelimit-Limit") != "3" || head.Get("Ratelimit-Remaining") != strconv.Itoa(left) || head.Get("Ratelimit-Reset") != "1" {
					t.Errorf("call %d of second %d: %d %v, want %d", i, second, w.Code, head, want)
				}
			}
			<-time.After(time.Second)
		}
	})
}
