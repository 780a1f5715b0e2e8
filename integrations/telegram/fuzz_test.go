package telegram

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// FuzzUpdate posts anything with the right secret: Telegram must never be told
// to send it again, and nothing may crash.
func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":1,"message":{"message_id":1,"chat":{"id":77,"type":"private"},"from":{"id":77,"first_name":"A"},"text":"hi","entities":[{"type":"bold","offset":0,"length":9}]}}`,
		`{"update_id":1,"message":{"message_id":1,"chat":{"id":-1,"type":"group"},"photo":[{}],"caption":"x","migrate_to_chat_id":-5}}`,
		`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"message":{"chat":{"id":1}},"data":"bellhop:msg_1:0"}}`,
		`{"update_id":1,"message_reaction":{"chat":{"id":1},"message_id":1,"old_reaction":[],"new_reaction":[{"type":"paid"}]}}`,
		`{"update_id":1,"my_chat_member":{}}`, `{"update_id":1,"poll":{}}`, `{"update_id":1,"sticker":[]}`, `[]`, ``,
	} {
		f.Add(seed)
	}
	config := []byte(`{"botToken":"1:fuzz","apiUrl":"http://127.0.0.1:1"}`)
	h, err := NewWith(Options{}).New(integration.Env{Transport: integrationtest.NewPlatform()})
	if err != nil {
		f.Fatal(err)
	}
	s := newService(integration.NewMux(definition(), integration.Env{}).Env(), Options{})
	c, err := s.settings(&integration.Call{Configuration: config})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		raw, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
			Method: "POST", Path: "/", Headers: map[string]string{headerSecret: c.webhookSecret("hook")}, Body: body,
		}})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.Handle(context.Background(), &wire.Request{
			Operation: wire.OpWebhookReceived, WebhookID: "hook", WebhookURL: "https://b.test/webhooks/hook", Configuration: config, Body: raw,
		})
		if err != nil || resp.Status >= 500 {
			t.Errorf("%q was answered %+v, %v", body, resp, err)
		}
	})
}

func FuzzEntities(f *testing.F) {
	f.Add("bold 👍 text", "bold", 0, 4, "pre", 5, 2)
	f.Add("a\nb\n", "blockquote", 0, 3, "text_link", 1, 9)
	f.Fuzz(func(t *testing.T, text, type1 string, from1, length1 int, type2 string, from2, length2 int) {
		got := markdownOf(text, []entity{{Type: type1, Offset: from1, Length: length1}, {Type: type2, Offset: from2, Length: length2}})
		for _, word := range strings.Fields(strings.ToValidUTF8(text, "\ufffd")) {
			if len(word) > 0 && len(text) > 0 && got == "" {
				t.Errorf("markdownOf(%q) lost all", text)
			}
		}
	})
}

func FuzzRich(f *testing.F) {
	f.Add("**bold [link](https://x.test) text** `code`\n\n> said\n> > more\n\n```go\nx < y\n```", 7)
	f.Add("😀😀😀 a & b <c>", 3)
	f.Fuzz(func(t *testing.T, source string, limit int) {
		limit = max(2, limit%60)
		written := rich(source)
		var kept strings.Builder
		for _, part := range split(written, limit) {
			if n := units(shown(part)); n > limit || n == 0 {
				t.Errorf("split(%q, %d) has the part %q of %d units", written, limit, part, n)
			}
			if !utf8.ValidString(part) || !balanced(part) {
				t.Errorf("split(%q, %d) has the part %q, which is not well-formed", written, limit, part)
			}
			kept.WriteString(shown(part))
		}
		if got, want := strings.Join(strings.Fields(kept.String()), ""), strings.Join(strings.Fields(shown(written)), ""); got != want {
			t.Errorf("split(%q, %d) keeps %q, want %q", written, limit, got, want)
		}
	})
}

// balanced reports whether each tag is closed, in order.
func balanced(written string) bool {
	var open []string
	for _, tok := range tokens(written) {
		switch n := len(open); {
		case tok.tag == "":
		case !strings.HasPrefix(tok.tag, "</"):
			open = append(open, tok.tag)
		case n == 0 || closing(open[n-1]) != tok.tag:
			return false
		default:
			open = open[:n-1]
		}
	}
	return len(open) == 0
}
