package slack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// sent are the calls that made something, as a person reads them.
func sent(b *bench) string {
	b.Helper()
	type call struct {
		Method string         `json:"method"`
		Args   map[string]any `json:"args"`
		Error  string         `json:"error,omitempty"`
	}
	var list []call
	for _, c := range b.fake.Calls("chat.postMessage", "files.getUploadURLExternal", "files.completeUploadExternal", "upload") {
		delete(c.Args, "metadata")
		list = append(list, call(c))
	}
	return integrationtest.Runs(named(b, integrationtest.Pretty(b.T, list)))
}

// hosted serves files of the bot's below an address.
func hosted(b *bench) string {
	server := newServer(b.T, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			b.Errorf("a token went to %s", r.URL)
		}
		switch r.URL.Path {
		case "/empty":
		case "/missing":
			http.NotFound(w, r)
		case "/busy":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = w.Write([]byte("content of " + r.URL.Path))
		}
	})
	return server
}

func x(n int) string { return strings.Repeat("x", n) }

func options(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"label":"Option %d","value":"o%d"}`, i+1, i+1))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func cards(n int, actions string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"title":"Card %d","subtitle":"Sub","imageUrl":"https://x.test/%d.jpg","actions":%s}`, i+1, i+1, actions))
	}
	return `{"items":[` + strings.Join(list, ",") + `]}`
}

