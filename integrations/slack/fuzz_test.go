package slack

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"encoding/json"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// FuzzWebhook posts signed bodies of any kind: nothing panics, and nothing but
// a fault of ours is asked for again.
func FuzzWebhook(f *testing.F) {
	for _, body := range []string{
		slacktest.Event("Ev1", `{"type":"message","user":"U1","text":"<@U2> &amp; <https://x|y>","ts":"1.1","channel":"C1","files":[{"id":"F1","mimetype":"image/png"}]}`),
		slacktest.Event("Ev1", `{"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","ts":"1.1","text":"x"}}`),
		slacktest.Event("Ev1", `{"type":"reaction_added","user":"U1","item":{"type":"message","channel":"C1","ts":"1.1"}}`),
		slacktest.Event("Ev1", `{"type":"member_joined_channel","user":"U1","channel":"C1","inviter":"U2"}`),
		slacktest.Event("Ev1", `{"type":"team_join","user":{"id":"U1","profile":{}}}`),
		slacktest.Event("Ev1", `{"type":"function_executed","inputs":{"value":1}}`),
		slacktest.Interaction(`{"type":"block_actions","user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"type":"button","value":"v"},{"type":"checkboxes","selected_options":[]}]}`),
		slacktest.Interaction(`{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","state":{"values":{}}}}`),
		slacktest.Command("1.2", "/x", "y", "U1", "C1"), `{"type":"url_verification","challenge":"c"}`, `payload=%7B`, ``,
	} {
		f.Add(body)
	}
	p := integrationtest.NewPlatform()
	config := []byte(`{"botToken":"xoxb-1","signingSecret":"` + slacktest.SigningSecret + `"}`)
	// Nothing listens there: what is looked up at Slack fails at once.
	h, err := NewWith(Options{URL: "http://127.0.0.1:1"}).New(integration.Env{Transport: p})
	if err != nil {
		f.Fatal(err)
	}
	_, err = platform.NewClient(p, platform.Caller{}).SetState(context.Background(), &platform.SetStateInput{
		Type: platform.StateIntegration, ID: "intver_1", Name: stateIdentity, Payload: []byte(`{"teamId":"` + slacktest.TeamID + `","userId":"U0BOT"}`),
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		raw, err := json.Marshal(platform.WebhookBody{Req: platform.WebhookRequest{
			Method: "POST", Path: "/", Headers: slacktest.Sign(body, time.Now()), Body: body,
		}})
		if err != nil || !utf8.ValidString(body) {
			t.Skip()
		}
		resp, err := h.Handle(t.Context(), &wire.Request{
			Operation: wire.OpWebhookReceived, Type: wire.OpWebhookReceived, BotID: "bot_1", IntegrationID: "intver_1", WebhookID: "hook",
			WebhookURL: "https://bellhop.test/webhooks/hook", ConfigurationType: configManual, Configuration: config, Body: raw,
		})
		if err != nil || !resp.OK() {
			t.Errorf("%q: %+v, %v", body, resp, err)
		}
	})
}

// FuzzWords writes Markdown for Slack and reads it back: no mark of Slack's
// comes out that was not meant, and pieces are within the limit.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"a **b** _c_", "<@U0ADA> <!channel>", "[x](https://y.test/|>)", "```\n<&>\n```", strings.Repeat("&", 5000), "<<@U0ADA>>", "\ue0000\ue001<@UAA>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written := rich(text)
		if strings.Contains(written, "<!channel") || strings.Contains(written, "<!here") || strings.Contains(written, "<!everyone") {
			t.Errorf("rich(%q) = %q calls everybody", text, written)
		}
		for _, piece := range pieces(written, maxText) {
			if n := length(piece); n > maxText || n == 0 {
				t.Errorf("a piece of %q has %d characters", text, n)
			}
		}
		shown, mentions := plain(text)
		for _, m := range mentions {
			if m.Start < 0 || m.End > 2*len(shown) || m.Start >= m.End {
				t.Errorf("plain(%q): a mention at %d to %d", text, m.Start, m.End)
			}
		}
	})
}
