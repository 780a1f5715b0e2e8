package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const base = "https://bellhop.test/webhooks/hook"

// server serves the files by their ids.
func server(files map[string]*media.File) *media.Server {
	return &media.Server{
		Max:    10,
		Secret: func(context.Context, *integration.Call) (string, error) { return "secret", nil },
		Open: func(_ context.Context, _ *integration.Call, id string) (*media.File, error) {
			if f := files[id]; f != nil {
				return f, nil
			}
			if id == "busy" {
				return nil, chatkit.NoAnswer("Vendor", errors.New("reset"))
			}
			return nil, &chatkit.Error{Vendor: "Vendor", Status: 404, Message: "it is not there any more"}
		},
	}
}

func file(text, typ string) *media.File {
	return &media.File{Body: io.NopCloser(strings.NewReader(text)), Type: typ, Size: int64(len(text))}
}

// link is the address of the id, as the integration gives it out.
func link(t *testing.T, d *media.Server, id, name string, life time.Duration) *url.URL {
	t.Helper()
	text, err := d.Link(t.Context(), &integration.Call{WebhookID: "hook", WebhookURL: base}, id, name, life)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(text)
	if err != nil || !strings.HasPrefix(text, base+media.Path) {
		t.Fatalf("Link = %q, %v", text, err)
	}
	return u
}

// handler is an integration that has nothing but the files.
func handler(t *testing.T, d *media.Server) wire.Handler {
	t.Helper()
	m := integration.NewMux(integration.Definition{Name: "x", Version: "1.0.0"}, integration.Env{})
	m.OnWebhook(func(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
		if resp, handled, err := d.Serve(ctx, call, req); handled {
			return resp, err
		}
		return integration.Text(http.StatusTeapot, "other"), nil
	})
	h, err := m.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return media.Streaming(h)
}

// whole opens the address where a file is read whole, as in a remote process.
func whole(t *testing.T, h wire.Handler, method string, u *url.URL) *wire.Response {
	t.Helper()
	body, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
		Method: method, Path: strings.TrimPrefix(u.EscapedPath(), "/webhooks/hook"), Query: u.RawQuery}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := h.Handle(t.Context(), &wire.Request{Operation: wire.OpWebhookReceived, WebhookID: "hook", WebhookURL: base, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// streamed opens the address in the server's process.
func streamed(t *testing.T, h wire.Handler, method string, u *url.URL) (resp *httptest.ResponseRecorder, broke bool) {
	t.Helper()
	resp = httptest.NewRecorder()
	defer func() { broke = recover() != nil }()
	req := httptest.NewRequest(method, "https://bellhop.test"+strings.TrimPrefix(u.EscapedPath(), "/webhooks/hook")+"?"+u.RawQuery, http.NoBody)
	if !h.(wire.Streamer).Stream(resp, req, &wire.Request{Operation: wire.OpWebhookReceived, WebhookID: "hook", WebhookURL: base}) {
		t.Fatal("it was not streamed")
	}
	return resp, false
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		id, as string
		file   *media.File
		status int
		body   string
		header map[string]string
	}{
		"picture":   {"a/b", "cat.png", file("pixels", "image/png"), 200, "pixels", map[string]string{"Content-Type": "image/png", "Content-Disposition": "inline; filename=cat.png"}},
		"page":      {"1", "x.html", file("<html>", "text/html; charset=utf-8"), 200, "<html>", map[string]string{"Content-Disposition": "attachment; filename=x.html", "X-Content-Type-Options": "nosniff"}},
		"drawing":   {"1", "", file("<svg>", "image/svg+xml"), 200, "<svg>", map[string]string{"Content-Disposition": "attachment; filename=file"}},
		"no type":   {"1", "../a", file("x", ""), 200, "x", map[string]string{"Content-Type": "application/octet-stream"}},
		"at limit":  {"1", "a", file("0123456789", ""), 200, "0123456789", nil},
		"too large": {"1", "a", file("0123456789x", ""), 502, "the file has 11 bytes; at most 10 are served", nil},
		"gone":      {"2", "a", nil, 410, "Vendor refused: it is not there any more", nil},
		"busy":      {"busy", "a", nil, 503, "the file cannot be read now; try again", map[string]string{"Retry-After": "10"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check := func(how string, status int, header http.Header, body string) {
				if status != c.status || body != c.body {
					t.Errorf("%s: %d %q, want %d %q", how, status, body, c.status, c.body)
				}
				for key, want := range c.header {
					if got := header.Get(key); got != want {
						t.Errorf("%s: %s is %q, want %q", how, key, got, want)
					}
				}
				if status == 200 && !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
					t.Errorf("%s: the file may act as a page", how)
				}
			}
			content := ""
			fresh := func() *media.Server { // a file is read once
				files := map[string]*media.File{}
				if c.file != nil {
					files[c.id] = &media.File{Body: io.NopCloser(strings.NewReader(content)), Type: c.file.Type, Size: c.file.Size}
				}
				return server(files)
			}
			if c.file != nil {
				raw, _ := io.ReadAll(c.file.Body)
				content = string(raw)
			}
			u := link(t, fresh(), c.id, c.as, time.Hour)
			resp := whole(t, handler(t, fresh()), "GET", u)
			check("whole", resp.Status, resp.Header, string(resp.Body))
			rec, _ := streamed(t, handler(t, fresh()), "GET", u)
			check("streamed", rec.Code, rec.Header(), rec.Body.String())
		})
	}
}