func TestOutgoing(t *testing.T) {
	t.Parallel()
	const answer, address = `{"action":"postback","label":"Book","value":"book"}`, `{"action":"url","label":"Open","value":"https://x.test/?a=1&b=2"}`
	for name, c := range map[string]struct{ typ, payload string }{
		"text":                  {"text", `{"text":"Hello **you** & <all>"}`},
		"text at limit":         {"text", `{"text":"` + x(4000) + `"}`},
		"text past limit":       {"text", `{"text":"` + x(3000) + ` ` + x(1100) + `"}`},
		"text of entities":      {"text", `{"text":"` + strings.Repeat("&", 900) + `"}`},
		"text of code":          {"text", "{\"text\":\"```go\\n" + strings.Repeat(x(99)+"\\n", 45) + "```\\nend\"}"},
		"text with marks":       {"text", `{"text":"Hi <@U0ADA>, see <#C0GENERAL|general>; <!channel> and <@here>"}`},
		"text with mentions":    {"text", `{"text":"🐈 Hi @Ada and @Bob","mentions":[{"type":"user","start":6,"end":10,"user":{"id":"U0ADA","name":"Ada"}},{"type":"user","start":15,"end":19,"user":{"id":"U0BOB","name":"Bob"}}]}`},
		"text with bad mention": {"text", `{"text":"Hi","mentions":[{"start":0,"end":9,"user":{"id":"U0ADA"}},{"start":0,"end":2,"user":{"id":"> <!channel"}}]}`},
		"text with blocks":      {"text", `{"text":"Shown","blocks":[{"type":"header","text":{"type":"plain_text","text":"Title"}},{"type":"divider"},{"type":"section","text":{"type":"mrkdwn","text":"*x*"},"accessory":{"type":"button","action_id":"own","text":{"type":"plain_text","text":"Go"},"value":"go"}}]}`},
		"blocks only":           {"text", `{"blocks":[{"type":"divider"}]}`},
		"markdown": {"markdown", `{"markdown":"# Title\n\n- one\n- *two* ~~three~~\n\n1. **a**\n2. [link|x](https://x.test/?q=a|b>c&d=1)\n\n> quoted\n> lines\n\n` +
			"`a<b`\\n\\n| A | B |\\n|---|---|\\n| 1 | 2 |\\n\\n---\\n\\n![cat](https://x.test/c.png)\"}"},
		"image":                {"image", `{"imageUrl":"https://x.test/a/cat.jpg"}`},
		"image with title":     {"image", `{"imageUrl":"https://x.test/cat.jpg","title":"A cat & a dog"}`},
		"image address at":     {"image", `{"imageUrl":"https://x.test/` + x(3000-15) + `","title":"t"}`},
		"image address past":   {"image", `{"imageUrl":"{host}/` + x(3000) + `","title":"t"}`},
		"audio":                {"audio", `{"audioUrl":"{host}/song.mp3","title":"A song"}`},
		"video":                {"video", `{"videoUrl":"{host}/film.mp4"}`},
		"file":                 {"file", `{"fileUrl":"{host}/dir/menu.pdf?x=1","title":"The menu"}`},
		"location":             {"location", `{"latitude":52.5,"longitude":13.4,"title":"Hotel & bar","address":"Street 1"}`},
		"location bare":        {"location", `{"latitude":-1,"longitude":0}`},
		"choice":               {"choice", `{"text":"**Pick** one","options":` + options(3) + `}`},
		"choice of 25":         {"choice", `{"text":"Pick","options":` + options(25) + `}`},
		"choice of 26":         {"choice", `{"text":"Pick","options":` + options(26) + `}`},
		"choice of none":       {"choice", `{"text":"Pick","options":[]}`},
		"choice label at":      {"choice", `{"text":"Pick","options":[{"label":"` + x(75) + `","value":"a"}]}`},
		"choice label past":    {"choice", `{"text":"Pick","options":[{"label":"` + x(76) + `","value":"a"},{"label":"B","value":"b"}]}`},
		"choice value at":      {"choice", `{"text":"Pick","options":[{"label":"A","value":"` + x(2000) + `"}]}`},
		"choice value past":    {"choice", `{"text":"Pick","options":[{"label":"A","value":"a"},{"label":"B","value":"` + x(2001) + `"}]}`},
		"choice text at":       {"choice", `{"text":"` + x(3000) + `","options":` + options(1) + `}`},
		"choice text past":     {"choice", `{"text":"` + x(2000) + ` ` + x(1001) + `","options":` + options(1) + `}`},
		"choice alike":         {"choice", `{"text":"Pick","options":[{"label":"Same","value":"same"},{"label":"Same","value":"same"}]}`},
		"dropdown":             {"dropdown", `{"text":"Pick","options":` + options(2) + `}`},
		"dropdown of 100":      {"dropdown", `{"text":"Pick","options":` + options(100) + `}`},
		"dropdown of 101":      {"dropdown", `{"text":"Pick","options":` + options(101) + `}`},
		"dropdown of none":     {"dropdown", `{"text":"Pick","options":[]}`},
		"dropdown value at":    {"dropdown", `{"text":"Pick","options":[{"label":"A","value":"` + x(150) + `"}]}`},
		"dropdown value past":  {"dropdown", `{"text":"Pick","options":[{"label":"A","value":"` + x(151) + `"}]}`},
		"dropdown label past":  {"dropdown", `{"text":"Pick","options":[{"label":"` + x(76) + `","value":"a"}]}`},
		"dropdown alike":       {"dropdown", `{"text":"Pick","options":[{"label":"A","value":"v"},{"label":"B","value":"v"}]}`},
		"card":                 {"card", `{"title":"Room <1>","subtitle":"With **view**","imageUrl":"https://x.test/r.jpg","actions":[` + answer + `,{"action":"say","label":"Ask","value":"ask"},` + address + `]}`},
		"card without actions": {"card", `{"title":"Room","actions":[]}`},
		"card of 26 actions":   {"card", `{"title":"Room","actions":[` + strings.TrimSuffix(strings.Repeat(answer+",", 26), ",") + `]}`},
		"card address past":    {"card", `{"title":"Room","actions":[{"action":"url","label":"Open","value":"https://x.test/` + x(3000) + `"},{"action":"url","label":"Odd","value":"javascript:x"}]}`},
		"card of much":         {"card", `{"title":"Room","subtitle":"` + x(2990) + ` ` + x(20) + `","actions":[` + answer + `]}`},
		"carousel":             {"carousel", cards(2, `[`+answer+`,`+address+`]`)},
		"carousel of 17":       {"carousel", cards(17, `[`+answer+`]`)},
		"carousel of 18":       {"carousel", cards(18, `[`+answer+`]`)},
		"carousel of none":     {"carousel", `{"items":[]}`},
		"bloc": {"bloc", `{"items":[{"type":"text","payload":{"text":"Hi"}},{"type":"markdown","payload":{"markdown":"**m**"}},{"type":"image","payload":{"imageUrl":"https://x.test/a.png"}},` +
			`{"type":"audio","payload":{"audioUrl":"{host}/a.mp3"}},{"type":"video","payload":{"videoUrl":"{host}/a.mp4"}},{"type":"file","payload":{"fileUrl":"{host}/a.pdf"}},{"type":"location","payload":{"latitude":1,"longitude":2}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			host := hosted(b)
			if resp := b.say(c.typ, strings.ReplaceAll(c.payload, "{host}", host)); !resp.OK() {
				t.Fatalf("answer %d %s\n%s", resp.Status, resp.Body, sent(b))
			}
			integrationtest.Golden(t, "out/"+name, strings.ReplaceAll(sent(b), host, "https://host.test"))
		})
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.fake.Say(general, ada, "Root", "")
	b.config["botName"], b.config["botAvatarUrl"] = "Concierge", "https://x.test/bot.png"
	conv := func(channel string, tags platform.Tags) platform.Conversation {
		return platform.Conversation{ID: "conv_1", Channel: channel, Tags: tags}
	}
	for i, c := range []platform.Conversation{
		conv("channel", platform.Tags{"id": general}), conv("dm", platform.Tags{"id": direct}), conv("thread", platform.Tags{"id": general, "thread": root}),
	} {
		if resp := b.sayAs(message(fmt.Sprintf("msg_%d", i), "text", `{"text":"hi"}`), c, 1); !resp.OK() {
			t.Fatalf("%s: answer %d %s", c.Channel, resp.Status, resp.Body)
		}
	}
	file := `{"fileUrl":"` + hosted(b) + `/a.pdf"}`
	if resp := b.sayAs(message("msg_9", "file", file), conv("thread", platform.Tags{"id": general, "thread": root}), 1); !resp.OK() {
		t.Fatalf("file: answer %d %s", resp.Status, resp.Body)
	}
	integrationtest.Golden(t, "out/places", strings.ReplaceAll(sent(b), root, "{root}"))
	for _, c := range []platform.Conversation{conv("channel", nil), conv("thread", platform.Tags{"id": general})} {
		if resp := b.sayAs(message("msg_7", "text", `{"text":"hi"}`), c, 1); resp.Status != 400 || !strings.Contains(string(resp.Body), "has no tag") {
			t.Errorf("%s without its tags: %d %s", c.Channel, resp.Status, resp.Body)
		}
	}
}

func TestTagsOfSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say("text", `{"text":"hi"}`)
	out, err := client(b).GetMessage(t.Context(), &platform.GetMessageInput{ID: "msg_1"})
	if err != nil || out.Message.Tags["ts"] == "" || out.Message.Tags["channelId"] != general {
		t.Errorf("message %+v, %v", out, err)
	}
	b.tell("Ev1", `{"type":"reaction_added","user":"U0ADA","reaction":"eyes","item":{"type":"message","channel":"C0GENERAL","ts":"`+out.Message.Tags["ts"]+`"}}`)
	if e := b.platform.Events(); len(e) != 1 || e[0].MessageID != "msg_1" {
		t.Errorf("the reaction to it is %+v", e)
	}
}

// TestFilesOfTheBot are addresses that do not give a file.
func TestFilesOfTheBot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, want string
		status     int
	}{
		"empty":   {"/empty", "is empty", 400},
		"missing": {"/missing", "answered 404", 400},
		"busy":    {"/busy", "answered 503", 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			resp := b.say("file", `{"fileUrl":"`+hosted(b)+c.path+`?secret=s3cr3t"}`)
			if resp.Status != c.status || !strings.Contains(string(resp.Body), c.want) {
				t.Errorf("answer %d %s", resp.Status, resp.Body)
			}
			if strings.Contains(string(resp.Body)+b.log.String(), "s3cr3t") {
				t.Error("the address's secret is in the answer or the log")
			}
		})
	}
	b := setup(t)
	if resp := b.say("file", `{"fileUrl":"file:///etc/passwd"}`); resp.Status != 400 || !strings.Contains(string(resp.Body), "not an HTTP address") {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
	for _, auth := range b.fake.UploadTokens() {
		if auth != "" {
			t.Error("a token came with an upload")
		}
	}
}
