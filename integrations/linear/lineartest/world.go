package lineartest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// world is what there is in the workspace.
type world struct {
	organization object
	users        []object
	teams        []object
	states       []object
	labels       []object
	projects     []object
	issues       []object
	comments     []object
	webhooks     []object
	relations    []object
}

func newWorld() *world {
	w := &world{organization: object{"id": OrganizationID, "name": "Hotel", "urlKey": "hotel"}}
	user := func(id, name string, more object) object {
		u := object{
			"id": id, "name": name, "displayName": strings.ToLower(strings.Fields(name)[0]), "active": true,
			"email": strings.ToLower(strings.Fields(name)[0]) + "@hotel.test", "url": "https://linear.app/hotel/profiles/" + id,
			"createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-02T00:00:00.000Z", "organization": w.organization,
		}
		for k, v := range more {
			u[k] = v
		}
		w.users = append(w.users, u)
		return u
	}
	user(AdminID, "Grace Hopper", object{"admin": true, "timezone": "America/New_York"})
	member := user(MemberID, "Max Member", object{"timezone": "Europe/Paris"})
	user(AppUserID, "Hotel Bot", object{"app": true})
	ada := user(AdaID, "Ada Lovelace", object{
		"timezone": "Europe/London", "avatarUrl": "https://public.linear.app/ada.png", "description": "Counts", "lastSeen": "2026-01-03T00:00:00.000Z",
	})
	team := func(id, key, name string) object {
		t := object{"id": id, "key": key, "name": name, "displayName": name, "organization": w.organization}
		w.teams = append(w.teams, t)
		return t
	}
	eng, ops := team(TeamID, "ENG", "Engineering"), team(OtherTeamID, "OPS", "Operations")
	eng["description"], eng["icon"] = "Builds it", "Rocket"
	w.states = []object{
		{"id": TodoID, "name": "Todo", "type": "unstarted", "color": "#e2e2e2", "position": 1.0, "team": eng},
		{"id": DoneID, "name": "Done", "type": "completed", "color": "#5e6ad2", "position": 2.0, "team": eng},
	}
	w.labels = []object{
		{"id": BugID, "name": "Bug", "color": "#eb5757", "team": eng}, {"id": FeatureID, "name": "Feature", "color": "#bb87fc"},
	}
	w.projects = []object{{"id": ProjectID, "name": "Lobby", "url": "https://linear.app/hotel/project/lobby", "color": "#000",
		"accessibleTeams": object{"some": eng}}} // as filters ask for it
	issue := func(n int, id string, team object, title string, more object) object {
		key := fmt.Sprintf("%s-%d", team["key"], n)
		i := object{
			"id": id, "number": n, "identifier": key, "title": title, "team": team, "state": w.states[0], "labelIds": []any{},
			"url":       "https://linear.app/hotel/issue/" + key,
			"createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "2026-01-02T03:04:05.678Z", "creator": ada,
		}
		for k, v := range more {
			i[k] = v
		}
		w.issues = append(w.issues, i)
		return i
	}
	first := issue(1, IssueID, eng, "The lift is stuck", object{
		"description": "Since **yesterday**", "priority": 2, "labelIds": []any{BugID}, "project": w.projects[0], "assignee": member, "estimate": 3.0,
	})
	issue(2, ChildIssueID, eng, "Call the mechanic", object{"parent": first})
	issue(3, "00000000-0000-4000-8000-000000000063", ops, "Order 1 lamp", nil)
	comment := func(id, body string, parent object) object {
		c := object{
			"id": id, "body": body, "issue": first, "issueId": IssueID, "user": ada, "url": first["url"].(string) + "#comment-" + id[:8],
			"createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "2026-01-02T03:04:05.678Z",
		}
		if parent != nil {
			c["parent"], c["parentId"] = parent, parent["id"]
		}
		w.comments = append(w.comments, c)
		return c
	}
	root := comment(CommentID, "Is anybody there?", nil)
	comment(ReplyID, "Hello?", root)
	return w
}

func find(all []object, id any) object {
	i := slices.IndexFunc(all, func(o object) bool { return o["id"] == id || o["identifier"] != nil && o["identifier"] == id })
	if i < 0 {
		return nil
	}
	return all[i]
}

