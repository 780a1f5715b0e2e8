package slacktest

import (
	"maps"
	"slices"
	"strconv"
)

// User is a person or an app of the workspace.
type User struct {
	ID, Name, RealName, DisplayName, FirstName, LastName string
	Email, Phone, Title, TZ, Picture, StatusText         string
	IsBot, IsAdmin, Deleted                              bool
	Updated                                              int64
}

// AddUser makes a user, or takes the place of one.
func (f *Fake) AddUser(u *User) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users[u.ID] = u
}

// Describe is the user as Slack tells of them.
func (u *User) Describe() map[string]any {
	picture := func(size string) string {
		if u.Picture == "" {
			return ""
		}
		return u.Picture + "_" + size + ".png"
	}
	return map[string]any{
		"id": u.ID, "team_id": TeamID, "name": u.Name, "deleted": u.Deleted, "color": "9f69e7", "real_name": u.RealName, "tz": u.TZ,
		"tz_label": "", "tz_offset": 0, "is_admin": u.IsAdmin, "is_owner": false, "is_bot": u.IsBot, "is_app_user": false, "updated": u.Updated,
		"profile": map[string]any{
			"title": u.Title, "phone": u.Phone, "email": u.Email, "first_name": u.FirstName, "last_name": u.LastName,
			"real_name": u.RealName, "real_name_normalized": u.RealName, "display_name": u.DisplayName, "display_name_normalized": u.DisplayName,
			"avatar_hash": "abc", "status_text": u.StatusText, "status_emoji": "", "image_24": picture("24"), "image_48": picture("48"),
			"image_192": picture("192"), "image_512": picture("512"), "team": TeamID, "fields": nil,
		},
	}
}

func (f *Fake) people(name string, args map[string]any) (map[string]any, refusal) {
	if name == "users.info" {
		id, _ := args["user"].(string)
		u := f.users[id]
		if u == nil {
			return no("user_not_found")
		}
		return yes(map[string]any{"user": f.described(u)})
	}
	page, next, refused := paged(slices.Sorted(maps.Keys(f.users)), args)
	if refused != "" {
		return no(refused)
	}
	list := []any{}
	for _, id := range page {
		list = append(list, f.described(f.users[id]))
	}
	return yes(map[string]any{"members": list, "cache_ts": 1, "response_metadata": map[string]any{"next_cursor": next}})
}

// described leaves out what the token may not see.
func (f *Fake) described(u *User) map[string]any {
	d := u.Describe()
	if !slices.Contains(f.scopes, "users:read.email") {
		delete(d["profile"].(map[string]any), "email")
	}
	return d
}

// paged is the part of a list that the arguments ask for.
func paged(all []string, args map[string]any) (page []string, next, refused string) {
	limit := 100
	if n, is := args["limit"].(float64); is {
		limit = int(n)
	}
	if limit < 1 || limit > 1000 {
		return nil, "", "invalid_limit"
	}
	from := 0
	if cursor, _ := args["cursor"].(string); cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 1 || n >= len(all) {
			return nil, "", "invalid_cursor"
		}
		from = n
	}
	to := min(len(all), from+limit)
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return all[from:to], next, ""
}

func (f *Fake) react(name string, args map[string]any) (map[string]any, refusal) {
	c, code := f.channel(args, "channel")
	if code != "" {
		return no(code)
	}
	ts, _ := args["timestamp"].(string)
	emoji, _ := args["name"].(string)
	m := c.message(ts)
	switch {
	case m == nil:
		return no("message_not_found")
	case emoji == "no-such-emoji":
		return no("invalid_name")
	case name == "reactions.add" && slices.Contains(m.Reactions, emoji):
		return no("already_reacted")
	case name == "reactions.add":
		m.Reactions = append(m.Reactions, emoji)
	case !slices.Contains(m.Reactions, emoji):
		return no("no_reaction")
	default:
		m.Reactions = slices.DeleteFunc(m.Reactions, func(e string) bool { return e == emoji })
	}
	return yes(nil)
}

func (f *Fake) setStatus(args map[string]any) (map[string]any, refusal) {
	c, code := f.channel(args, "channel_id")
	if code != "" {
		return no(code)
	}
	if ts, _ := args["thread_ts"].(string); c.message(ts) == nil {
		return no("thread_not_found")
	}
	return yes(nil)
}
