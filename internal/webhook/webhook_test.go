package webhook_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/webhook"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// world has one installation, with the webhook "w", whose code is handler.
type world struct {
	handler wire.HandlerFunc
	missing error // why there is no handler
	off     bool
	busy    error // of the look-up
	most    int64 // the integration's own bound of bodies
}

func (w *world) InstallationByWebhook(_ context.Context, id string) (*catalog.Installation, error) {
	if w.busy != nil {
		return nil, w.busy
	}
	if id != "w" {
		return nil, store.ErrNotFound
	}
	return &catalog.Installation{Installation: store.Installation{ID: "inst_1", BotID: "bot_1", Alias: "echo", WebhookID: "w", Enabled: !w.off}, Integration: new(catalog.Integration)}, nil
}

func (w *world) Installation(*catalog.Installation) (wire.Handler, error) {
	return w.handler, w.missing
}

func (w *world) Request(in *catalog.Installation, operation, typ string) *wire.Request {
	return &wire.Request{Operation: operation, Type: typ, BotID: in.BotID, IntegrationAlias: in.Alias}
}

func (w *world) MaxWebhook(*catalog.Integration) int64 { return w.most }

// start serves the world on a real port.
func (w *world) start(t *testing.T, cfg webhook.Config) string {
	t.Helper()
	cfg.Installations, cfg.Resolver = w, w
	srv := httptest.NewServer(webhook.New(cfg))
	t.Cleanup(srv.Close)
	return srv.URL + "/webhooks/w"
}

// echo keeps the request and answers with resp.
func echo(got *platform.WebhookRequest, resp *wire.Response) *world {
	return &world{handler: func(_ context.Context, req *wire.Request) (*wire.Response, error) {
		var body platform.WebhookBody
		if err := json.Unmarshal(req.Body, &body); err != nil {
			return nil, err
		}
		*got = body.Req
		return resp, nil
	}}
}

func do(t *testing.T, method, url string, body io.Reader, header http.Header) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(r.Header, header)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, data
}

func TestRequestsPassThrough(t *testing.T) {
	t.Parallel()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	big := bytes.Repeat([]byte("0123456789abcdef"), 200<<10/16)
	for name, tt := range map[string]struct {
		method, target string // after the webhook
		body           io.Reader
		want           platform.WebhookRequest
	}{
		"plain":           {"POST", "", strings.NewReader(`{"a":1}`), platform.WebhookRequest{Method: "POST", Path: "/", Body: `{"a":1}`}},
		"path and query":  {"GET", "/a/b%2Fc/?x=1&y=%20&x=2", nil, platform.WebhookRequest{Method: "GET", Path: "/a/b%2Fc/", Query: "x=1&y=%20&x=2"}},
		"dots and slashs": {"GET", "//a/../b//", nil, platform.WebhookRequest{Method: "GET", Path: "//a/../b//"}},
		"HEAD":            {"HEAD", "/h", nil, platform.WebhookRequest{Method: "HEAD", Path: "/h"}},
		"OPTIONS":         {"OPTIONS", "/", nil, platform.WebhookRequest{Method: "OPTIONS", Path: "/"}},
		"a method of its own": {"PROPFIND", "/", strings.NewReader("<x/>"),
			platform.WebhookRequest{Method: "PROPFIND", Path: "/", Body: "<x/>"}},
		"DELETE with a body": {"DELETE", "/", strings.NewReader("x"), platform.WebhookRequest{Method: "DELETE", Path: "/", Body: "x"}},
		"binary":             {"PUT", "/", bytes.NewReader(every), platform.WebhookRequest{Method: "PUT", Path: "/", Body: string(every)}},
		"text that JSON escapes": {"POST", "/", strings.NewReader("<&>\u2028\u0000é😀\r\n\""),
			platform.WebhookRequest{Method: "POST", Path: "/", Body: "<&>\u2028\u0000é😀\r\n\""}},
		"chunked": {"POST", "/", io.MultiReader(strings.NewReader("one "), strings.NewReader("two")),
			platform.WebhookRequest{Method: "POST", Path: "/", Body: "one two"}},
		"big": {"POST", "/", bytes.NewReader(big), platform.WebhookRequest{Method: "POST", Path: "/", Body: string(big)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got platform.WebhookRequest
			url := echo(&got, &wire.Response{}).start(t, webhook.Config{})
			res, _ := do(t, tt.method, url+tt.target, tt.body, nil)
			got.Headers = nil
			if diff := cmp.Diff(tt.want, got); diff != "" || res.StatusCode != 200 {
				t.Errorf("status %d, the integration got (-want +got):\n%.2000s", res.StatusCode, diff)
			}
		})
	}
}

