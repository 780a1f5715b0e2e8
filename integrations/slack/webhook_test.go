package slack_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
)

const hello = `{"type":"message","user":"U0ADA","text":"Hi","ts":"1764000000.000100","channel":"C0GENERAL","channel_type":"channel"}`

func TestSignature(t *testing.T) {
	t.Parallel()
	body := slacktest.Event("Ev1", hello)
	now := time.Now()
	right := slacktest.Sign(body, now)
	with := func(change map[string]string) map[string]string {
		h := maps.Clone(right)
		maps.Copy(h, change)
		return h
	}
	const signature, stamp = "x-slack-signature", "x-slack-request-timestamp"
	for name, c := range map[string]struct {
		headers map[string]string
		body    string
		status  int
	}{
		"right":             {right, body, 200},
		"just in time":      {slacktest.Sign(body, now.Add(-4*time.Minute-50*time.Second)), body, 200},
		"just not too soon": {slacktest.Sign(body, now.Add(4*time.Minute+50*time.Second)), body, 200},
		"stale":             {slacktest.Sign(body, now.Add(-5*time.Minute-5*time.Second)), body, 401},
		"of the future":     {slacktest.Sign(body, now.Add(5*time.Minute+5*time.Second)), body, 401},
		"of long ago":       {slacktest.Sign(body, time.Unix(0, 0)), body, 401},
		"missing":           {with(map[string]string{signature: ""}), body, 401},
		"no timestamp":      {with(map[string]string{stamp: ""}), body, 401},
		"no number":         {with(map[string]string{stamp: "now"}), body, 401},
		"huge number":       {with(map[string]string{stamp: "99999999999999999999"}), body, 401},
		"largest number":    {with(map[string]string{stamp: "9223372036854775807"}), body, 401},
		"other timestamp":   {with(map[string]string{stamp: strconv.FormatInt(now.Unix()+1, 10)}), body, 401},
		"other body":        {right, body + " ", 401},
		"other key":         {slacktest.SignWith("other", body, now), body, 401},
		"no key":            {slacktest.SignWith("", body, now), body, 401},
		"no prefix":         {with(map[string]string{signature: strings.TrimPrefix(right[signature], "v0=")}), body, 401},
		"other version":     {with(map[string]string{signature: "v1=" + strings.TrimPrefix(right[signature], "v0=")}), body, 401},
		"cut":               {with(map[string]string{signature: right[signature][:20]}), body, 401},
		"not hex":           {with(map[string]string{signature: "v0=zz"}), body, 401},
		"two of them":       {with(map[string]string{signature: right[signature] + ", " + right[signature]}), body, 401},
		"handshake":         {with(map[string]string{signature: "v0=00"}), `{"type":"url_verification","challenge":"c"}`, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			resp := b.webhook(platform.WebhookRequest{Headers: c.headers, Body: c.body})
			if resp.Status != c.status {
				t.Errorf("status %d, want %d; body %s", resp.Status, c.status, resp.Body)
			}
			if c.status == 200 {
				return
			}
			expected := slacktest.Sign(c.body, now)[signature]
			if said := string(resp.Body) + b.log.String(); strings.Contains(said, strings.TrimPrefix(expected, "v0=")) {
				t.Errorf("the answer or the log holds the right signature: %s", said)
			}
			if calls := b.platform.Calls(); len(calls) > 0 {
				t.Errorf("the platform was called: %v", calls)
			}
			if calls := b.fake.Calls(); len(calls) > 0 {
				t.Errorf("Slack was called: %v", calls)
			}
		})
	}
}

// TestPublishedSignature is Slack's own example of a signature; only its time
// is long past.
func TestPublishedSignature(t *testing.T) {
	t.Parallel()
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
		"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	got := slacktest.SignWith("8f742231b10e8888abcd99yyyzzz85a5", body, time.Unix(1531420618, 0))["x-slack-signature"]
	if want := "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"; got != want {
		t.Errorf("Sign = %s, want %s", got, want)
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	resp := setup(t).receive(`{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}`)
	if string(resp.Body) != "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" {
		t.Errorf("answer %s", resp.Body)
	}
}

func TestSignedNonsenseIsTaken(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `{`, `null`, `[]`, `{"type":"event_callback"}`, `{"type":"event_callback","event":7}`, `{"type":"event_callback","event":{"type":7}}`,
		`{"type":"event_callback","event":{"type":"message","user":{},"ts":1}}`, `{"type":"app_rate_limited"}`, `{"type":"of_the_future"}`,
		`{"type":"event_callback","event":{"type":"reaction_added","item":7}}`, `payload=`, `payload=%7B`, `payload=7`, `payload=%7B%22type%22%3A%22block_actions%22%7D`,
		`%zz`, `command=`, `ssl_check=1&token=x`,
	} {
		b := setup(t)
		if resp := b.post(body); resp.Status != 200 {
			t.Errorf("%s: answered %d %s", body, resp.Status, resp.Body)
		}
	}
	if resp := setup(t).webhook(platform.WebhookRequest{Method: "GET"}); resp.Status != 405 {
		t.Errorf("GET is answered %d, want 405", resp.Status)
	}
}
