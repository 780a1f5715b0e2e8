package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/platform"
)

// fetch makes a request without a token.
func (f *fixture) fetch(method, url, body string, header ...string) (*http.Response, string) {
	f.t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res, string(raw)
}

// upload makes a file through the upload's address.
func (f *fixture) upload(c *platform.Client, in platform.UpsertFileInput, content string) platform.File {
	f.t.Helper()
	in.Size = float64(len(content))
	made, err := c.UpsertFile(f.t.Context(), &in)
	if err != nil {
		f.t.Fatal(err)
	}
	if res, body := f.fetch("PUT", made.File.UploadURL, content, "Content-Type", made.File.ContentType); res.StatusCode != 200 {
		f.t.Fatalf("upload: %d %s", res.StatusCode, body)
	}
	got, err := c.GetFile(f.t.Context(), &platform.GetFileInput{ID: made.File.ID})
	if err != nil {
		f.t.Fatal(err)
	}
	return got.File
}

func TestContentsOfFilesAreServed(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	id, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	c := f.srv.Client().With(platform.Caller{BotID: id})
	public := f.upload(c, platform.UpsertFileInput{Key: "dir/ü \"1\".txt", AccessPolicies: []platform.FilePolicy{platform.FilePublic}}, "0123456789")
	res, body := f.fetch("GET", public.URL, "")
	if res.StatusCode != 200 || body != "0123456789" || res.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("public content: %d %v %s", res.StatusCode, res.Header, body)
	}
	tag := res.Header.Get("ETag")
	if res, _ := f.fetch("GET", public.URL, "", "If-None-Match", tag); res.StatusCode != 304 {
		t.Errorf("with its ETag: %d, want 304", res.StatusCode)
	}
	if res, body := f.fetch("GET", public.URL, "", "Range", "bytes=2-4"); res.StatusCode != 206 || body != "234" {
		t.Errorf("a range: %d %s", res.StatusCode, body)
	}
	if res, body := f.fetch("HEAD", public.URL, ""); res.StatusCode != 200 || body != "" || res.ContentLength != 10 {
		t.Errorf("HEAD: %d, %d bytes", res.StatusCode, res.ContentLength)
	}
	private := f.upload(c, platform.UpsertFileInput{Key: "p"}, "private")
	if res, body := f.fetch("GET", private.URL, ""); res.StatusCode != 200 || body != "private" {
		t.Errorf("signed content: %d %s", res.StatusCode, body)
	}
	bare, _, _ := strings.Cut(private.URL, "?")
	res, body = f.fetch("GET", bare, "")
	f.refused(res.StatusCode, []byte(body), 404, platform.TypeResourceNotFound)
	res, body = f.fetch("GET", strings.Replace(private.URL, "signature=", "signature=x", 1), "")
	f.refused(res.StatusCode, []byte(body), 403, platform.TypeForbidden, "address")
	res, body = f.fetch("PUT", private.URL, "changed")
	f.refused(res.StatusCode, []byte(body), 403, platform.TypeForbidden, "uploadUrl")
	res, body = f.fetch("DELETE", private.URL, "")
	f.refused(res.StatusCode, []byte(body), 405, platform.TypeMethodNotFound)
	for _, path := range []string{"/files/", "/files/..%2f..%2fmaster.key", "/files/file_00000000000000000000000000"} {
		res, body = f.fetch("GET", f.srv.URL()+path, "")
		f.refused(res.StatusCode, []byte(body), 404, platform.TypeResourceNotFound)
	}
}

// TestNoBrowserRunsUploads wants that what could hold code is saved, not shown,
// and that nothing is run.
func TestNoBrowserRunsUploads(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	id, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	c := f.srv.Client().With(platform.Caller{BotID: id})
	for kind, want := range map[string]string{
		"text/html": "attachment", "image/svg+xml": "attachment", "application/xhtml+xml": "attachment", "text/xml": "attachment",
		"application/javascript": "attachment", "application/octet-stream": "attachment", "TEXT/HTML; charset=utf-8": "attachment",
		"image/png": "inline", "text/plain": "inline", "application/pdf": "inline", "audio/ogg": "inline", "video/mp4": "inline",
	} {
		file := f.upload(c, platform.UpsertFileInput{Key: kind, ContentType: kind}, "<script>alert(1)</script>")
		res, _ := f.fetch("GET", file.URL, "")
		show, _, _ := strings.Cut(res.Header.Get("Content-Disposition"), ";")
		policy := res.Header.Get("Content-Security-Policy")
		if show != want || res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(policy, "default-src 'none'") ||
			!strings.Contains(policy, "sandbox") && kind != "application/pdf" {
			t.Errorf("%s is served with %v", kind, res.Header)
		}
	}
}