// TestWireForm is what the official SDK reads of a body that is no text.
func TestWireForm(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(platform.WebhookRequest{Method: "POST", Path: "/", Headers: map[string]string{}, Body: "caf\xe9"})
	want := `{"method":"POST","path":"/","query":"","headers":{},"body":"café","bodyBase64":"Y2Fm6Q=="}`
	if err != nil || string(raw) != want {
		t.Errorf("got %s, %v; want %s", raw, err, want)
	}
}

func TestHeadersPassThrough(t *testing.T) {
	t.Parallel()
	var got platform.WebhookRequest
	url := echo(&got, &wire.Response{Status: 207, Body: []byte{0, 0xff, '<'}, Header: http.Header{
		"x-own": {"a", "b"}, "Set-Cookie": {"a=1", "b=2"}, "Content-Length": {"999"}, "Connection": {"close"}, "Transfer-Encoding": {"gzip"}, "bad name": {"x"},
	}}).start(t, webhook.Config{})
	res, body := do(t, "POST", url, nil, http.Header{
		"X-Signature": {"one", "two"}, "Cookie": {"a=1", "b=2"}, "X-Latin": {"caf\xe9"}, "X-Empty": {""},
	})
	for name, want := range map[string]string{
		"x-signature": "one, two", "cookie": "a=1; b=2", "x-latin": "café", "x-empty": "", "host": strings.TrimPrefix(strings.TrimSuffix(url, "/webhooks/w"), "http://"),
	} {
		if value, ok := got.Headers[name]; !ok || value != want {
			t.Errorf("header %s is %q, want %q", name, value, want)
		}
	}
	for name := range got.Headers {
		if name != strings.ToLower(name) {
			t.Errorf("header %s is not in lower case", name)
		}
	}
	if res.StatusCode != 207 || !bytes.Equal(body, []byte{0, 0xff, '<'}) || !slices.Equal(res.Header["X-Own"], []string{"a", "b"}) ||
		!slices.Equal(res.Header["Set-Cookie"], []string{"a=1", "b=2"}) || res.ContentLength != 3 || len(res.TransferEncoding) != 0 {
		t.Errorf("the caller got %d %v %x", res.StatusCode, res.Header, body)
	}
	if _, sniffed := res.Header["Content-Type"]; sniffed {
		t.Errorf("a content type that the integration did not give: %v", res.Header)
	}
}

func TestRawQueryBytes(t *testing.T) {
	t.Parallel()
	var got platform.WebhookRequest
	w := echo(&got, &wire.Response{})
	r := httptest.NewRequest("GET", "/webhooks/w", nil)
	r.URL.RawQuery = "a=\xff&b=é"
	rec := httptest.NewRecorder()
	webhook.New(webhook.Config{Installations: w, Resolver: w}).ServeHTTP(rec, r)
	if rec.Code != 200 || got.Query != "a=%FF&b=%C3%A9" {
		t.Errorf("%d %q", rec.Code, got.Query)
	}
}

// refused asks for an error of the wire's form.
func refused(t *testing.T, res *http.Response, body []byte, status int, typ platform.ErrorType) platform.Error {
	t.Helper()
	var e platform.Error
	if err := json.Unmarshal(body, &e); err != nil || res.StatusCode != status || e.Code != status || e.Type != typ || e.ID == "" || e.Message == "" {
		t.Errorf("got %d %.300s, want %d %s", res.StatusCode, body, status, typ)
	}
	if again := res.Header.Get("Retry-After"); (status >= 502 || status == 429) != (again != "") {
		t.Errorf("%d with Retry-After %q", status, again)
	}
	return e
}

