package lineartest

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// uuid is what Linear takes for an id that a client chose.
var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// chosen is the id of something new.
func (rq *request) chosen(in map[string]any, taken []object) (string, *problem) {
	id, given := in["id"].(string)
	switch {
	case !given:
		return rq.id(), nil
	case !uuid.MatchString(id):
		return "", input("Argument Validation Error: id must be a UUID")
	case find(taken, id) != nil:
		return "", input("Entity with id %s already exists.", id)
	}
	return id, nil
}

// named refuses a name other than the account's to those that are no app.
func (rq *request) named(in map[string]any) *problem {
	if in["createAsUser"] != nil && !rq.access.app {
		return input("createAsUser is only available to OAuth applications in actor=app mode.")
	}
	if in["displayIconUrl"] != nil && in["createAsUser"] == nil {
		return input("displayIconUrl can only be used with createAsUser.")
	}
	return nil
}

// scoped refuses what the token was not agreed for.
func (rq *request) scoped(scopes ...string) *problem {
	for _, s := range scopes {
		if rq.access.key || slices.Contains(rq.access.scopes, s) {
			return nil
		}
	}
	return forbidden("do this: the token lacks the scope " + scopes[0])
}

func (rq *request) mutate(f *ast.Field, args map[string]any) (any, *problem) {
	in, _ := args["input"].(map[string]any)
	switch f.Name {
	case "commentCreate":
		return rq.commentCreate(in)
	case "commentResolve":
		c := find(rq.world.comments, args["id"])
		if c == nil {
			return nil, missing("Comment")
		}
		c["resolvedAt"] = "2026-01-03T00:00:00.000Z"
		return object{"success": true, "comment": c}, rq.scoped("write")
	case "issueCreate", "issueUpdate":
		return rq.issueWrite(args["id"], in)
	case "issueDelete":
		i := find(rq.world.issues, args["id"])
		if i == nil {
			return nil, missing("Issue")
		}
		i["trashed"], i["archivedAt"] = true, "2026-01-03T00:00:00.000Z"
		return object{"success": true, "entity": i}, rq.scoped("write")
	case "issueRelationCreate":
		from, to := find(rq.world.issues, in["issueId"]), find(rq.world.issues, in["relatedIssueId"])
		if from == nil || to == nil {
			return nil, missing("Issue")
		}
		r := object{"id": rq.id(), "type": in["type"], "issue": from, "relatedIssue": to}
		rq.world.relations = append(rq.world.relations, r)
		return object{"success": true, "issueRelation": r}, rq.scoped("write")
	case "webhookCreate", "webhookUpdate", "webhookDelete":
		if !rq.access.admin {
			return nil, forbidden("manage webhooks: admin rights are needed")
		}
		return rq.webhookWrite(f.Name, args["id"], in)
	}
	return nil, &problem{500, "INTERNAL_SERVER_ERROR", "internal error", "the stand-in does not do " + f.Name}
}

func (rq *request) commentCreate(in map[string]any) (any, *problem) {
	w := rq.world
	if p := rq.scoped("comments:create", "write"); p != nil {
		return nil, p
	}
	id, p := rq.chosen(in, w.comments)
	if p == nil {
		p = rq.named(in)
	}
	if p != nil {
		return nil, p
	}
	if body, _ := in["body"].(string); body == "" {
		return nil, input("Argument Validation Error: body should not be empty")
	}
	on := find(w.issues, in["issueId"])
	if on == nil {
		return nil, missing("Issue")
	}
	c := object{
		"id": id, "body": in["body"], "issue": on, "issueId": on["id"], "user": find(w.users, rq.access.user),
		"url": on["url"].(string) + "#comment-" + id[:8], "createdAt": "2026-01-03T00:00:00.000Z", "updatedAt": "2026-01-03T00:00:00.000Z",
	}
	if in["parentId"] != nil {
		parent := find(w.comments, in["parentId"])
		switch {
		case parent == nil:
			return nil, missing("Comment")
		case parent["parentId"] != nil:
			return nil, input("Parent comment must be a top level comment.")
		case parent["issueId"] != on["id"]:
			return nil, input("Parent comment is of another issue.")
		}
		c["parent"], c["parentId"] = parent, parent["id"]
	}
	if in["createAsUser"] != nil {
		c["botActor"] = object{"id": rq.access.user, "type": "oauthClient", "userDisplayName": in["createAsUser"], "avatarUrl": in["displayIconUrl"]}
		delete(c, "user")
	}
	w.comments = append(w.comments, c)
	rq.written.Broadcast()
	return object{"success": true, "comment": c}, nil
}

