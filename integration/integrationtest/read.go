package integrationtest

import (
	"maps"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// read does the operations that find and change users, conversations and
// messages; ok says whether it knows the operation. The platform is locked.
func (p *Platform) read(in any) (out any, ok bool, err error) {
	switch in := in.(type) {
	case *platform.GetUserInput:
		u, err := find(p.users, "user", in.ID, func(u *platform.User) string { return u.ID })
		return &platform.GetUserOutput{User: value(u)}, true, err
	case *platform.GetConversationInput:
		c, err := find(p.conversations, "conversation", in.ID, func(c *platform.Conversation) string { return c.ID })
		return &platform.GetConversationOutput{Conversation: value(c)}, true, err
	case *platform.GetMessageInput:
		m, err := find(p.messages, "message", in.ID, func(m *platform.Message) string { return m.ID })
		return &platform.GetMessageOutput{Message: value(m)}, true, err
	case *platform.GetEventInput:
		e, err := find(p.events, "event", in.ID, func(e *platform.Event) string { return e.ID })
		return &platform.GetEventOutput{Event: value(e)}, true, err
	case *platform.ListUsersInput:
		return &platform.ListUsersOutput{Users: list(p.users, func(u *platform.User) bool { return holds(u.Tags, in.Tags) })}, true, nil
	case *platform.ListConversationsInput:
		return &platform.ListConversationsOutput{Conversations: list(p.conversations, func(c *platform.Conversation) bool {
			return holds(c.Tags, in.Tags) && (in.Channel == "" || in.Channel == c.Channel)
		})}, true, nil
	case *platform.ListMessagesInput:
		return &platform.ListMessagesOutput{Messages: list(p.messages, func(m *platform.Message) bool {
			return holds(m.Tags, in.Tags) && (in.ConversationID == "" || in.ConversationID == m.ConversationID)
		})}, true, nil
	case *platform.UpdateUserInput:
		u, err := find(p.users, "user", in.ID, func(u *platform.User) string { return u.ID })
		if err == nil {
			u.Tags, u.UpdatedAt = merge(u.Tags, in.Tags), platform.At(time.Now())
			if in.Name.Present {
				u.Name = in.Name.Value
			}
			if in.PictureURL.Present {
				u.PictureURL = in.PictureURL.Value
			}
		}
		return &platform.UpdateUserOutput{User: value(u)}, true, err
	case *platform.UpdateConversationInput:
		c, err := find(p.conversations, "conversation", in.ID, func(c *platform.Conversation) string { return c.ID })
		if err == nil {
			c.Tags = merge(c.Tags, in.Tags)
		}
		return &platform.UpdateConversationOutput{Conversation: value(c)}, true, err
	}
	return nil, false, nil
}

func value[T any](v *T) (zero T) {
	if v == nil {
		return zero
	}
	return *v
}

func find[T any](all []*T, what, id string, idOf func(*T) string) (*T, error) {
	for _, v := range all {
		if idOf(v) == id {
			return v, nil
		}
	}
	return nil, platform.Errorf(platform.TypeResourceNotFound, "%s %s not found", what, id)
}

func list[T any](all []*T, keep func(*T) bool) []T {
	out := []T{}
	for i := len(all) - 1; i >= 0; i-- { // the newest first
		if keep(all[i]) {
			out = append(out, *all[i])
		}
	}
	return out
}

// holds reports whether the stored tags hold all the wanted ones.
func holds(stored, wanted platform.Tags) bool {
	for key, v := range wanted {
		if stored[key] != v {
			return false
		}
	}
	return true
}

// merge changes tags as updates do: an empty value removes a tag.
func merge(stored, change platform.Tags) platform.Tags {
	merged := maps.Clone(stored)
	if merged == nil {
		merged = platform.Tags{}
	}
	for key, v := range change {
		if v == "" {
			delete(merged, key)
		} else {
			merged[key] = v
		}
	}
	return merged
}
