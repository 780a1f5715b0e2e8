package linear_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	type data = map[string]any
	comment := lineartest.Comment
	elsewhere := func(more data) lineartest.Hook {
		more["issue"], more["issueId"] = nil, nil
		return comment("00000000-0000-4000-8000-0000000000c1", "On something else", more)
	}
	as := func(h lineartest.Hook, actor data) lineartest.Hook {
		h.Actor = actor
		return h
	}
	then := func(h lineartest.Hook, action string, more, from data) lineartest.Hook {
		h.Action, h.UpdatedFrom = action, from
		changed := data{}
		for k, v := range h.Data {
			changed[k] = v
		}
		for k, v := range more {
			changed[k] = v
		}
		h.Data = changed
		return h
	}
	root := comment(lineartest.CommentID, "Is *anybody* there?", nil)
	reply := comment(lineartest.ReplyID, "Hello?", data{"parentId": lineartest.CommentID, "parent": data{
		"id": lineartest.CommentID, "body": "Is *anybody* there?"}})
	for name, c := range map[string]struct {
		config data
		hooks  []lineartest.Hook
	}{
		"comment":              {nil, []lineartest.Hook{root}},
		"comment told twice":   {nil, []lineartest.Hook{root, root}},
		"reply":                {nil, []lineartest.Hook{root, reply}},
		"reply first":          {nil, []lineartest.Hook{reply, root}},
		"reply apart":          {data{"separateThreads": true}, []lineartest.Hook{root, reply}},
		"edit":                 {nil, []lineartest.Hook{root, then(root, "update", data{"body": "Is somebody there?"}, data{"body": "Is *anybody* there?"})}},
		"edit before it":       {nil, []lineartest.Hook{then(root, "update", data{"body": "later"}, data{"body": "earlier"}), root}},
		"removed":              {nil, []lineartest.Hook{root, then(root, "remove", nil, nil)}},
		"resolved":             {nil, []lineartest.Hook{root, then(root, "update", data{"resolvedAt": "2026-01-03T00:00:00.000Z"}, data{"resolvedAt": nil})}},
		"child issue":          {nil, []lineartest.Hook{comment(lineartest.CommentID, "Hi", data{"issueId": lineartest.ChildIssueID, "issue": data{"id": lineartest.ChildIssueID, "identifier": "ENG-2", "title": "Call the mechanic", "url": "https://linear.app/hotel/issue/ENG-2", "teamId": lineartest.TeamID, "team": data{"id": lineartest.TeamID}}})}},
		"only ids":             {nil, []lineartest.Hook{comment(lineartest.CommentID, "Hi", data{"issue": nil, "user": nil})}},
		"nothing said":         {nil, []lineartest.Hook{comment(lineartest.CommentID, " ", nil)}},
		"from Slack":           {nil, []lineartest.Hook{as(comment(lineartest.CommentID, "Hi", data{"user": nil, "userId": nil, "externalUserId": "x1", "externalUser": data{"id": "x1", "name": "Eve External", "email": "eve@else.test"}}), data{"id": "x1", "type": "externalUser", "name": "Eve External"})}},
		"of another bot":       {nil, []lineartest.Hook{as(comment(lineartest.CommentID, "Merged", data{"user": nil, "userId": nil, "botActor": `{"type":"github"}`}), data{"id": "g1", "type": "integration", "service": "github"})}},
		"by the bot":           {nil, []lineartest.Hook{comment(lineartest.CommentID, "Me", data{"userId": lineartest.MemberID, "user": data{"id": lineartest.MemberID, "name": "Max Member", "email": "m", "url": "u"}})}},
		"by the bot, listened": {data{"listenToSelf": true}, []lineartest.Hook{comment(lineartest.CommentID, "Me", data{"userId": lineartest.MemberID, "user": data{"id": lineartest.MemberID, "name": "Max Member", "email": "m", "url": "u"}})}},
		"on a project":         {nil, []lineartest.Hook{elsewhere(data{"projectId": lineartest.ProjectID})}},
		"on a project update":  {nil, []lineartest.Hook{elsewhere(data{"projectUpdateId": "pu1"})}},
		"on a document":        {nil, []lineartest.Hook{elsewhere(data{"documentContentId": "dc1"})}},
		"on an initiative":     {nil, []lineartest.Hook{elsewhere(data{"initiativeId": "in1", "initiativeUpdateId": "iu1"})}},
		"new name":             {nil, []lineartest.Hook{root, comment(lineartest.ReplyID, "Married", data{"user": data{"id": lineartest.AdaID, "name": "Ada King", "email": "ada@king.test", "url": "u", "avatarUrl": "https://public.linear.app/king.png"}})}},
		"new name, no address": {nil, []lineartest.Hook{root, as(comment(lineartest.ReplyID, "Married", data{"user": data{"id": lineartest.AdaID, "name": "Ada King", "url": "u"}}), data{"id": lineartest.AdaID, "type": "user", "name": "Ada King"})}},
		"new title":            {nil, []lineartest.Hook{root, comment(lineartest.ReplyID, "Renamed", data{"issue": data{"id": lineartest.IssueID, "identifier": "ENG-1", "title": "The lift is stuck again", "url": "https://linear.app/hotel/issue/ENG-1", "teamId": lineartest.TeamID, "team": data{"id": lineartest.TeamID}}})}},
		"of no interest":       {nil, []lineartest.Hook{{Type: "IssueLabel", Action: "create", Data: data{"id": "l1", "name": "x"}}}},
		"an unknown action":    {nil, []lineartest.Hook{then(root, "explode", nil, nil)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for k, v := range c.config {
				b.config[k] = v
			}
			b.register()
			for i, h := range c.hooks {
				if name == "comment told twice" {
					i = 0
				}
				b.post(h, "delivery-"+string(rune('a'+i)))
			}
			integrationtest.Golden(t, "in/"+strings.ReplaceAll(name, ",", ""), story(b))
		})
	}
}

