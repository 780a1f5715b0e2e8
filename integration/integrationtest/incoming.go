package integrationtest

import "github.com/bellhop-dev/bellhop/platform"

// incoming finds or makes a user, a conversation and a message. The platform
// is locked.
func (p *Platform) incoming(in *platform.InitializeIncomingMessageInput) (any, error) {
	u, err := p.incomingUser(in)
	if err != nil {
		return nil, err
	}
	c, err := p.incomingConversation(in)
	if err != nil {
		return nil, err
	}
	out := &platform.InitializeIncomingMessageOutput{User: *u, Conversation: *c}
	if in.Message == nil {
		return out, nil
	}
	m, _ := p.obtainMessage(&platform.GetOrCreateMessageInput{
		ConversationID: c.ID, UserID: u.ID, Type: in.Message.Type, Payload: in.Message.Payload,
		Tags: in.Message.Tags, DiscriminateByTags: in.Message.DiscriminateByTags,
	})
	made := *m
	out.Message = &made
	return out, nil
}

func (p *Platform) incomingUser(in *platform.InitializeIncomingMessageInput) (*platform.User, error) {
	if in.User == nil {
		return find(p.users, "user", in.UserID, func(u *platform.User) string { return u.ID })
	}
	u, _ := p.user(&platform.GetOrCreateUserInput{
		Tags: in.User.Tags, DiscriminateByTags: in.User.DiscriminateByTags, Name: in.User.Name, PictureURL: in.User.PictureURL,
	})
	return u, nil
}

func (p *Platform) incomingConversation(in *platform.InitializeIncomingMessageInput) (*platform.Conversation, error) {
	if in.Conversation == nil {
		return find(p.conversations, "conversation", in.ConversationID, func(c *platform.Conversation) string { return c.ID })
	}
	c, _ := p.conversation(&platform.GetOrCreateConversationInput{
		Channel: in.Conversation.Channel, Tags: in.Conversation.Tags, DiscriminateByTags: in.Conversation.DiscriminateByTags,
	})
	return c, nil
}
