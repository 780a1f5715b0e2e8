package telegram_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// options are n options of a choice, as JSON.
func options(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"label":"Option %d","value":"v%d"}`, i+1, i+1))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestOutgoing(t *testing.T) {
	t.Parallel()
	x := func(n int) string { return strings.Repeat("x", n) }
	const answer, link = `{"action":"postback","label":"Take","value":"take"}`, `{"action":"url","label":"Open","value":"https://x.test/1"}`
	for name, c := range map[string]struct{ typ, payload string }{
		"text":                     {"text", `{"text":"**bold** *slanted* ~~gone~~ [site](https://x.test/?a=1&b=\"2\") a < b & c\n\n- a\n- b\n\n> said\n> > twice\n\n# Head\n\n` + "```go\\nif a < b {}\\n```" + ` and ` + "`x<y`" + `"}`},
		"text at the limit":        {"text", `{"text":"` + x(4096) + `"}`},
		"text past the limit":      {"text", `{"text":"` + x(4096) + `y"}`},
		"text of marks at limit":   {"text", `{"text":"**` + x(4090) + `** & <a>"}`},
		"text of pairs at limit":   {"text", `{"text":"` + strings.Repeat("😀", 2048) + `"}`},
		"text of pairs past limit": {"text", `{"text":"` + strings.Repeat("😀", 2048) + `a"}`},
		"text cut in marks":        {"text", `{"text":"**[` + x(3000) + ` ` + strings.Repeat("y", 3000) + `](https://x.test)** end"}`},
		"text cut in code":         {"text", `{"text":"` + "```go\\n" + strings.Repeat("x", 4000) + `\n` + strings.Repeat("y", 200) + "\\n```" + `"}`},
		"text of an empty link":    {"text", `{"text":"[](https://x.test)"}`},
		"text of html":             {"text", `{"text":"<b>no</b> &amp; <script>"}`},
		"markdown":                 {"markdown", `{"markdown":"| a | b |\n|---|---|\n| 1 | 2 |"}`},
		"image":                    {"image", `{"imageUrl":"https://x.test/a.jpg"}`},
		"image with title":         {"image", `{"imageUrl":"https://x.test/a.jpg","title":"A **cat**"}`},
		"image with caption":       {"image", `{"imageUrl":"https://x.test/a.jpg","title":"no","caption":"yes"}`},
		"image caption at limit":   {"image", `{"imageUrl":"https://x.test/a.jpg","title":"**` + x(1024) + `**"}`},
		"image caption past limit": {"image", `{"imageUrl":"https://x.test/a.jpg","title":"` + x(1025) + `"}`},
		"image gif":                {"image", `{"imageUrl":"https://x.test/a.GIF?v=1","title":"A cat"}`},
		"image in its address":     {"image", `{"imageUrl":"data:image/png;base64,iVBORw0KGgo=","title":"A cat"}`},
		"drawing in its address":   {"card", `{"title":"Room","imageUrl":"data:image/svg+xml,%3Csvg/%3E","actions":[` + answer + `]}`},
		"file in its address":      {"file", `{"fileUrl":"data:text/plain,Hello%20there","filename":"hello.txt"}`},
		"audio":                    {"audio", `{"audioUrl":"https://x.test/a.mp3","title":"A song"}`},
		"audio caption":            {"audio", `{"audioUrl":"https://x.test/a.mp3","title":"A song","caption":"**Listen**"}`},
		"audio ogg":                {"audio", `{"audioUrl":"https://x.test/a.ogg"}`},
		"video":                    {"video", `{"videoUrl":"https://x.test/a.mp4","title":"A film"}`},
		"file":                     {"file", `{"fileUrl":"https://x.test/dir/a.pdf"}`},
		"file with title":          {"file", `{"fileUrl":"https://x.test/a.pdf","title":"The menu"}`},
		"location":                 {"location", `{"latitude":0,"longitude":13.4}`},
		"location with both":       {"location", `{"latitude":52.5,"longitude":13.4,"title":"Hotel","address":"Street 1"}`},
		"location with title":      {"location", `{"latitude":52.5,"longitude":13.4,"title":"Hotel"}`},
		"location with address":    {"location", `{"latitude":52.5,"longitude":13.4,"address":"Street 1"}`},
		"choice":                   {"choice", `{"text":"**Pick**","options":` + options(4) + `}`},
		"choice long":              {"choice", `{"text":"Pick","options":[{"label":"` + x(20) + `","value":"a"},{"label":"` + x(11) + `","value":"b"},{"label":"c","value":"c"}]}`},
		"choice of none":           {"choice", `{"text":"Pick","options":[]}`},
		"choice value at limit":    {"choice", `{"text":"Pick","options":[{"label":"A","value":"` + strings.Repeat("é", 32) + `"}]}`},
		"choice value past limit":  {"choice", `{"text":"Pick","options":[{"label":"A","value":"a"},{"label":"B","value":"` + strings.Repeat("é", 32) + `b"}]}`},
		"choice value of ours":     {"choice", `{"text":"Pick","options":[{"label":"A","value":"bellhop:msg_9:0"}]}`},
		"choice label past limit":  {"choice", `{"text":"Pick","options":[{"label":"` + x(65) + `","value":"a"}]}`},
		"choice text past limit":   {"choice", `{"text":"` + x(4096) + `y","options":` + options(1) + `}`},
		"choice at limit":          {"choice", `{"text":"Pick","options":` + options(100) + `}`},
		"choice past limit":        {"choice", `{"text":"Pick","options":` + options(101) + `}`},
		"dropdown":                 {"dropdown", `{"text":"Pick","options":` + options(3) + `}`},
		"card":                     {"card", `{"title":"Room & bath","subtitle":"With *view*","imageUrl":"https://x.test/r.jpg","actions":[` + answer + `,{"action":"say","label":"Ask","value":"ask"},` + link + `]}`},
		"card of text":             {"card", `{"title":"Room","actions":[` + link + `]}`},
		"card without actions":     {"card", `{"title":"Room","imageUrl":"https://x.test/r.jpg","actions":[]}`},
		"card text past limit":     {"card", `{"title":"Room","subtitle":"` + x(1024) + `","imageUrl":"https://x.test/r.jpg","actions":[` + answer + `]}`},
		"card address no button":   {"card", `{"title":"Room","actions":[{"action":"url","label":"Call","value":"tel:+15550001"},{"action":"url","label":"Local","value":"http://localhost/x"}]}`},
		"carousel":                 {"carousel", `{"items":[{"title":"A","actions":[` + answer + `]},{"title":"B","imageUrl":"https://x.test/b.jpg","actions":[{"action":"say","label":"Long","value":"` + x(65) + `"}]}]}`},
		"bloc":                     {"bloc", `{"items":[{"type":"text","payload":{"text":"Hi"}},{"type":"markdown","payload":{"markdown":"**m**"}},{"type":"image","payload":{"imageUrl":"https://x.test/a.png"}},{"type":"audio","payload":{"audioUrl":"https://x.test/a.mp3"}},{"type":"video","payload":{"videoUrl":"https://x.test/a.mp4"}},{"type":"file","payload":{"fileUrl":"https://x.test/a.pdf","filename":"b.pdf"}},{"type":"location","payload":{"latitude":1,"longitude":2}}]}`},
		"sticker":                  {"sticker", `{"stickerUrl":"https://x.test/s.webp"}`},
		"animation":                {"animation", `{"animationUrl":"https://x.test/a.mp4","title":"Look"}`},
		"voice":                    {"voice", `{"voiceUrl":"https://x.test/a.ogg","title":"Listen"}`},
		"contact":                  {"contact", `{"phoneNumber":"+15550001","firstName":"Bob","lastName":"B"}`},
		"poll":                     {"poll", `{"question":"When?","options":["Now","Later"],"anonymous":false,"allowsMultipleAnswers":true}`},
		"poll at limit":            {"poll", `{"question":"` + x(300) + `","options":["` + x(100) + `"` + strings.Repeat(`,"o"`, 11) + `]}`},
		"poll text past limit":     {"poll", `{"question":"` + x(301) + `","options":["` + x(101) + `"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if resp := b.say(c.typ, c.payload); !resp.OK() {
				t.Fatalf("answer %d %s", resp.Status, resp.Body)
			}
			integrationtest.Golden(t, "out/"+name, b.calls())
		})
	}
}

func TestOutgoingRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ typ, payload, want string }{
		"blank":             {"text", `{"text":" \n "}`, "blank"},
		"poll past limit":   {"poll", `{"question":"q","options":["a"` + strings.Repeat(`,"o"`, 12) + `]}`, "12 options"},
		"answer to nothing": {"text", `{"text":"x","replyTo":"msg_none"}`, "there is no message msg_none"},
	} {
		b := setup(t)
		if resp := b.say(c.typ, c.payload); resp.Status != 400 || !strings.Contains(string(resp.Body), c.want) || len(b.fake.Sent()) != 0 {
			t.Errorf("%s: %d %s, want %q", name, resp.Status, resp.Body, c.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for name, tags := range map[string]platform.Tags{
		"topic":         {"id": "-1001000000300/5", "chatId": "-1001000000300", "threadId": "5"},
		"general topic": {"id": "-1001000000300", "chatId": "-1001000000300"},
		"channel":       {"id": "-1001000000400", "chatId": "-1001000000400"},
	} {
		b := setup(t)
		m := platform.Message{ID: "msg_1", Type: "text", Payload: json.RawMessage(`{"text":"hi"}`)}
		if resp := b.sayIn(tags, m, 1); !resp.OK() {
			t.Fatalf("answer %d %s", resp.Status, resp.Body)
		}
		integrationtest.Golden(t, "out/place "+name, b.calls())
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.receive(b.fake.Update("message", said(42, `"text":"Hi"`)))
	in, err := b.client().ListMessages(t.Context(), &platform.ListMessagesInput{})
	if err != nil || len(in.Messages) != 1 {
		t.Fatal(in, err)
	}
	b.say("text", `{"text":"yes","replyTo":"`+in.Messages[0].ID+`"}`)
	b.sayIn(platform.Tags{"chatId": "77"}, platform.Message{
		ID: "msg_2", Type: "text", Payload: json.RawMessage(`{"text":"tagged"}`), Tags: platform.Tags{"replyTo": in.Messages[0].ID},
	}, 1)
	integrationtest.Golden(t, "out/reply", integrationtest.Runs(integrationtest.Pretty(t, b.fake.Calls("sendMessage"))))
}

func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	long := strings.Repeat("x", 100)
	payload := `{"text":"Pick","options":[{"label":"A","value":"a"},{"label":"B","value":"` + long + `"}]}`
	if _, err := b.client().UpdateMessage(t.Context(), &platform.UpdateMessageInput{ID: "msg_1", Payload: []byte(payload)}); err != nil {
		t.Fatal(err)
	}
	press := func(n int, data string) json.RawMessage {
		return b.fake.Update("callback_query", fmt.Sprintf(`{"id":"q%d",%s,"message":%s,"chat_instance":"1","data":%q}`, n, ada,
			said(41, fmt.Sprintf(`"text":"Pick","reply_markup":{"inline_keyboard":[[{"text":"Shown","callback_data":%q}]]}`, data)), data))
	}
	b.receive(press(1, "a"), press(2, "bellhop:msg_1:1"), press(3, "bellhop:msg_1:2"), press(4, "bellhop:msg_none:0"), press(5, "bellhop:"))
	var got []string
	for _, in := range integrationtest.Inputs(b.platform, platform.OpReceiveMessage) {
		got = append(got, integrationtest.Runs(string(in.Message.Payload)))
	}
	want := []string{`{"text":"Shown","value":"a"}`, `{"text":"Shown","value":"x*100"}`, `{"text":"Shown","value":"bellhop:msg_1:2"}`,
		`{"text":"Shown","value":"bellhop:msg_none:0"}`, `{"text":"Shown","value":"bellhop:"}`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %s, want %s", got, want)
	}
	if answers := b.fake.Calls("answerCallbackQuery"); len(answers) != 5 {
		t.Errorf("%d presses were answered, want 5", len(answers))
	}
}