func (rq *request) issueWrite(id any, in map[string]any) (any, *problem) {
	w := rq.world
	var i object
	if id == nil {
		if p := rq.scoped("issues:create", "write"); p != nil {
			return nil, p
		}
		chosen, p := rq.chosen(in, w.issues)
		if p == nil {
			p = rq.named(in)
		}
		if p != nil {
			return nil, p
		}
		key := "ENG-" + chosen[len(chosen)-2:]
		i = object{
			"id": chosen, "number": 99, "identifier": key, "state": w.states[0], "labelIds": []any{},
			"url": "https://linear.app/hotel/issue/" + key, "creator": find(w.users, rq.access.user),
		}
	} else if i = find(w.issues, id); i == nil {
		return nil, missing("Issue")
	} else if p := rq.scoped("write"); p != nil {
		return nil, p
	}
	for name, ref := range map[string]struct {
		field string
		all   []object
	}{
		"teamId": {"team", w.teams}, "projectId": {"project", w.projects}, "stateId": {"state", w.states}, "assigneeId": {"assignee", w.users},
		"parentId": {"parent", w.issues},
	} {
		if in[name] == nil {
			continue
		}
		if i[ref.field] = find(ref.all, in[name]); i[ref.field] == nil || i[ref.field].(object) == nil {
			return nil, missing(ref.field)
		}
	}
	if list, ok := in["labelIds"].([]any); ok {
		for _, label := range list {
			if find(w.labels, label) == nil {
				return nil, missing("IssueLabel")
			}
		}
		i["labelIds"] = list
	}
	for _, name := range []string{"title", "description", "priority", "estimate"} {
		if in[name] != nil {
			i[name] = in[name]
		}
	}
	if title, _ := i["title"].(string); title == "" {
		return nil, input("Argument Validation Error: title should not be empty")
	}
	if id == nil {
		w.issues = append(w.issues, i)
	}
	return object{"success": true, "issue": i}, nil
}

func (rq *request) webhookWrite(name string, id any, in map[string]any) (any, *problem) {
	w := rq.world
	if name != "webhookCreate" {
		h := find(w.webhooks, id)
		if h == nil {
			return nil, missing("Webhook")
		}
		if name == "webhookDelete" {
			w.webhooks = remove(w.webhooks, id)
			return object{"success": true, "entityId": id}, nil
		}
		for k, v := range in {
			h[k] = v
		}
		return object{"success": true, "webhook": h}, nil
	}
	chosen, p := rq.chosen(in, w.webhooks)
	if p != nil {
		return nil, p
	}
	address, _ := in["url"].(string)
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, input("url must be a public HTTPS address")
	}
	known := []any{"Issue", "Comment", "Reaction", "Project", "Cycle", "IssueLabel", "ProjectUpdate", "Document", "User"}
	for _, typ := range in["resourceTypes"].([]any) {
		if !slices.Contains(known, typ) {
			return nil, input("resourceTypes: unknown type %v", typ)
		}
	}
	h := object{"id": chosen, "enabled": true, "allPublicTeams": false}
	for k, v := range in {
		h[k] = v
	}
	if in["teamId"] != nil {
		i := slices.IndexFunc(w.teams, func(t object) bool { return t["id"] == in["teamId"] || t["key"] == in["teamId"] })
		if i < 0 {
			return nil, missing("Team")
		}
		h["team"] = w.teams[i]
	} else if in["allPublicTeams"] != true {
		return nil, input("either teamId or allPublicTeams is needed")
	}
	delete(h, "teamId")
	w.webhooks = append(w.webhooks, h)
	return object{"success": true, "webhook": h}, nil
}
