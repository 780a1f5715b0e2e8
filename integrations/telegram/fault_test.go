package telegram_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/telegram"
	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  integrationtest.Fault
		status int
		want   string
		after  string
		failed bool // the event says so
	}{
		"429":             {fault: telegramtest.TooMany(12), status: 503, want: "Too Many Requests", after: "12"},
		"500":             {fault: telegramtest.Refuse(500, "Internal Server Error"), status: 500, want: "Internal Server Error"},
		"502":             {fault: telegramtest.Refuse(502, "Bad Gateway"), status: 500, want: "Bad Gateway"},
		"reset":           {fault: integrationtest.Fault{Reset: true}, status: 500, want: "the connection failed"},
		"html of a proxy": {fault: integrationtest.Fault{Answer: func(w http.ResponseWriter) { http.Error(w, "<html>", http.StatusServiceUnavailable) }}, status: 500, want: "503"},
		"revoked":         {fault: telegramtest.Refuse(401, "Unauthorized"), status: 400, want: "/token to @BotFather", failed: true},
		"blocked":         {fault: telegramtest.Refuse(403, "Forbidden: bot was blocked by the user"), status: 400, want: "unblock", failed: true},
		"no rights":       {fault: telegramtest.Refuse(400, "Bad Request: not enough rights to send text messages to the chat"), status: 400, want: "administrator", failed: true},
		"lost answer":     {fault: integrationtest.Fault{Done: true, Mid: true}, status: 200},
		"unreadable":      {fault: integrationtest.Fault{Answer: func(w http.ResponseWriter) { _, _ = w.Write([]byte("?")) }}, status: 200},
		"redirect":        {fault: integrationtest.Fault{Answer: func(w http.ResponseWriter) { w.Header().Set("Location", "https://evil.example/"); w.WriteHeader(302) }}, status: 400, want: "302", failed: true},
		"forged ok, no ok": {fault: integrationtest.Fault{Answer: func(w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"ok":false,"error_code":400,"description":"Bad Request: x"}`))
		}}, status: 400, want: "Bad Request: x", failed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fake.Fail("sendMessage", c.fault)
			resp := b.say("text", `{"text":"hi"}`)
			if resp.Status != c.status && !(c.status >= 500 && resp.Status >= 500) || !strings.Contains(string(resp.Body), c.want) || resp.Header.Get("Retry-After") != c.after {
				t.Errorf("answer %d %s after %q, want %d %q after %q", resp.Status, resp.Body, resp.Header.Get("Retry-After"), c.status, c.want, c.after)
			}
			events := b.platform.Events()
			if (len(events) == 1) != c.failed {
				t.Errorf("events %+v, want one: %v", events, c.failed)
			}
			if c.status == 200 { // it was sent: a retry sends nothing
				if resp := b.sayIn(platform.Tags{"chatId": "77"}, platform.Message{ID: "msg_1", Type: "text", Payload: json.RawMessage(`{"text":"hi"}`)}, 2); !resp.OK() || len(b.fake.Sent()) > 1 {
					t.Errorf("the retry was answered %d and sent %v", resp.Status, b.fake.Sent())
				}
			}
		})
	}
}

// An address that is none of a Bot API is told as such, with the field that
// names it.
func TestAddressThatIsNoBotAPI(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"JSON of something else": {200, `{"hello":"world"}`},
		"a page":                 {200, "<html>"},
		"no such page":           {404, "<html>"},
		"JSON of a refusal":      {401, `{"error":"no"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			t.Cleanup(other.Close)
			b := setup(t)
			b.config["apiUrl"] = other.URL
			resp := b.call(wire.OpRegister, 0, platform.RegisterBody{WebhookURL: b.webhookURL})
			if resp.OK() || !strings.Contains(string(resp.Body), "check apiUrl in the configuration") || strings.Contains(string(resp.Body), "BotFather") {
				t.Errorf("register: %d %s, want it to name apiUrl", resp.Status, resp.Body)
			}
		})
	}
}

