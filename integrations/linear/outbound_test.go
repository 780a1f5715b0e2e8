package linear_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
)

// comments are the calls that wrote comments, for people: the body is set
// apart as it is, and ids that are made anew are named.
func comments(b *bench) string {
	b.Helper()
	var out strings.Builder
	for _, raw := range b.fake.Of("BellhopCommentCreate") {
		var v struct {
			Input map[string]any `json:"input"`
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			b.Fatal(err)
		}
		body, _ := v.Input["body"].(string)
		delete(v.Input, "body")
		v.Input["id"] = "<made>"
		out.WriteString(names.Replace(integrationtest.Pretty(b, v.Input)) + body + "\n")
	}
	return out.String()
}

func TestOutgoing(t *testing.T) {
	t.Parallel()
	const options = `[{"label":"First *floor*","value":"1"},{"label":" ","value":"no label"},{"label":"1. Roof\nterrace","value":"r"}]`
	for name, c := range map[string]struct{ typ, payload string }{
		"text":             {"text", `{"text":"# Hello\n\n**bold** <https://x.test>\n\n- a\n- b"}`},
		"long text":        {"text", `{"text":"` + strings.Repeat("A line of words.\\n", 40) + `"}`},
		"markdown":         {"markdown", `{"markdown":"| a | b |\n|---|---|\n| 1 | 2 |"}`},
		"image":            {"image", `{"imageUrl":"https://x.test/a (1).png","title":"A [cat]"}`},
		"image bare":       {"image", `{"imageUrl":"https://x.test/a.png"}`},
		"audio":            {"audio", `{"audioUrl":"https://x.test/a.ogg","title":"A song"}`},
		"video":            {"video", `{"videoUrl":"https://x.test/dir/a.mp4?x=1"}`},
		"file":             {"file", `{"fileUrl":"https://x.test/the_menu.pdf"}`},
		"file at the root": {"file", `{"fileUrl":"https://x.test/"}`},
		"file with title":  {"file", `{"fileUrl":"https://x.test/1","title":"The menu"}`},
		"location":         {"location", `{"latitude":52.52,"longitude":-13.4,"title":"Hotel","address":"Street 1"}`},
		"location address": {"location", `{"latitude":52.52,"longitude":-13.4,"address":"Street 1"}`},
		"location bare":    {"location", `{"latitude":0,"longitude":0}`},
		"choice":           {"choice", `{"text":"**Which?**","options":` + options + `}`},
		"choice of none":   {"choice", `{"text":"Which?","options":[]}`},
		"choice of 30":     {"choice", `{"text":"Which?","options":[` + strings.TrimSuffix(strings.Repeat(`{"label":"x","value":"y"},`, 30), ",") + `]}`},
		"dropdown":         {"dropdown", `{"text":"Which?","options":` + options + `}`},
		"card":             {"card", `{"title":"# A room","subtitle":"With *view*","imageUrl":"https://x.test/r.jpg","actions":[{"action":"url","label":"See it","value":"https://x.test/r"},{"action":"postback","label":"Take it","value":"take"},{"action":"say","label":"Ask","value":"ask"},{"action":"url","label":"Map","value":"https://x.test/m"}]}`},
		"card of a title":  {"card", `{"title":"A room","actions":[]}`},
		"carousel": {"carousel", `{"items":[{"title":"One","imageUrl":"https://x.test/1.jpg","actions":[{"action":"say","label":"Take 1","value":"1"}]},` +
			`{"title":"Two","subtitle":"Sea","actions":[{"action":"url","label":"See 2","value":"https://x.test/2"},{"action":"say","label":"Take 2","value":"2"}]},{"title":"Three","actions":[]}]}`},
		"bloc": {"bloc", `{"items":[{"type":"text","payload":{"text":"Hi"}},{"type":"markdown","payload":{"markdown":"**m**"}},{"type":"image","payload":{"imageUrl":"https://x.test/a.png"}},` +
			`{"type":"audio","payload":{"audioUrl":"https://x.test/a.mp3"}},{"type":"video","payload":{"videoUrl":"https://x.test/a.mp4"}},{"type":"file","payload":{"fileUrl":"https://x.test/a.pdf"}},{"type":"location","payload":{"latitude":1,"longitude":2}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if resp := b.say(c.typ, c.payload); !resp.OK() {
				t.Fatalf("answer %d %s", resp.Status, resp.Body)
			}
			integrationtest.Golden(t, "out/"+name, comments(b))
		})
	}
}

func TestNothingToSay(t *testing.T) {
	t.Parallel()
	for typ, payload := range map[string]string{"bloc": `{"items":[]}`, "markdown": `{"markdown":" "}`, "carousel": `{"items":[]}`} {
		b := setup(t)
		if resp := b.say(typ, payload); resp.Status != 400 || !strings.Contains(string(resp.Body), "says nothing") {
			t.Errorf("%s: answer %d %s", payload, resp.Status, resp.Body)
		}
	}
	b := setup(t)
	conv := b.conversation()
	conv.Tags = platform.Tags{}
	if resp := b.handle(b.delivery(b.platform.Say(conv.ID, "text", json.RawMessage(`{"text":"x"}`)), conv)); resp.Status != 400 || !strings.Contains(string(resp.Body), "which issue it is") {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
}

// The bot answers where it was spoken to.
func TestThreads(t *testing.T) {
	t.Parallel()
	reply := lineartest.Comment(lineartest.ReplyID, "Hello?", map[string]any{"parentId": lineartest.CommentID})
	last := func(b *bench) map[string]any {
		all := b.fake.Comments()
		return all[len(all)-1]
	}
	t.Run("a comment is answered beside it", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.post(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
		b.say("text", `{"text":"yes"}`)
		if c := last(b); c["body"] != "yes" || c["parentId"] != nil {
			t.Errorf("comment %v", c)
		}
	})
	t.Run("a reply is answered in its thread", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.post(reply, "d1")
		b.say("text", `{"text":"yes"}`)
		if c := last(b); c["body"] != "yes" || c["parentId"] != lineartest.CommentID {
			t.Errorf("comment %v", c)
		}
		all := b.messages()
		if got := all[len(all)-1].Tags["parentId"]; got != lineartest.CommentID {
			t.Errorf("the message's parentId is %q", got)
		}
	})
	t.Run("what is said later elsewhere does not move it", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		conv := b.conversation()
		m := b.platform.Say(conv.ID, "text", json.RawMessage(`{"text":"yes"}`))
		at := func(d time.Duration) platform.Time { return platform.At(m.CreatedAt.Add(d)) }
		integrationtest.On(b.platform, platform.OpListMessages, func(*platform.ListMessagesInput) (*platform.ListMessagesOutput, error) {
			return &platform.ListMessagesOutput{Messages: []platform.Message{
				{ID: "m4", Direction: platform.Incoming, CreatedAt: at(time.Second)},
				m,
				{ID: "m2", Direction: platform.Incoming, CreatedAt: at(-time.Second), Tags: platform.Tags{"parentId": lineartest.CommentID}},
				{ID: "m1", Direction: platform.Incoming, CreatedAt: at(-time.Minute)},
			}}, nil
		})
		b.handle(b.delivery(m, conv))
		if c := last(b); c["body"] != "yes" || c["parentId"] != lineartest.CommentID {
			t.Errorf("comment %v", c)
		}
	})
	t.Run("the bot chooses the thread", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		conv := b.conversation()
		m := b.platform.Say(conv.ID, "text", json.RawMessage(`{"text":"there"}`))
		m.Tags = platform.Tags{"parentId": lineartest.CommentID}
		b.handle(b.delivery(m, conv))
		if c := last(b); c["body"] != "there" || c["parentId"] != lineartest.CommentID {
			t.Errorf("comment %v", c)
		}
	})
	t.Run("a thread is a conversation", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.config["separateThreads"] = true
		b.post(reply, "d1")
		out, err := b.client().ListConversations(b.Context(), &platform.ListConversationsInput{Channel: "thread"})
		if err != nil || len(out.Conversations) != 1 {
			t.Fatal(out, err)
		}
		conv := out.Conversations[0]
		b.handle(b.delivery(b.platform.Say(conv.ID, "text", json.RawMessage(`{"text":"yes"}`)), conv))
		if c := last(b); c["body"] != "yes" || c["parentId"] != lineartest.CommentID || c["issueId"] != lineartest.IssueID {
			t.Errorf("comment %v", c)
		}
	})
}
