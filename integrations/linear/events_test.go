package linear_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	type data = map[string]any
	by := lineartest.ByUser(lineartest.Ada())
	things := map[string]data{
		"Issue": {
			"id": lineartest.IssueID, "identifier": "ENG-1", "number": 1, "title": "The lift is stuck again", "url": "https://linear.app/hotel/issue/ENG-1",
			"description": "Since **yesterday**", "priority": 1, "priorityLabel": "Urgent", "createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "2026-01-03T00:00:00.000Z",
			"state":   data{"id": lineartest.DoneID, "name": "Done", "color": "#5e6ad2", "type": "completed"},
			"stateId": lineartest.DoneID, "team": data{"id": lineartest.TeamID, "key": "ENG", "name": "Engineering"}, "teamId": lineartest.TeamID,
			"labels": []any{data{"id": lineartest.BugID, "name": "Bug", "color": "#eb5757"}}, "labelIds": []any{lineartest.BugID},
			"creatorId": lineartest.AdaID, "assigneeId": lineartest.MemberID, "projectId": lineartest.ProjectID, "subscriberIds": []any{lineartest.AdaID},
		},
		"Comment": lineartest.Comment(lineartest.CommentID, "Is anybody there?", nil).Data,
		"Reaction": {
			"id": "00000000-0000-4000-8000-0000000000b1", "emoji": "thumbsup", "commentId": lineartest.CommentID, "user": lineartest.Ada(), "userId": lineartest.AdaID,
		},
		"Project": {
			"id": lineartest.ProjectID, "name": "Lobby", "description": "A new lobby", "url": "https://linear.app/hotel/project/lobby", "health": "atRisk",
			"status": data{"id": "s1", "name": "Started", "color": "#fff", "type": "started"}, "statusId": "s1", "leadId": lineartest.AdaID,
			"teamIds": []any{lineartest.TeamID}, "memberIds": []any{lineartest.AdaID, lineartest.MemberID}, "startDate": "2026-01-01", "targetDate": "2026-06-30",
			"createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-03T00:00:00.000Z",
		},
		"Cycle": {
			"id": "00000000-0000-4000-8000-0000000000d1", "number": 7, "name": "Spring", "teamId": lineartest.TeamID,
			"startsAt": "2026-01-05T00:00:00.000Z", "endsAt": "2026-01-19T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-03T00:00:00.000Z",
		},
	}
	was := map[string]data{
		"Issue": {
			"title": "The lift is stuck", "stateId": lineartest.TodoID, "labelIds": []any{}, "priority": 0, "assigneeId": nil, "updatedAt": "2026-01-02T03:04:05.678Z",
		},
		"Comment":  {"body": "Anybody there?", "editedAt": nil},
		"Reaction": {"emoji": "heart"},
		"Project":  {"health": "onTrack", "targetDate": nil, "memberIds": []any{lineartest.AdaID}},
		"Cycle":    {"name": nil, "endsAt": "2026-01-12T00:00:00.000Z"},
	}
	for typ, thing := range things {
		for _, action := range []string{"create", "update", "remove", "restore"} {
			t.Run(typ+" "+action, func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				b.register()
				if typ == "Reaction" { // on a comment that the bot knows
					b.post(lineartest.Comment(lineartest.CommentID, "Is anybody there?", nil), "d0")
				}
				h := lineartest.Hook{Type: typ, Action: action, Data: thing, Actor: by}
				if action == "update" {
					h.UpdatedFrom = was[typ]
				}
				b.post(h, "d1")
				b.post(h, "d1")
				integrationtest.Golden(t, "event/"+typ+" "+action, story(b))
			})
		}
	}
}

func TestReactions(t *testing.T) {
	t.Parallel()
	type data = map[string]any
	for name, thing := range map[string]data{
		"on an unknown comment": {"commentId": "00000000-0000-4000-8000-0000000000c9", "comment": data{"id": "00000000-0000-4000-8000-0000000000c9"}},
		"on an issue":           {"issueId": lineartest.IssueID, "issue": lineartest.Issue()},
		"on a project update":   {"projectUpdateId": "pu1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.post(lineartest.Comment(lineartest.CommentID, "Hi", nil), "d0")
			thing["id"], thing["emoji"], thing["user"], thing["userId"] = "r1", "eyes", lineartest.Ada(), lineartest.AdaID
			b.post(lineartest.Hook{Type: "Reaction", Action: "create", Data: thing}, "d1")
			integrationtest.Golden(t, "event/Reaction "+name, story(b))
		})
	}
}

// What the bot does itself is no news to it.
func TestOwnEvents(t *testing.T) {
	t.Parallel()
	max := map[string]any{"id": lineartest.MemberID, "name": "Max Member", "type": "user"}
	app := map[string]any{"id": lineartest.ClientID, "name": "Hotel Bot", "type": "oauthClient"}
	issue := map[string]any{"id": lineartest.IssueID, "identifier": "ENG-1", "title": "x", "creatorId": lineartest.AdaID}
	for name, c := range map[string]struct {
		config string
		hook   lineartest.Hook
		listen bool
		events int // an issue's are two: it is a file too
	}{
		"by the account":           {"apiKey", lineartest.Hook{Type: "Issue", Action: "update", Data: issue, Actor: max}, false, 0},
		"by the account, listened": {"apiKey", lineartest.Hook{Type: "Issue", Action: "update", Data: issue, Actor: max}, true, 2},
		"by somebody":              {"apiKey", lineartest.Hook{Type: "Issue", Action: "update", Data: issue, Actor: lineartest.ByUser(lineartest.Ada())}, false, 2},
		"by nobody":                {"apiKey", lineartest.Hook{Type: "Issue", Action: "update", Data: issue}, false, 2},
		"by another app":           {"apiKey", lineartest.Hook{Type: "Issue", Action: "update", Data: issue, Actor: app}, false, 2},
		"by the app":               {"", lineartest.Hook{Type: "Issue", Action: "update", Data: issue, Actor: app}, false, 0},
		"on the bot's comment": {"apiKey", lineartest.Hook{Type: "Comment", Action: "update", Actor: lineartest.ByUser(lineartest.Ada()), Data: map[string]any{
			"id": lineartest.ReplyID, "userId": lineartest.MemberID, "body": "x"}}, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.register() // notes whom the key is of
			if c.config == "" {
				b.configType = ""
				b.config = map[string]any{"clientId": lineartest.ClientID, "clientSecret": lineartest.ClientPass, "webhookSigningSecret": secret}
			}
			b.config["listenToSelf"] = c.listen
			b.post(c.hook, "d1")
			if n := len(b.platform.Events()); n != c.events {
				t.Errorf("%d events, want %d", n, c.events)
			}
		})
	}
}
