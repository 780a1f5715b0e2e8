package slack_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// sentFile has Ada send a file and returns the address that the bot gets.
func sentFile(b *bench, f *slacktest.File) *url.URL {
	b.Helper()
	b.fake.Keep(f)
	raw, err := json.Marshal([]any{b.fake.Describe(f.ID)})
	if err != nil {
		b.Fatal(err)
	}
	b.tell("Ev1", said(`,"text":"","subtype":"file_share","files":`+string(raw)))
	out, err := client(b).ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err != nil || len(out.Messages) != 1 {
		b.Fatalf("messages %+v, %v", out, err)
	}
	var p map[string]string
	if err := json.Unmarshal(out.Messages[0].Payload, &p); err != nil {
		b.Fatal(err)
	}
	u, err := url.Parse(p["imageUrl"] + p["fileUrl"])
	if err != nil || !strings.HasPrefix(u.String(), hookURL) {
		b.Fatalf("the file's address is %s, %v", u, err)
	}
	return u
}

func open(b *bench, u *url.URL) *wire.Response {
	b.Helper()
	return b.webhook(platform.WebhookRequest{Method: "GET", Path: strings.TrimPrefix(u.EscapedPath(), "/webhooks/hook"), Query: u.RawQuery})
}

func TestFilesOfPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := sentFile(b, &slacktest.File{ID: "F1", Name: "cat.png", Title: "Cat", Type: "image/png", Content: []byte("pixels")})
	if strings.Contains(u.String(), slacktest.BotToken) {
		t.Error("the address holds the token")
	}
	resp := open(b, u)
	if resp.Status != 200 || string(resp.Body) != "pixels" || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the file is %d %q, %v", resp.Status, resp.Body, resp.Header)
	}
	query := u.Query()
	query.Set("sig", "AAAA")
	forged := *u
	forged.RawQuery = query.Encode()
	other := *u
	other.Path = strings.Replace(u.Path, "F1", "F2", 1)
	for what, u := range map[string]*url.URL{"a forged signature": &forged, "another file": &other} {
		before := len(b.fake.Calls())
		if resp := open(b, u); resp.Status != 403 || len(b.fake.Calls()) != before {
			t.Errorf("%s is answered %d", what, resp.Status)
		}
	}
	// The bot sends the file back: it is read at Slack, not over the address.
	if resp := b.say("file", `{"fileUrl":"`+u.String()+`"}`); !resp.OK() {
		t.Errorf("sending it back is answered %d %s", resp.Status, resp.Body)
	}
}

// TestTokenStaysAtSlack has Slack name addresses of files and of places for
// files that are not Slack's.
func TestTokenStaysAtSlack(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	thief := newServer(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	for name, f := range map[string]*slacktest.File{
		"elsewhere":   {Elsewhere: thief + "/x"},
		"looks alike": {Elsewhere: "https://files.slack.com.evil.test/x"},
		"with a user": {Elsewhere: "https://slack.com@evil.test/x"},
		"other port":  {Elsewhere: "https://files.slack.com:8443/x"},
		"plain":       {Elsewhere: "http://files.slack.com/x"},
		"no address":  {Elsewhere: "%zz"},
	} {
		b := setup(t)
		f.ID, f.Name, f.Type = "F1", "cat.png", "image/png"
		if resp := open(b, sentFile(b, f)); resp.Status != 410 || strings.Contains(string(resp.Body), slacktest.BotToken) {
			t.Errorf("%s: answer %d %s", name, resp.Status, resp.Body)
		}
	}
	b := setup(t)
	u := sentFile(b, &slacktest.File{ID: "F1", Name: "cat.png", Type: "image/png"})
	b.fake.SetScopes("files:write") // Slack then redirects to its page to sign in
	if resp := open(b, u); resp.Status != 410 {
		t.Errorf("without the scope: answer %d %s", resp.Status, resp.Body)
	}
	b = setup(t)
	u = sentFile(b, &slacktest.File{ID: "F1", Name: "cat.png", Type: "image/png", Page: "<html>Sign in</html>"})
	if resp := open(b, u); resp.Status != 410 || !strings.Contains(string(resp.Body), "files:read") {
		t.Errorf("a page to sign in: answer %d %s", resp.Status, resp.Body)
	}
	if n := calls.Load(); n > 0 {
		t.Errorf("%d calls went elsewhere", n)
	}
}
