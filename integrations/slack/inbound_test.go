package slack_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
)

// said is a message of Ada's in the channel general, with more members.
func said(more string) string {
	return `{"type":"message","user":"U0ADA","ts":"1764000000.000100","event_ts":"1764000000.000100","channel":"C0GENERAL","channel_type":"channel"` + more + `}`
}

func files(kinds ...string) string {
	var list []string
	for _, k := range kinds {
		name, typ, _ := strings.Cut(k, " ")
		list = append(list, `{"id":"F0`+strings.ToUpper(name[:1])+`","name":"`+name+`","title":"The `+name+`","mimetype":"`+typ+`","mode":"hosted","url_private":"https://files.slack.com/x"}`)
	}
	return `"files":[` + strings.Join(list, ",") + `]`
}

func TestIncoming(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"text":        said(`,"text":"Hi *there*"`),
		"mention":     said(`,"text":"<@U0BOT> and <@U0ADA|ada>: a &lt;tag&gt; &amp; 🐈 <@U0BOB>"`),
		"marks":       said(`,"text":"<https://x.test/?a=1&amp;b=2> <https://x.test|x.test> <https://y.test|Y> <mailto:a@b.c|a@b.c> <#C1|random> <#C2> <!here> <!channel|channel> <!subteam^S1|@team> <!date^1^{date}|yesterday> <"`),
		"direct":      `{"type":"message","user":"U0ADA","text":"Hi","ts":"1764000000.000100","channel":"D0ADA","channel_type":"im"}`,
		"thread":      said(`,"text":"Yes","thread_ts":"1763000000.000001"`),
		"parent":      said(`,"text":"Root","thread_ts":"1764000000.000100"`),
		"to all":      said(`,"text":"Yes","subtype":"thread_broadcast","thread_ts":"1763000000.000001"`),
		"me":          said(`,"text":"thinks","subtype":"me_message"`),
		"group":       `{"type":"message","user":"U0ADA","text":"Hi","ts":"1764000000.000100","channel":"G0GROUP","channel_type":"mpim"}`,
		"image":       said(`,"text":"","subtype":"file_share",` + files("cat.png image/png")),
		"audio":       said(`,"text":"","subtype":"file_share",` + files("song.mp3 audio/mpeg")),
		"video":       said(`,"text":"","subtype":"file_share",` + files("film.mp4 video/mp4")),
		"pdf":         said(`,"text":"","subtype":"file_share",` + files("menu.pdf application/pdf")),
		"captions":    said(`,"text":"Look","subtype":"file_share",` + files("cat.png image/png", "menu.pdf application/pdf")),
		"outside":     said(`,"text":"","files":[{"id":"F1","name":"Doc","mimetype":"application/vnd.google-apps.document","mode":"external","is_external":true,"url_private":"https://docs.google.com/x"}]`),
		"gone":        said(`,"text":"","files":[{"id":"F1","mode":"tombstone"}]`),
		"forward":     said(`,"text":"","attachments":[{"fallback":"[yesterday] Bob: hello","text":"hello","is_share":true}]`),
		"nothing":     said(`,"text":""`),
		"join":        said(`,"text":"<@U0ADA> has joined","subtype":"channel_join"`),
		"of a bot":    said(`,"text":"beep","bot_id":"B1"`),
		"bot kind":    said(`,"text":"beep","subtype":"bot_message","bot_id":"B1"`),
		"own":         strings.Replace(said(`,"text":"me"`), "U0ADA", "U0BOT", 1),
		"slackbot":    strings.Replace(said(`,"text":"me"`), "U0ADA", "USLACKBOT", 1),
		"nobody":      strings.Replace(said(`,"text":"me"`), "U0ADA", "", 1),
		"app mention": `{"type":"app_mention","user":"U0ADA","text":"<@U0BOT> hi","ts":"1764000000.000100","channel":"C0GENERAL","event_ts":"1764000000.000100"}`,
		"stranger":    strings.Replace(said(`,"text":"hi"`), "U0ADA", "U0STRANGER", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fake.AddChannel(&slacktest.Channel{ID: "G0GROUP", Name: "mpdm-ada--bob-1", Group: true})
			b.tell("Ev1", event)
			once := story(b)
			b.tell("Ev1", event)
			b.tell("Ev2", event) // Slack makes another id when another subscription fits
			if twice := story(b); twice != once {
				t.Errorf("after the same message again:\n%s\nwant\n%s", twice, once)
			}
			integrationtest.Golden(t, "in/"+name, once)
		})
	}
}