// What Linear promises about the people of a workspace is asked for when it is
// needed, and missed when it cannot be had.
func TestProfileIsACourtesy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register()
	b.fake.Faults.Add(lineartest.Broken(503), lineartest.Broken(503))
	b.post(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
	if got := b.messages(); len(got) != 1 {
		t.Fatalf("messages %+v", got)
	}
	integrationtest.Golden(t, "in/without profile", story(b))
	b.post(lineartest.Comment(lineartest.ReplyID, "Hi again", nil), "d2")
	users := story(b)
	if !strings.Contains(users, "Europe/London") {
		t.Errorf("the time zone is missing after the second comment: %s", users)
	}
}

func TestAnswersByNumber(t *testing.T) {
	t.Parallel()
	const choice = `{"text":"Which floor?","options":[{"label":"First floor","value":"f1"},{"label":"2nd","value":"f2"},{"label":"Roof","value":"3"}]}`
	const carousel = `{"items":[{"title":"A","actions":[{"action":"postback","label":"Take A","value":"a"},{"action":"url","label":"See","value":"https://x.test"}]},` +
		`{"title":"B","actions":[{"action":"say","label":"Take B","value":"b"}]}]}`
	for _, c := range []struct{ typ, payload, said, want string }{
		{"choice", choice, "1", `{"text":"First floor","value":"f1"}`},
		{"choice", choice, "2.", `{"text":"2nd","value":"f2"}`},
		{"choice", choice, "#2", `{"text":"2nd","value":"f2"}`},
		{"choice", choice, "(2)", `{"text":"2nd","value":"f2"}`},
		{"choice", choice, `2\.`, `{"text":"2nd","value":"f2"}`},
		{"choice", choice, "  first FLOOR ", `{"text":"First floor","value":"f1"}`},
		{"choice", choice, "f2", `{"text":"2nd","value":"f2"}`},
		{"choice", choice, "3", `{"text":"Roof","value":"3"}`},
		{"choice", choice, "4", `{"text":"4"}`},
		{"choice", choice, "0", `{"text":"0"}`},
		{"choice", choice, "the first one", `{"text":"the first one"}`},
		{"choice", choice, "1\n2", `{"text":"1\n2"}`},
		{"dropdown", choice, "3", `{"text":"Roof","value":"3"}`},
		{"carousel", carousel, "2", `{"text":"Take B","value":"b"}`},
		{"carousel", carousel, "See", `{"text":"See"}`},
		{"card", `{"title":"A","actions":[{"action":"say","label":"Yes","value":"y"}]}`, "yes", `{"text":"Yes","value":"y"}`},
		{"text", `{"text":"1 or 2?"}`, "1", `{"text":"1"}`},
	} {
		b := setup(t)
		if resp := b.say(c.typ, c.payload); !resp.OK() {
			t.Fatalf("%s: %d %s", c.payload, resp.Status, resp.Body)
		}
		b.post(lineartest.Comment(lineartest.ReplyID, c.said, nil), "d1")
		all := b.messages()
		if got := string(all[len(all)-1].Payload); got != c.want {
			t.Errorf("%q to a %s is %s, want %s", c.said, c.typ, got, c.want)
		}
	}
}

// A message of a person who is known, on an issue that is, is one call that
// creates it; the event of the comment follows.
func TestMessageIsOneWriteOfThePlatform(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.post(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d1")
	before := len(b.platform.Calls())
	const long = "A comment that is longer than any answer by number.\nIt has two lines."
	b.post(lineartest.Comment("00000000-0000-4000-8000-00000000c0c0", long, nil), "d2")
	created := 0
	for _, c := range b.platform.Calls()[before:] {
		switch in := c.In.(type) {
		case *platform.ReceiveMessageInput:
			if in.Message != nil {
				created++
			}
		case *platform.GetOrCreateUserInput, *platform.GetOrCreateConversationInput, *platform.GetOrCreateMessageInput, *platform.UpdateUserInput:
			t.Errorf("called %s, want receiveMessage only", c.Op.Name)
		}
	}
	if created != 1 {
		t.Errorf("%d calls create the message, want one", created)
	}
}
