package slack_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
)

// again delivers a message until it is through, as the platform does, and
// returns the answers before the last.
func again(b *bench, m platform.Message, conv platform.Conversation) []string {
	b.Helper()
	keepMessage(b, m.ID, string(m.Payload))
	var failed []string
	for attempt := 1; attempt <= 6; attempt++ {
		if attempt > 1 {
			b.start() // a restart between two attempts loses nothing
		}
		resp := b.sayAs(m, conv, attempt)
		if resp.OK() {
			return failed
		}
		failed = append(failed, fmt.Sprintf("%d %s", resp.Status, resp.Body))
		if resp.Status < 500 && resp.Status != 429 {
			return failed
		}
	}
	b.Fatalf("it never got through: %v", failed)
	return nil
}

// TestNothingTwice breaks each call of a message in each way, and counts what
// is in the channel in the end.
func TestNothingTwice(t *testing.T) {
	t.Parallel()
	host := func(b *bench) string { return hosted(b) }
	for name, c := range map[string]struct {
		method string
		faults []integrationtest.Fault
	}{
		"nothing":           {"chat.postMessage", nil},
		"reset":             {"chat.postMessage", []integrationtest.Fault{{Reset: true}}},
		"reset after":       {"chat.postMessage", []integrationtest.Fault{{Done: true}}},
		"reset mid body":    {"chat.postMessage", []integrationtest.Fault{{Done: true, Mid: true}}},
		"second reset":      {"chat.postMessage", []integrationtest.Fault{{}, {Done: true}}},
		"each reset":        {"chat.postMessage", []integrationtest.Fault{{Done: true}, {Done: true, Mid: true}, {Reset: true}}},
		"server error":      {"chat.postMessage", []integrationtest.Fault{slacktest.Status(500), slacktest.Status(503)}},
		"internal error":    {"chat.postMessage", []integrationtest.Fault{slacktest.Refused("internal_error")}},
		"upload reset":      {"upload", []integrationtest.Fault{{Reset: true}, {Done: true}}},
		"complete reset":    {"files.completeUploadExternal", []integrationtest.Fault{{Reset: true}}},
		"complete lost":     {"files.completeUploadExternal", []integrationtest.Fault{{Done: true}}},
		"complete mid body": {"files.completeUploadExternal", []integrationtest.Fault{{Done: true, Mid: true}}},
		"ticket lost":       {"files.getUploadURLExternal", []integrationtest.Fault{{Done: true}}},
		"file info lost":    {"files.info", []integrationtest.Fault{{Done: true}, {Reset: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fake.Faults(c.method).Add(c.faults...)
			bloc := `{"items":[{"type":"text","payload":{"text":"one"}},{"type":"file","payload":{"fileUrl":"` + host(b) + `/a.pdf"}},{"type":"text","payload":{"text":"three"}}]}`
			failed := again(b, message("msg_1", "bloc", bloc), inChannel())
			if n := b.fake.Posted(general); n != 3 {
				t.Errorf("%d messages are in the channel, want 3; attempts %v\n%s", n, failed, sent(b))
			}
			for _, answer := range failed {
				if !strings.Contains(answer, "Slack") {
					t.Errorf("the delivery's error does not say what failed: %s", answer)
				}
			}
		})
	}
}

// TestNothingTwiceInThread looks for what was sent among the answers.
func TestNothingTwiceInThread(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.fake.Say(general, ada, "Root", "")
	b.fake.Faults("chat.postMessage").Add(integrationtest.Fault{Done: true})
	conv := platform.Conversation{ID: "conv_1", Channel: "thread", Tags: platform.Tags{"id": general, "thread": root}}
	again(b, message("msg_1", "text", `{"text":"hi"}`), conv)
	if n := b.fake.Posted(general); n != 1 {
		t.Errorf("%d messages are in the thread, want 1", n)
	}
}

// TestHistoryForbidden sends all the same when it may not look.
func TestHistoryForbidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.SetScopes("chat:write")
	b.fake.Faults("chat.postMessage").Add(integrationtest.Fault{Reset: true})
	again(b, message("msg_1", "text", `{"text":"hi"}`), inChannel())
	if n := b.fake.Posted(general); n != 1 || !strings.Contains(b.log.String(), "cannot be looked up") {
		t.Errorf("%d messages are in the channel; log %s", n, b.log)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Faults("chat.postMessage").Add(slacktest.Limited("30"))
	resp := b.say("text", `{"text":"hi"}`)
	if resp.Status < 429 || resp.Header.Get("Retry-After") != "30" || !strings.Contains(string(resp.Body), "chat.postMessage is used too often") {
		t.Errorf("answer %d %v %s", resp.Status, resp.Header, resp.Body)
	}
	// The channel waits as long as Slack said; other channels and methods do not.
	resp = b.sayAs(message("msg_2", "text", `{"text":"hi"}`), inChannel(), 1)
	if resp.OK() || len(b.fake.Calls("chat.postMessage")) != 0 {
		t.Errorf("another message of the channel was answered %d after %d calls", resp.Status, len(b.fake.Calls("chat.postMessage")))
	}
	other := platform.Conversation{ID: "conv_2", Channel: "dm", Tags: platform.Tags{"id": direct}}
	if resp := b.sayAs(message("msg_3", "text", `{"text":"hi"}`), other, 1); !resp.OK() {
		t.Errorf("another channel was answered %d %s", resp.Status, resp.Body)
	}
	b.fake.Faults("users.info").Add(slacktest.Limited("2"))
	if resp := b.act("getUserProfile", `{"userId":"U0ADA"}`); resp.Status < 429 || resp.Header.Get("Retry-After") != "2" {
		t.Errorf("a limited action was answered %d %v", resp.Status, resp.Header)
	}
}

// TestRefusals are what Slack says no to: each names the remedy, and is final.
// A proxy before Slack may write the time of Retry-After, or nonsense.
func TestRateLimitThatIsNoNumber(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Faults("chat.postMessage").Add(slacktest.Limited(time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)))
	resp := b.say("text", `{"text":"hi"}`)
	if after, err := strconv.Atoi(resp.Header.Get("Retry-After")); resp.Status < 429 || err != nil || after < 1 || after > 60 {
		t.Errorf("a limit with a date was answered %d %v %s", resp.Status, resp.Header, resp.Body)
	}
	b = setup(t)
	b.fake.Faults("chat.postMessage").Add(slacktest.Limited("soon"))
	resp = b.say("text", `{"text":"hi"}`)
	if resp.Status < 429 || !strings.Contains(string(resp.Body), "chat.postMessage is used too often") || resp.Header.Get("Retry-After") != "" {
		t.Errorf("a limit with nonsense was answered %d %v %s", resp.Status, resp.Header, resp.Body)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*slacktest.Fake)
		want    string
	}{
		"not invited":   {func(f *slacktest.Fake) { f.AddChannel(&slacktest.Channel{ID: general, Closed: true}) }, "invite the bot into the channel"},
		"archived":      {func(f *slacktest.Fake) { f.AddChannel(&slacktest.Channel{ID: general, Archived: true}) }, "the channel is archived"},
		"revoked":       {func(f *slacktest.Fake) { f.Revoke() }, "install the app again"},
		"missing scope": {func(f *slacktest.Fake) { f.SetScopes("users:read") }, "add the scope chat:write"},
		"read only": {func(f *slacktest.Fake) {
			f.Faults("chat.postMessage").Add(slacktest.Refused("restricted_action_read_only_channel"))
		}, "ask an admin"},
		"something new":  {func(f *slacktest.Fake) { f.Faults("chat.postMessage").Add(slacktest.Refused("brand_new_error")) }, "brand_new_error"},
		"bad blocks":     {func(*slacktest.Fake) {}, "must be less than 151 characters"},
		"no such method": {func(f *slacktest.Fake) { f.Faults("chat.postMessage").Add(slacktest.Status(404)) }, "answered 404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c.prepare(b.fake)
			payload := `{"text":"hi"}`
			if name == "bad blocks" {
				payload = `{"blocks":[{"type":"header","text":{"type":"plain_text","text":"` + x(151) + `"}}]}`
			}
			resp := b.say("text", payload)
			if resp.Status != 400 || !strings.Contains(string(resp.Body), c.want) {
				t.Errorf("answer %d %s, want 400 with %q", resp.Status, resp.Body, c.want)
			}
		})
	}
}

