package whatsapp_test

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

// cards are n cards with the actions, as JSON.
func cards(n int, actions string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"title":"Card %d","subtitle":"Sub","imageUrl":"https://x.test/%d.jpg","actions":%s}`, i+1, i+1, strings.ReplaceAll(actions, "#", fmt.Sprint(i+1))))
	}
	return `{"items":[` + strings.Join(list, ",") + `]}`
}

func TestOutgoing(t *testing.T) {
	t.Parallel()
	x := func(n int) string { return strings.Repeat("x", n) }
	const answer, link = `{"action":"postback","label":"Take #","value":"take#"}`, `{"action":"url","label":"Open #","value":"https://x.test/#"}`
	for name, c := range map[string]struct{ typ, payload string }{
		"text":                     {"text", `{"text":"**bold** *slanted* ~~gone~~ [site](https://x.test)\n\n- a\n- b\n\n> said\n\n# Head\n\n` + "```go\\ncode\\n```" + `"}`},
		"text at the limit":        {"text", `{"text":"` + x(4096) + `"}`},
		"text past the limit":      {"text", `{"text":"` + x(4096) + `y"}`},
		"text at a word":           {"text", `{"text":"` + x(4000) + ` ` + strings.Repeat("y", 200) + `"}`},
		"text of wide characters":  {"text", `{"text":"` + strings.Repeat("語", 4097) + `"}`},
		"markdown":                 {"markdown", `{"markdown":"| a | b |\n|---|---|\n| 1 | 2 |"}`},
		"image":                    {"image", `{"imageUrl":"https://x.test/a.jpg"}`},
		"image with title":         {"image", `{"imageUrl":"https://x.test/a.jpg","title":"A **cat**"}`},
		"image with caption":       {"image", `{"imageUrl":"https://x.test/a.jpg","title":"no","caption":"yes"}`},
		"image caption at limit":   {"image", `{"imageUrl":"https://x.test/a.jpg","title":"` + x(1024) + `"}`},
		"image caption past limit": {"image", `{"imageUrl":"https://x.test/a.jpg","title":"` + x(1025) + `"}`},
		"image in its address":     {"image", `{"imageUrl":"data:image/png;base64,iVBORw0KGgo=","title":"A cat"}`},
		"file in its address":      {"file", `{"fileUrl":"data:text/plain,Hello%20there","filename":"hello.txt"}`},
		"card in its address":      {"card", `{"title":"Room","imageUrl":"data:image/jpeg;base64,/9j/","actions":[` + answer + `]}`},
		"image webp":               {"image", `{"imageUrl":"https://x.test/a.WEBP?v=1","title":"A cat"}`},
		"audio":                    {"audio", `{"audioUrl":"https://x.test/a.ogg","title":"A song"}`},
		"video":                    {"video", `{"videoUrl":"https://x.test/a.mp4","title":"A film"}`},
		"file":                     {"file", `{"fileUrl":"https://x.test/dir/a.pdf"}`},
		"file with title":          {"file", `{"fileUrl":"https://x.test/download.pdf","title":"The menu"}`},
		"file with filename":       {"file", `{"fileUrl":"https://x.test/1","title":"The menu","filename":"menu/x.pdf"}`},
		"location":                 {"location", `{"latitude":52.5,"longitude":13.4,"title":"Hotel","address":"Street 1"}`},
		"choice of 1":              {"choice", `{"text":"Pick","options":` + options(1) + `}`},
		"choice of 3":              {"choice", `{"text":"**Pick**","options":` + options(3) + `}`},
		"choice of 4":              {"choice", `{"text":"Pick","options":` + options(4) + `,"buttonLabel":"Show all of them now"}`},
		"choice of none":           {"choice", `{"text":"Pick","options":[]}`},
		"choice label at limit":    {"choice", `{"text":"Pick","options":[{"label":"` + x(20) + `","value":"a"}]}`},
		"choice label past limit":  {"choice", `{"text":"Pick","options":[{"label":"` + x(21) + `","value":"a"}]}`},
		"choice label twice":       {"choice", `{"text":"Pick","options":[{"label":"Yes","value":"a"},{"label":"Yes","value":"b"}]}`},
		"choice value at limit":    {"choice", `{"text":"Pick","options":[{"label":"A","value":"` + x(256) + `"}]}`},
		"choice value past limit":  {"choice", `{"text":"Pick","options":[{"label":"A","value":"` + x(257) + `"},{"label":"B","value":" b"},{"label":"C","value":"c"}]}`},
		"choice value twice":       {"choice", `{"text":"Pick","options":[{"label":"A","value":"v"},{"label":"B","value":"v"}]}`},
		"choice text at limit":     {"choice", `{"text":"` + x(1024) + `","options":` + options(2) + `}`},
		"choice text past limit":   {"choice", `{"text":"` + x(1000) + `\n\n` + x(30) + `","options":` + options(2) + `}`},
		"dropdown":                 {"dropdown", `{"text":"Pick","options":` + options(2) + `}`},
		"dropdown of 10":           {"dropdown", `{"text":"Pick","options":` + options(10) + `}`},
		"dropdown of 11":           {"dropdown", `{"text":"Pick","options":` + options(11) + `}`},
		"dropdown labels": {"dropdown", `{"text":"Pick","options":[{"label":"` + x(24) + `","value":"a"},{"label":"` + x(25) + `","value":"b"},{"label":"word ` +
			x(68) + `","value":"` + x(200) + `"},{"label":"w","value":"` + x(201) + `"}]}`},
		"card":                       {"card", `{"title":"Room","subtitle":"With *view*","imageUrl":"https://x.test/r.jpg","actions":[` + answer + `,{"action":"say","label":"Ask","value":"ask"}]}`},
		"card without actions":       {"card", `{"title":"Room","subtitle":"With view","imageUrl":"https://x.test/r.jpg","actions":[]}`},
		"card of text":               {"card", `{"title":"Room","actions":[]}`},
		"card with an address":       {"card", `{"title":"Room","imageUrl":"https://x.test/r.jpg","actions":[` + link + `]}`},
		"card with 4 answers":        {"card", `{"title":"Room","actions":[` + strings.Join([]string{answer, answer, answer, answer}, ",") + `]}`},
		"card of mixed actions":      {"card", `{"title":"Room","subtitle":"s","imageUrl":"https://x.test/r.jpg","actions":[` + link + `,` + answer + `,{"action":"url","label":"Call","value":"tel:+15550001"}]}`},
		"card with long labels":      {"card", `{"title":"Room","actions":[{"action":"say","label":"` + x(30) + `","value":"1"},{"action":"say","label":"` + x(31) + `","value":"2"}]}`},
		"card body past limit":       {"card", `{"title":"Room","subtitle":"` + x(1030) + `","actions":[` + answer + `]}`},
		"carousel of answers":        {"carousel", cards(2, `[`+answer+`,{"action":"say","label":"More","value":"more"}]`)},
		"carousel of addresses":      {"carousel", cards(2, `[`+link+`]`)},
		"carousel of 10":             {"carousel", cards(10, `[`+link+`]`)},
		"carousel of 11":             {"carousel", cards(11, `[`+link+`]`)},
		"carousel of 1":              {"carousel", cards(1, `[`+link+`]`)},
		"carousel with 3 answers":    {"carousel", cards(2, `[`+strings.Join([]string{answer, answer, answer}, ",")+`]`)},
		"carousel without actions":   {"carousel", cards(2, `[]`)},
		"carousel of unlike cards":   {"carousel", `{"items":[{"title":"A","imageUrl":"https://x.test/a.jpg","actions":[` + link + `]},{"title":"B","imageUrl":"https://x.test/b.jpg","actions":[` + answer + `]}]}`},
		"carousel body at limit":     {"carousel", strings.ReplaceAll(cards(2, `[`+link+`]`), "Sub", x(160-9))},
		"carousel body past limit":   {"carousel", strings.ReplaceAll(cards(2, `[`+link+`]`), "Sub", x(160-8))},
		"bloc":                       {"bloc", `{"items":[{"type":"text","payload":{"text":"Hi"}},{"type":"markdown","payload":{"markdown":"**m**"}},{"type":"image","payload":{"imageUrl":"https://x.test/a.png"}},{"type":"audio","payload":{"audioUrl":"https://x.test/a.mp3"}},{"type":"video","payload":{"videoUrl":"https://x.test/a.mp4"}},{"type":"file","payload":{"fileUrl":"https://x.test/a.pdf","filename":"b.pdf"}},{"type":"location","payload":{"latitude":1,"longitude":2}}]}`},
		"sticker":                    {"sticker", `{"stickerUrl":"https://x.test/s.webp"}`},
		"contacts":                   {"contacts", `{"contacts":[{"name":{"formatted_name":"Ada","first_name":"Ada"},"phones":[{"phone":"+15550001","type":"WORK"}]}]}`},
		"contacts past limit":        {"contacts", `{"contacts":[` + strings.Repeat(`{"name":{"formatted_name":"Ada","first_name":"Ada"}},`, 5) + `{"name":{"formatted_name":"Bob","first_name":"Bob"}}]}`},
		"interactive flow":           {"interactive", `{"interactive":{"type":"flow","body":{"text":"Book"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"1","flow_cta":"Book","flow_token":"t"}}}}`},
		"interactive location":       {"interactive", `{"interactive":{"type":"location_request_message","body":{"text":"Where?"},"action":{"name":"send_location"}}}`},
		"template":                   {"template", `{"templateName":"hello"}`},
		"template with body":         {"template", `{"templateName":"booking","templateBodyParams":{"type":"positional","values":["12","Ada"]}}`},
		"template with named":        {"template", `{"templateName":"named","templateBodyParams":{"type":"named","values":{"guest":"Ada"}}}`},
		"template of the older form": {"template", `{"templateName":"booking","templateVariablesJson":"[12,\"Ada\"]"}`},
		"template with all": {"template", `{"templateName":"hello","templateLanguage":"en","templateHeaderParams":{"type":"document","url":"https://x.test/a.pdf","filename":"a.pdf"},` +
			`"templateButtonParams":[{"type":"url","value":"x"},{"type":"skip"},{"type":"quick_reply","payload":"p"},{"type":"copy_code","code":"C"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if resp := b.say(c.typ, c.payload); !resp.OK() {
				t.Fatalf("answer %d %s", resp.Status, resp.Body)
			}
			integrationtest.Golden(t, "out/"+strings.ReplaceAll(name, " ", "_"), integrationtest.Runs(integrationtest.Pretty(t, b.fake.Sent())))
		})
	}
}

func TestOutgoingIsNotSentTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if resp := b.say("text", `{"text":"hi"}`); !resp.OK() {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	out, err := client(b).GetMessage(t.Context(), &platform.GetMessageInput{ID: "msg_1"})
	if err != nil || out.Message.Tags["id"] != "wamid.OUT1" {
		t.Errorf("message %+v, %v", out, err)
	}
	again := platform.Message{ID: "msg_1", Type: "text", Payload: json.RawMessage(`{"text":"hi"}`)}
	if resp := b.sayAs(again, 2); !resp.OK() || len(b.fake.Sent()) != 1 {
		t.Errorf("a retry was answered %d %s and sent %s", resp.Status, resp.Body, b.fake.Sent())
	}
}

func TestReplyAndReaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := client(b).UpdateMessage(t.Context(), &platform.UpdateMessageInput{ID: "msg_in", Tags: platform.Tags{"id": "wamid.IN"}}); err != nil {
		t.Fatal(err)
	}
	b.say("text", `{"text":"yes","replyTo":"msg_in"}`)
	b.sayAs(platform.Message{ID: "msg_2", Type: "text", Payload: json.RawMessage(`{"text":"tagged"}`), Tags: platform.Tags{"replyTo": "msg_in"}}, 1)
	b.sayAs(platform.Message{ID: "msg_3", Type: "reaction", Payload: json.RawMessage(`{"messageId":"msg_in","reaction":"👍"}`)}, 1)
	b.sayAs(platform.Message{ID: "msg_4", Type: "reaction", Payload: json.RawMessage(`{"messageId":"msg_in"}`)}, 1)
	integrationtest.Golden(t, "out/reply_and_reaction", integrationtest.Pretty(t, b.fake.Sent()))
	for _, typ := range []string{"reaction", "text"} {
		resp := b.sayAs(platform.Message{ID: "msg_5", Type: typ, Payload: json.RawMessage(`{"text":"x","messageId":"none","replyTo":"none"}`)}, 1)
		if resp.Status != 400 || !strings.Contains(string(resp.Body), "there is no message none") {
			t.Errorf("%s to a message that is not there: %d %s", typ, resp.Status, resp.Body)
		}
	}
}