func TestWhatCannotBeHandled(t *testing.T) {
	t.Parallel()
	hangs := func(ctx context.Context, _ *wire.Request) (*wire.Response, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	fine := func(context.Context, *wire.Request) (*wire.Response, error) { return &wire.Response{}, nil }
	strange := func(status int) wire.HandlerFunc {
		return func(context.Context, *wire.Request) (*wire.Response, error) {
			return &wire.Response{Status: status}, nil
		}
	}
	for name, tt := range map[string]struct {
		world  world
		path   string
		body   io.Reader
		status int
		typ    platform.ErrorType
	}{
		"no such webhook":    {world{handler: fine}, "/../other", nil, 404, platform.TypeResourceNotFound},
		"disabled":           {world{handler: fine, off: true}, "", nil, 404, platform.TypeResourceNotFound},
		"busy database":      {world{busy: store.ErrBusy}, "", nil, 503, platform.TypeInternal},
		"broken database":    {world{busy: errors.New("opensesame")}, "", nil, 500, platform.TypeInternal},
		"no code":            {world{missing: errors.New("opensesame")}, "", nil, 503, platform.TypeInternal},
		"unreachable":        {world{handler: func(context.Context, *wire.Request) (*wire.Response, error) { return nil, errors.New("opensesame") }}, "", nil, 502, platform.TypeInternal},
		"hangs":              {world{handler: hangs}, "", nil, 504, platform.TypeOperationTimeout},
		"status 99":          {world{handler: strange(99)}, "", nil, 502, platform.TypeInternal},
		"status 100":         {world{handler: strange(100)}, "", nil, 502, platform.TypeInternal},
		"status 1000":        {world{handler: strange(1000)}, "", nil, 502, platform.TypeInternal},
		"status -1":          {world{handler: strange(-1)}, "", nil, 502, platform.TypeInternal},
		"oversize":           {world{handler: fine}, "", bytes.NewReader(make([]byte, 1025)), 413, platform.TypePayloadTooLarge},
		"oversize in chunks": {world{handler: fine}, "", io.MultiReader(bytes.NewReader(make([]byte, 1025))), 413, platform.TypePayloadTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := tt.world.start(t, webhook.Config{MaxBody: 1024, Timeout: 50 * time.Millisecond})
			if tt.path != "" {
				url = strings.TrimSuffix(url, "w") + "other"
			}
			res, body := do(t, "POST", url, tt.body, nil)
			refused(t, res, body, tt.status, tt.typ)
			if bytes.Contains(body, []byte("opensesame")) {
				t.Errorf("the caller is told %s", body)
			}
		})
	}
}

// TestFaultsOfTheIntegrationAreNotTold has code whose own call was refused:
// its SDK words that as an error, which is not for the outside caller.
func TestFaultsOfTheIntegrationAreNotTold(t *testing.T) {
	t.Parallel()
	const id = "err_20260102030405x1A2B3C4D"
	for name, tt := range map[string]struct {
		resp  wire.Response
		id    string // of the error; "" when the answer is the integration's own
		after string
	}{
		"the platform refused":  {wire.Response{Status: 500, Body: []byte(`{"id":"` + id + `","code":401,"type":"Unauthorized","message":"opensesame"}`)}, id, ""},
		"official SDK":          {wire.Response{Status: 500, Body: []byte(`{"id":"` + id + `","code":400,"type":"Runtime","message":"opensesame"}`)}, id, ""},
		"official SDK, headers": {wire.Response{Status: 500, Body: []byte(`{"error":"opensesame"}`)}, "err_", ""},
		"asks to come back":     {wire.Response{Status: 503, Header: http.Header{"Retry-After": {"7"}}, Body: []byte(`{"id":"x","code":503,"type":"Internal","message":"opensesame"}`)}, "err_", "7"},
		"a page of its own":     {wire.Response{Status: 500, Body: []byte(`<h1>sorry</h1>`)}, "", ""},
		"a refusal of its own":  {wire.Response{Status: 400, Body: []byte(`{"code":400,"type":"Runtime","message":"no such room"}`)}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := echo(new(platform.WebhookRequest), &tt.resp).start(t, webhook.Config{})
			res, body := do(t, "POST", url, nil, nil)
			if tt.id == "" {
				if res.StatusCode != tt.resp.Status || !bytes.Equal(body, tt.resp.Body) {
					t.Errorf("got %d %s, want the integration's own answer", res.StatusCode, body)
				}
				return
			}
			var e platform.Error
			if err := json.Unmarshal(body, &e); err != nil || e.Code != tt.resp.Status || e.Type != platform.TypeInternal || !strings.HasPrefix(e.ID, tt.id) {
				t.Errorf("got %d %s", res.StatusCode, body)
			}
			if bytes.Contains(body, []byte("opensesame")) || res.Header.Get("Retry-After") != tt.after {
				t.Errorf("the caller is told %s, to come back after %q", body, res.Header.Get("Retry-After"))
			}
		})
	}
}