func TestOnlyWhatWasGivenOut(t *testing.T) {
	t.Parallel()
	d := server(map[string]*media.File{"1": file("one", "text/plain"), "2": file("two", "text/plain")})
	h := handler(t, d)
	good := link(t, d, "1", "a.txt", time.Hour)
	change := func(fn func(u *url.URL, q url.Values)) *url.URL {
		u, q := *good, good.Query()
		fn(&u, q)
		u.RawQuery = q.Encode()
		return &u
	}
	for name, u := range map[string]*url.URL{
		"other file":    change(func(u *url.URL, _ url.Values) { u.Path = strings.Replace(u.Path, "/1/", "/2/", 1) }),
		"longer":        change(func(_ *url.URL, q url.Values) { q.Set("until", "99999999999") }),
		"for ever":      change(func(_ *url.URL, q url.Values) { q.Del("until") }),
		"no signature":  change(func(_ *url.URL, q url.Values) { q.Del("sig") }),
		"bad signature": change(func(_ *url.URL, q url.Values) { q.Set("sig", "?") }),
	} {
		if resp := whole(t, h, "GET", u); resp.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, resp.Status, resp.Body)
		}
	}
	if resp := whole(t, h, "POST", good); resp.Status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", resp.Status)
	}
	if resp := whole(t, h, "HEAD", good); resp.Status != http.StatusOK || len(resp.Body) > 0 {
		t.Errorf("HEAD: %d %s", resp.Status, resp.Body)
	}
	other, _ := url.Parse(base + "/")
	if resp := whole(t, h, "GET", other); resp.Status != http.StatusTeapot {
		t.Errorf("another path: %d", resp.Status)
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	d, call := server(nil), &integration.Call{WebhookID: "hook", WebhookURL: base}
	var address string
	for _, want := range []string{"a:b", "1:2", "//x", "?a=b#c", "a/b c"} {
		var err error
		if address, err = d.Link(t.Context(), call, want, "x.txt", 0); err != nil {
			t.Fatal(err)
		}
		if id, ok := d.ID(t.Context(), call, address); !ok || id != want {
			t.Errorf("ID(%q) = %q, %v, want %q", address, id, ok, want)
		}
	}
	for _, other := range []string{"https://x.test/media/1/a?sig=x", address + "x", strings.Replace(address, "c/", "d/", 1), base + media.Path, ""} {
		if id, ok := d.ID(t.Context(), call, other); ok {
			t.Errorf("ID(%q) = %q, want none", other, id)
		}
	}
}

func TestAddressExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := server(map[string]*media.File{"1": file("one", "text/plain"), "2": file("two", "text/plain")})
		h := handler(t, d)
		hour, ever := link(t, d, "1", "a", time.Hour), link(t, d, "2", "a", 0)
		<-time.After(time.Hour + 2*time.Second)
		if resp := whole(t, h, "GET", hour); resp.Status != http.StatusGone {
			t.Errorf("after its time: %d %s", resp.Status, resp.Body)
		}
		if resp := whole(t, h, "GET", ever); resp.Status != http.StatusOK {
			t.Errorf("for ever: %d %s", resp.Status, resp.Body)
		}
	})
}

func TestBrokenFileBreaksTheAnswer(t *testing.T) {
	t.Parallel()
	short := &media.File{Body: io.NopCloser(bytes.NewReader([]byte("1234"))), Size: 8}
	d := server(map[string]*media.File{"1": short})
	if resp, broke := streamed(t, handler(t, d), "GET", link(t, d, "1", "a", 0)); !broke {
		t.Errorf("a file that broke off was answered %d %q", resp.Code, resp.Body)
	}
}