func remove(all []object, id any) []object {
	return slices.DeleteFunc(all, func(o object) bool { return o["id"] == id })
}

// missing is the answer to a question for what is not there.
func missing(what string) *problem {
	return input("Entity not found: %s - Could not find referenced %s.", what, what)
}

// resolve answers a field of the query's or mutation's root.
func (rq *request) resolve(f *ast.Field) (any, *problem) {
	args, w := rq.args(f), rq.world
	one := func(what string, all []object) (any, *problem) {
		if o := find(all, args["id"]); o != nil {
			return o, nil
		}
		return nil, missing(what)
	}
	page := func(all []object) (any, *problem) { return rq.paged(f, rq.filtered(f, all)), nil }
	switch f.Name {
	case "viewer":
		u := find(w.users, rq.access.user)
		u["isMe"] = true
		return u, nil
	case "organization":
		return w.organization, nil
	case "user":
		return one("User", w.users)
	case "users":
		return page(w.users)
	case "team":
		return one("Team", w.teams)
	case "teams":
		return page(w.teams)
	case "workflowState":
		return one("WorkflowState", w.states)
	case "workflowStates":
		return page(w.states)
	case "issueLabels":
		return page(w.labels)
	case "projects":
		return page(w.projects)
	case "issue":
		return one("Issue", w.issues)
	case "issues":
		return page(w.issues)
	case "comment":
		return one("Comment", w.comments)
	case "comments":
		return page(w.comments)
	case "webhooks", "webhook":
		if !rq.access.admin {
			return nil, forbidden("read webhooks")
		}
		if f.Name == "webhook" {
			return one("Webhook", w.webhooks)
		}
		return page(w.webhooks)
	}
	return rq.mutate(f, args)
}

// Comments returns the comments, in order.
func (f *Fake) Comments() []map[string]any {
	return f.all(func(w *world) []object { return w.comments })
}

// Await waits until there are n comments and returns the last of these.
func (f *Fake) Await(t testing.TB, n int) map[string]any {
	t.Helper()
	stop := context.AfterFunc(t.Context(), f.written.Broadcast)
	defer stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.world.comments) < n {
		if t.Context().Err() != nil {
			t.Fatalf("there are %d comments, want %d", len(f.world.comments), n)
		}
		f.written.Wait()
	}
	return f.world.comments[n-1]
}

// Issues returns the issues, in order.
func (f *Fake) Issues() []map[string]any { return f.all(func(w *world) []object { return w.issues }) }

// Webhooks returns the webhooks, in order.
func (f *Fake) Webhooks() []map[string]any {
	return f.all(func(w *world) []object { return w.webhooks })
}

func (f *Fake) all(of func(*world) []object) []map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []map[string]any
	for _, o := range of(f.world) {
		clone := object{}
		for k, v := range o {
			clone[k] = v
		}
		all = append(all, clone)
	}
	return all
}

// AddIssues adds n issues of the other team.
func (f *Fake) AddIssues(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range n {
		number := 100 + len(f.world.issues)
		key := fmt.Sprintf("OPS-%d", number)
		f.world.issues = append(f.world.issues, object{
			"id": f.id(), "number": number, "identifier": key, "title": fmt.Sprintf("Lamp %d", number), "team": f.world.teams[1],
			"state": f.world.states[0], "labelIds": []any{}, "url": "https://linear.app/hotel/issue/" + key,
		})
	}
}

// AddWebhook adds a webhook that somebody else made.
func (f *Fake) AddWebhook(url string) (id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id = f.id()
	f.world.webhooks = append(f.world.webhooks, object{"id": id, "url": url, "enabled": true, "allPublicTeams": true, "resourceTypes": []any{"Issue"}})
	return id
}

// Disable disables all webhooks, as Linear does with those that fail for long.
func (f *Fake) Disable() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.world.webhooks {
		h["enabled"] = false
	}
}

// id makes an id; the fake is locked.
func (f *Fake) id() string {
	f.next++
	return fmt.Sprintf("00000000-0000-4000-8000-0000000f%04x", f.next)
}
