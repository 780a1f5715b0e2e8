package slack_test

import (
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
	const signature, stamp = "x-slack-signature", "x-slack-request-timestamp"
	at := func(apart time.Duration) func() map[string]string {
		return func() map[string]string { return slacktest.Sign(body, time.Now().Add(apart)) }
	}
	with := func(header, value string) func() map[string]string {
		return func() map[string]string {
			h := slacktest.Sign(body, time.Now())
			h[header] = strings.ReplaceAll(value, "{right}", strings.TrimPrefix(h[signature], "v0="))
			return h
		}
	}
	for name, c := range map[string]struct {
		headers func() map[string]string
		body    string
		status  int
	}{
		"right":             {at(0), body, 200},
		"just in time":      {at(-4 * time.Minute), body, 200},
		"just not too soon": {at(4 * time.Minute), body, 200},
		"stale":             {at(-6 * time.Minute), body, 401},
		"of the future":     {at(6 * time.Minute), body, 401},
		"of long ago":       {with(stamp, "0"), body, 401},
		"missing":           {with(signature, ""), body, 401},
		"no timestamp":      {with(stamp, ""), body, 401},
		"no number":         {with(stamp, "now"), body, 401},
		"huge number":       {with(stamp, "99999999999999999999"), body, 401},
		"largest number":    {with(stamp, "9223372036854775807"), body, 401},
		"smallest number":   {with(stamp, "-9223372036854775808"), body, 401},
		"other timestamp":   {with(stamp, strconv.FormatInt(time.Now().Unix()-9, 10)), body, 401},
		"other body":        {at(0), body + " ", 401},
		"other key":         {func() map[string]string { return slacktest.SignWith("other", body, time.Now()) }, body, 401},
		"no key":            {func() map[string]string { return slacktest.SignWith("", body, time.Now()) }, body, 401},
		"no prefix":         {with(signature, "{right}"), body, 401},
		"other version":     {with(signature, "v1={right}"), body, 401},
		"cut":               {with(signature, "v0=abcdef"), body, 401},
		"not hex":           {with(signature, "v0=zz"), body, 401},
		"two of them":       {with(signature, "v0={right}, v0={right}"), body, 401},
		"handshake":         {with(signature, "v0=00"), `{"type":"url_verification","challenge":"c"}`, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			headers := c.headers()
			resp := b.webhook(platform.WebhookRequest{Headers: headers, Body: c.body})
			if resp.Status != c.status {
				t.Errorf("status %d, want %d; body %s", resp.Status, c.status, resp.Body)
			}
			if c.status == 200 {
				return
			}
			seconds, _ := strconv.ParseInt(headers[stamp], 10, 64)
			expected := strings.TrimPrefix(slacktest.Sign(c.body, time.Unix(seconds, 0))[signature], "v0=")
			if said := string(resp.Body) + b.log.String(); strings.Contains(said, expected) {
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
