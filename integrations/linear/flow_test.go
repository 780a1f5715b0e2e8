package linear_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
)

// A person writes, the bot answers, and Linear tells of the answer too.
func TestCommentAndAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if resp := b.register(); !resp.OK() {
		t.Fatalf("register: %d %s", resp.Status, resp.Body)
	}
	b.post(lineartest.Comment(lineartest.CommentID, "Is anybody there?", nil), "d1")
	if got := b.messages(); len(got) != 1 || string(got[0].Payload) != `{"text":"Is anybody there?"}` || got[0].Tags["id"] != lineartest.CommentID {
		t.Fatalf("messages %+v", got)
	}
	if resp := b.say("text", `{"text":"**Yes.**"}`); !resp.OK() {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	all := b.fake.Comments()
	mine := all[len(all)-1]
	if mine["body"] != "**Yes.**" || mine["issueId"] != lineartest.IssueID {
		t.Errorf("comment %v", mine)
	}
	said := b.messages()
	if said[1].Tags["id"] != mine["id"] {
		t.Errorf("the message's tags are %v, want the comment's id %v", said[1].Tags, mine["id"])
	}
	// The bot's own comment comes back as a webhook.
	b.post(lineartest.Comment(mine["id"].(string), "**Yes.**", nil), "d2")
	if n := len(b.messages()); n != 2 {
		t.Errorf("%d messages, want the person's and the bot's", n)
	}
}