func TestReplyBehaviour(t *testing.T) {
	t.Parallel()
	plain, mention := said(`,"text":"Hi"`), said(`,"text":"<@U0BOT> Hi"`)
	later := strings.NewReplacer("000100", "000200").Replace(said(`,"text":"more","thread_ts":"1764000000.000999"`))
	later = strings.Replace(later, "000999", "000100", 1)
	for name, c := range map[string]struct {
		config map[string]any
		events []string
	}{
		"thread":            {map[string]any{"location": "thread"}, []string{plain, later}},
		"both":              {map[string]any{"location": "channelAndThread"}, []string{plain}},
		"mention only":      {map[string]any{"onlyOnBotMention": true}, []string{plain}},
		"mentioned":         {map[string]any{"onlyOnBotMention": true}, []string{mention, later}},
		"mention to thread": {map[string]any{"onlyOnBotMention": true, "location": "thread"}, []string{plain, mention, later}},
		"direct": {map[string]any{"onlyOnBotMention": true, "location": "thread"},
			[]string{`{"type":"message","user":"U0ADA","text":"Hi","ts":"1764000000.000100","channel":"D0ADA","channel_type":"im"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.config["replyBehaviour"] = c.config
			for _, e := range c.events {
				b.tell("", e)
			}
			integrationtest.Golden(t, "reply/"+name, story(b))
		})
	}
}

// TestConcurrentDuplicates tells of one message as message and as app_mention,
// each three times, all at once.
func TestConcurrentDuplicates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	message := said(`,"text":"<@U0BOT> hi"`)
	mention := strings.Replace(message, `"type":"message"`, `"type":"app_mention"`, 1)
	reaction := `{"type":"reaction_added","user":"U0ADA","reaction":"eyes","item":{"type":"message","channel":"C0GENERAL","ts":"1764000000.000100"}}`
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { b.tell("Ev1", message) })
		wg.Go(func() { b.tell("Ev2", mention) })
		wg.Go(func() { b.tell("Ev3", reaction) })
	}
	wg.Wait()
	text := story(b)
	for what, want := range map[string]int{"user user_": 1, "conversation conv_": 1, "message msg_": 1, "event reactionAdded": 1} {
		if got := strings.Count("\n"+text, "\n"+what); got != want {
			t.Errorf("%d times %q, want %d:\n%s", got, what, want, text)
		}
	}
}

func TestOtherWorkspace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.receive(slacktest.EventOf("T0OTHER", "Ev1", said(`,"text":"Hi"`)))
	if text := story(b); text != "" {
		t.Errorf("an event of another workspace made\n%s", text)
	}
}

func TestProfileFollows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.tell("Ev1", said(`,"text":"Hi"`))
	b.tell("Ev2", `{"type":"user_change","user":{"id":"U0ADA","name":"ada","real_name":"Ada King","tz":"Europe/Paris","profile":{"real_name":"Ada King","display_name":"ada","image_512":"https://avatars.slack-edge.com/new.png"}}}`)
	b.tell("Ev3", `{"type":"user_change","user":{"id":"U0UNKNOWN","real_name":"Nobody"}}`)
	integrationtest.Golden(t, "in/profile_follows", story(b))
}

// A message of a person and in a channel that are known is a single call of the
// platform that writes.
func TestMessageIsOneWriteOfThePlatform(t *testing.T) {
	t.Parallel()
	b := setup(t)
	direct := func(ts string) string {
		return `{"type":"message","user":"U0ADA","text":"Hi","ts":"` + ts + `","channel":"D0ADA","channel_type":"im"}`
	}
	b.tell("Ev1", direct("1764000000.000100"))
	before := len(b.platform.Calls())
	b.tell("Ev2", direct("1764000000.000200"))
	var calls []string
	for _, c := range b.platform.Calls()[before:] {
		calls = append(calls, c.Op.Name)
	}
	if got := strings.Join(calls, " "); got != "getState receiveMessage" {
		t.Errorf("calls %s, want one that writes", got)
	}
}