func TestOverload(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	w := &world{handler: func(context.Context, *wire.Request) (*wire.Response, error) {
		begun <- struct{}{}
		<-release
		return &wire.Response{}, nil
	}}
	defer close(release)
	call := func(url string, size int) {
		r, err := http.Post(url, "", strings.NewReader(strings.Repeat("x", size)))
		if err == nil {
			r.Body.Close()
		}
	}
	url := w.start(t, webhook.Config{Concurrent: 1})
	go call(url, 1)
	<-begun
	res, body := do(t, "POST", url, nil, nil)
	refused(t, res, body, 503, platform.TypeInternal)

	url = w.start(t, webhook.Config{MaxBody: 1000, MaxBytes: 1500})
	go call(url, 900)
	<-begun
	res, body = do(t, "POST", url, strings.NewReader(strings.Repeat("x", 700)), nil)
	refused(t, res, body, 503, platform.TypeInternal)
	res, body = do(t, "POST", url, io.MultiReader(strings.NewReader("x")), nil)
	refused(t, res, body, 503, platform.TypeInternal) // it might be as long as any
	res, body = do(t, "POST", url, strings.NewReader(strings.Repeat("\x01", 150)), nil)
	refused(t, res, body, 503, platform.TypeInternal) // it is six times as long for the integration
	res, body = do(t, "POST", url, strings.NewReader(strings.Repeat("\xff", 150)), nil)
	refused(t, res, body, 503, platform.TypeInternal)
	go call(url, 600)
	<-begun // what fits is let in
}

// TestAnswersAreNotGuessedAt: a handshake gives back what its caller sent,
// mostly without a type. A browser that took it for a page would run it on the
// origin of the chat page.
func TestAnswersAreNotGuessedAt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		header http.Header
		want   string
	}{
		"no type":           {nil, "nosniff"},
		"a type":            {http.Header{"Content-Type": {"text/plain"}}, "nosniff"},
		"it says so itself": {http.Header{"x-content-type-options": {"nosniff"}}, "nosniff"},
		"it says otherwise": {http.Header{"X-Content-Type-Options": {"sniff"}}, "sniff"},
	} {
		url := echo(new(platform.WebhookRequest), &wire.Response{Header: tt.header, Body: []byte("<script>")}).start(t, webhook.Config{})
		res, _ := do(t, "POST", url, nil, nil)
		if got := strings.Join(res.Header["X-Content-Type-Options"], ","); got != tt.want {
			t.Errorf("%s: X-Content-Type-Options is %q, want %q", name, got, tt.want)
		}
	}
}

// TestBodyThatDoesNotEnd is of a caller that goes away in the middle.
func TestBodyThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	called := make(chan struct{}, 1)
	w := &world{handler: func(context.Context, *wire.Request) (*wire.Response, error) {
		called <- struct{}{}
		return &wire.Response{}, nil
	}}
	url := w.start(t, webhook.Config{})
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/webhooks/w"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /webhooks/w HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 400 || len(called) != 0 {
		t.Errorf("status %d, called %d times; want 400 and no call", res.StatusCode, len(called))
	}
}
