package integrationtest

import (
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/platform"
)

// receive finds or creates a user, a conversation and a message. The platform
// is locked.
func (p *Platform) receive(in *platform.ReceiveMessageInput) (any, error) {
	out := new(platform.ReceiveMessageOutput)
	var err error
	if in.User != nil {
		if out.User, out.Meta.User, err = p.receivedUser(in.User); err != nil {
			return nil, err
		}
	}
	if in.Conversation != nil {
		if out.Conversation, out.Meta.Conversation, err = p.receivedConversation(in.Conversation); err != nil {
			return nil, err
		}
	}
	if in.Message == nil || in.Message.RequireUserName && out.User.Name == "" {
		return out, nil
	}
	out.Message = firstFound(p.messages, in.Message.FindBy, in.Message.Tags, func(m *platform.Message) (platform.Tags, bool) {
		return m.Tags, m.ConversationID == out.Conversation.ID
	})
	if out.Message == nil {
		out.Message = p.message(out.Conversation.ID, out.User.ID, in.Message.Type, in.Message.Payload, in.Message.Tags)
		out.Message.Origin, out.Meta.Message = in.Message.Origin, true
	}
	return out, nil
}

// firstFound returns what has all tags of the first set that finds anything;
// without sets, all tags that it would be created with. Nil is nothing.
func firstFound[T any](all []*T, findBy []platform.Tags, created platform.Tags, of func(*T) (tags platform.Tags, within bool)) *T {
	if len(findBy) == 0 {
		findBy = []platform.Tags{created}
	}
	for _, set := range findBy {
		i := slices.IndexFunc(all, func(v *T) bool {
			tags, within := of(v)
			return within && len(set) > 0 && holds(tags, set)
		})
		if i >= 0 {
			return all[i]
		}
	}
	return nil
}

func withInitial(initial, tags platform.Tags) platform.Tags {
	all := maps.Clone(initial)
	if all == nil {
		all = platform.Tags{}
	}
	maps.Copy(all, tags)
	return all
}

func (p *Platform) receivedUser(in *platform.ReceivedUser) (*platform.User, bool, error) {
	all := withInitial(in.InitialTags, in.Tags)
	var u *platform.User
	if in.ID != "" {
		var err error
		if u, err = find(p.users, "user", in.ID, func(u *platform.User) string { return u.ID }); err != nil {
			return nil, false, err
		}
	} else if u = firstFound(p.users, in.FindBy, all, func(u *platform.User) (platform.Tags, bool) { return u.Tags, true }); u == nil {
		return p.newUser(all, in.Name, in.PictureURL), true, nil
	}
	rewriteUser(u, in.Tags, in.Name, in.PictureURL)
	return u, false, nil
}

func (p *Platform) receivedConversation(in *platform.ReceivedConversation) (*platform.Conversation, bool, error) {
	all := withInitial(in.InitialTags, in.Tags)
	var c *platform.Conversation
	if in.ID != "" {
		var err error
		if c, err = find(p.conversations, "conversation", in.ID, func(c *platform.Conversation) string { return c.ID }); err != nil {
			return nil, false, err
		}
	} else if c = firstFound(p.conversations, in.FindBy, all, func(c *platform.Conversation) (platform.Tags, bool) {
		return c.Tags, c.Channel == in.Channel
	}); c == nil {
		return p.newConversation(in.Channel, all), true, nil
	}
	c.Tags = merge(c.Tags, in.Tags)
	return c, false, nil
}