// TestSlowSlack answers Slack's webhook in time although Slack's own API does
// not answer.
func TestSlowSlack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.tell("Ev0", said(`,"text":"first"`)) // who the bot is is known
	b.fake.AddUser(&slacktest.User{ID: "U0BOB", Name: "bob", RealName: "Bob"})
	b.fake.AddChannel(&slacktest.Channel{ID: "C0NEW", Name: "new"})
	b.fake.Faults("users.info").Add(integrationtest.Fault{Slow: time.Hour})
	b.fake.Faults("conversations.info").Add(integrationtest.Fault{Slow: time.Hour})
	start := time.Now()
	b.tell("Ev1", `{"type":"message","user":"U0BOB","text":"Hi","ts":"1764000000.000500","channel":"C0NEW","channel_type":"channel"}`)
	if took := time.Since(start); took > 2500*time.Millisecond {
		t.Errorf("the webhook took %s", took)
	}
	for _, ts := range []string{"1764000000.000600", "1764000000.000700"} { // each was slow once
		b.tell("", `{"type":"message","user":"U0BOB","text":"again","ts":"`+ts+`","channel":"C0NEW","channel_type":"channel"}`)
	}
	if text := story(b); !strings.Contains(text, `"Bob"`) || !strings.Contains(text, `"title": "new"`) {
		t.Errorf("later messages do not bring the names: %s", text)
	}
}
