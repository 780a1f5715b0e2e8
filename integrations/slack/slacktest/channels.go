package slacktest

import (
	"maps"
	"slices"
	"strings"
)

func (c *Channel) describe() map[string]any {
	d := map[string]any{
		"id": c.ID, "name": c.Name, "is_channel": !c.DM && !c.Group, "is_group": false, "is_im": c.DM, "is_mpim": c.Group, "is_private": c.Private || c.DM || c.Group,
		"is_archived": c.Archived, "is_member": !c.Closed, "created": 1449252889, "creator": c.Creator, "num_members": c.Members,
		"topic": map[string]any{"value": c.Topic, "creator": "", "last_set": 0}, "purpose": map[string]any{"value": c.Purpose, "creator": "", "last_set": 0},
	}
	if c.DM {
		d["user"] = c.User
	}
	return d
}

func (c *Channel) kind() string {
	switch {
	case c.DM:
		return "im"
	case c.Group:
		return "mpim"
	case c.Private:
		return "private_channel"
	}
	return "public_channel"
}

func (f *Fake) conversations(name string, args map[string]any) (map[string]any, refusal) {
	switch name {
	case "conversations.list":
		return f.listChannels(args)
	case "conversations.open":
		return f.openChannel(args)
	}
	id, _ := args["channel"].(string)
	c := f.channels[id]
	if c == nil {
		return no("channel_not_found")
	}
	switch name {
	case "conversations.info":
		return yes(map[string]any{"channel": c.describe()})
	case "conversations.mark":
		if ts, _ := args["ts"].(string); c.message(ts) == nil {
			return no("invalid_timestamp")
		}
		return yes(nil)
	}
	topic, _ := args["topic"].(string)
	switch {
	case c.Closed:
		return no("not_in_channel")
	case c.Archived:
		return no("is_archived")
	case c.DM:
		return no("method_not_supported_for_channel_type")
	case len([]rune(topic)) > 250:
		return no("too_long")
	}
	c.Topic = topic
	return yes(map[string]any{"channel": c.describe()})
}

func (f *Fake) listChannels(args map[string]any) (map[string]any, refusal) {
	types, _ := args["types"].(string)
	if types == "" {
		types = "public_channel"
	}
	for typ := range strings.SplitSeq(types, ",") {
		if !slices.Contains([]string{"public_channel", "private_channel", "mpim", "im"}, typ) {
			return no("invalid_types")
		}
	}
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(f.channels)) {
		c := f.channels[id]
		if slices.Contains(strings.Split(types, ","), c.kind()) && (!c.Archived || args["exclude_archived"] != true) {
			ids = append(ids, id)
		}
	}
	page, next, refused := paged(ids, args)
	if refused != "" {
		return no(refused)
	}
	list := []any{}
	for _, id := range page {
		list = append(list, f.channels[id].describe())
	}
	return yes(map[string]any{"channels": list, "response_metadata": map[string]any{"next_cursor": next}})
}

func (f *Fake) openChannel(args map[string]any) (map[string]any, refusal) {
	users, _ := args["users"].(string)
	u := f.users[users]
	switch {
	case users == "" && args["channel"] == nil:
		return no("users_list_not_supplied")
	case u == nil:
		return no("user_not_found")
	case u.Deleted:
		return no("user_disabled")
	case u.IsBot:
		return no("cannot_dm_bot")
	}
	for _, c := range f.channels {
		if c.DM && c.User == users {
			return yes(map[string]any{"no_op": true, "already_open": true, "channel": map[string]any{"id": c.ID}})
		}
	}
	c := &Channel{ID: "D1" + strings.TrimPrefix(users, "U"), DM: true, User: users}
	f.channels[c.ID] = c
	return yes(map[string]any{"channel": map[string]any{"id": c.ID}})
}

func (f *Fake) history(name string, args map[string]any) (map[string]any, refusal) {
	c, code := f.channel(args, "channel")
	if code != "" {
		return no(code)
	}
	if !slices.Contains(f.scopes, map[string]string{"im": "im:history", "mpim": "mpim:history", "private_channel": "groups:history", "public_channel": "channels:history"}[c.kind()]) {
		return no("missing_scope:" + c.kind() + ":history")
	}
	text := func(key string) string { s, _ := args[key].(string); return s }
	thread := text("ts")
	if name == "conversations.replies" && c.message(thread) == nil {
		return no("thread_not_found")
	}
	var ids []string
	byID := map[string]*Message{}
	for _, m := range slices.Backward(c.Messages) {
		inclusive := args["inclusive"] == true
		in := m.ThreadTS == "" || m.ThreadTS == m.TS
		if name == "conversations.replies" {
			root := c.message(thread)
			in = m.TS == thread || m.ThreadTS == thread || root.ThreadTS != "" && m.ThreadTS == root.ThreadTS
		}
		after := text("oldest") == "" || m.TS > text("oldest") || inclusive && m.TS == text("oldest")
		before := text("latest") == "" || m.TS < text("latest") || inclusive && m.TS == text("latest")
		if in && after && before {
			ids = append(ids, m.TS)
			byID[m.TS] = m
		}
	}
	if name == "conversations.replies" {
		slices.Reverse(ids)
	}
	page, next, refused := paged(ids, args)
	if refused != "" {
		return no(refused)
	}
	list := []any{}
	for _, id := range page {
		d := byID[id].describe()
		if args["include_all_metadata"] == true && byID[id].Metadata != nil {
			d["metadata"] = byID[id].Metadata
		}
		list = append(list, d)
	}
	return yes(map[string]any{"messages": list, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}})
}