func TestRetryGoesOnAfterTheLastPart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := platform.Message{ID: "msg_1", Type: "bloc", Payload: json.RawMessage(
		`{"items":[{"type":"text","payload":{"text":"one"}},{"type":"text","payload":{"text":"two"}},{"type":"text","payload":{"text":"three"}}]}`)}
	b.fake.Fail("sendMessage", integrationtest.Fault{}, telegramtest.TooMany(1), integrationtest.Fault{}, telegramtest.Refuse(502, "Bad Gateway"))
	ada := platform.Tags{"chatId": "77"}
	for attempt := 1; attempt <= 4; attempt++ {
		b.restart()
		if resp := b.sayIn(ada, m, attempt); resp.OK() != (attempt > 2) {
			t.Fatalf("attempt %d: %d %s", attempt, resp.Status, resp.Body)
		}
	}
	var got []string
	for _, c := range b.fake.Sent() {
		got = append(got, c.Params["text"].(string))
	}
	if strings.Join(got, " ") != "one two three" {
		t.Errorf("sent %v", got)
	}
	out, err := b.client().GetMessage(t.Context(), &platform.GetMessageInput{ID: "msg_1"})
	if tags := integrationtest.Pretty(t, out.Message.Tags); err != nil || !strings.Contains(tags, `"parts": "3"`) || !strings.Contains(tags, `"id1": "5001"`) || !strings.Contains(tags, `"id": "5003"`) {
		t.Errorf("tags %s, %v", tags, err)
	}
}

func TestGroupThatMovedIsFollowed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.receive(b.fake.Update("message", inChat(1, family, `"text":"hi"`)))
	b.fake.Migrate(telegramtest.Group, -1001000000200)
	m := platform.Message{ID: "msg_1", Type: "text", Payload: json.RawMessage(`{"text":"hi"}`)}
	if resp := b.sayIn(platform.Tags{"id": "-200", "chatId": "-200"}, m, 1); !resp.OK() {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	sent := b.fake.Calls("sendMessage")
	out, err := b.client().ListConversations(t.Context(), &platform.ListConversationsInput{Tags: platform.Tags{"chatId": "-1001000000200"}})
	if err != nil || len(sent) != 1 || sent[0].Params["chat_id"] != "-1001000000200" || len(out.Conversations) != 1 {
		t.Errorf("sent %v, conversations %v, %v", sent, out, err)
	}
}

// files serves a file that Telegram cannot reach.
func files(t *testing.T, content []byte) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/moved/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/f/"+r.URL.Path[len("/moved/"):], http.StatusFound)
	})
	mux.HandleFunc("/f/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent along")
		}
		_, _ = w.Write(content)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) })
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestUpload(t *testing.T) {
	t.Parallel()
	small, large := []byte("pixels"), bytes.Repeat([]byte("x"), 10<<20+1)
	for name, c := range map[string]struct {
		typ, path, method, member string
		content                   []byte
	}{
		"image":       {"image", "/f/a.jpg", "sendPhoto", "photo", small},
		"image moved": {"image", "/moved/a.jpg", "sendPhoto", "photo", small},
		"large image": {"image", "/f/a.jpg", "sendDocument", "document", large},
		"audio":       {"audio", "/f/a.mp3", "sendAudio", "audio", small},
		"video":       {"video", "/f/a.mp4", "sendVideo", "video", small},
		"file":        {"file", "/f/a.docx", "sendDocument", "document", small},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, server := setup(t), files(t, c.content)
			if resp := b.say(c.typ, `{"`+c.typ+`Url":"`+server.URL+c.path+`","title":"A **title**"}`); !resp.OK() {
				t.Fatalf("answer %d %s", resp.Status, resp.Body)
			}
			sent := b.fake.Sent()
			if len(sent) != 1 || sent[0].Method != c.method || sent[0].Files[c.member] != len(c.content) || sent[0].Params["caption"] != "A <b>title</b>" {
				t.Errorf("sent %v", sent)
			}
		})
	}
	for path, want := range map[string]struct {
		status int
		text   string
	}{"/loop": {400, "redirects too often"}, "/busy": {503, "answers 503"}, "/empty": {400, "is empty"}, "/none": {400, "answers 404"}} {
		b, server := setup(t), files(t, small)
		resp := b.say("image", `{"imageUrl":"`+server.URL+path+`"}`)
		if resp.Status != want.status || !strings.Contains(string(resp.Body), want.text) || len(b.fake.Sent()) != 0 {
			t.Errorf("%s: %d %s, want %d %q", path, resp.Status, resp.Body, want.status, want.text)
		}
	}
}

func TestUploadReadsNoPrivateAddress(t *testing.T) {
	t.Parallel()
	b, server := setup(t), files(t, []byte("secret"))
	h, err := telegram.NewWith(telegram.Options{APIURL: b.fake.URL}).New(integration.Env{Transport: b.platform, HTTPClient: b.fake.Client()})
	if err != nil {
		t.Fatal(err)
	}
	b.handler = h
	resp := b.say("image", `{"imageUrl":"`+server.URL+`/f/a.jpg"}`)
	if resp.OK() || !strings.Contains(string(resp.Body), "not a public one") || len(b.fake.Sent()) != 0 {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
}
