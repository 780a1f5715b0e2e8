package chat

import (
	"context"

	"github.com/bellhop-dev/bellhop/platform"
)

type conversationReply struct {
	Conversation conversation `json:"conversation"`
}

type conversationBody struct {
	ID string `json:"id"`
}

func createConversation(ctx context.Context, c *call) (any, error) {
	var in conversationBody
	if err := c.into(&in); err != nil {
		return nil, err
	}
	if in.ID != "" {
		return c.namedConversation(ctx, in.ID, true)
	}
	out, err := c.client.CreateConversation(ctx, &platform.CreateConversationInput{
		Channel: channelName, Tags: platform.Tags{tagOwner: c.me.ID}, IdempotencyKey: c.ownKey(),
	})
	if err != nil {
		return nil, c.keyFault(err)
	}
	c.repeated(out.Replayed)
	return c.enter(ctx, &out.Conversation)
}

// namedConversation finds or makes the caller's conversation with a foreign
// id. When fresh is set one that is there already is AlreadyExists.
func (c *call) namedConversation(ctx context.Context, fid string, fresh bool) (any, error) {
	if err := checkFID(fid); err != nil {
		return nil, err
	}
	out, err := c.client.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
		Channel: channelName, Tags: platform.Tags{tagOwner: c.me.ID, tagFID: fid}, DiscriminateByTags: []string{tagFID},
	})
	switch {
	case err != nil:
		return nil, err
	case fresh && !out.Meta.Created:
		return nil, platform.Errorf(platform.TypeAlreadyExists, "there is a conversation with the id %s", fid)
	case out.Conversation.Tags[tagOwner] != c.me.ID:
		return nil, platform.Errorf(platform.TypeForbidden, "you are not the owner of this conversation")
	}
	return c.enter(ctx, &out.Conversation)
}

// enter makes the caller a participant, also after a crash in between.
func (c *call) enter(ctx context.Context, conv *platform.Conversation) (any, error) {
	if _, err := c.client.AddParticipant(ctx, &platform.AddParticipantInput{ID: conv.ID, UserID: c.me.ID}); err != nil {
		return nil, err
	}
	return &conversationReply{Conversation: toConversation(conv)}, nil
}

func getOrCreateConversation(ctx context.Context, c *call) (any, error) {
	var in conversationBody
	if err := c.into(&in); err != nil {
		return nil, err
	}
	if platform.IsID(in.ID, platform.PrefixConversation) {
		conv, err := c.owned(ctx, in.ID, c.me.ID)
		if err != nil {
			return nil, err
		}
		return &conversationReply{Conversation: toConversation(conv)}, nil
	}
	return c.namedConversation(ctx, in.ID, false)
}

func getConversation(ctx context.Context, c *call) (any, error) {
	conv, err := c.joined(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	reply := &conversationReply{Conversation: toConversation(conv)}
	reply.Conversation.ID = c.args[0]
	return reply, nil
}

func listConversations(ctx context.Context, c *call) (any, error) {
	out, err := c.client.ListConversations(ctx, &platform.ListConversationsInput{
		NextToken: c.query.Get("nextToken"), Tags: platform.Tags{tagOwner: c.me.ID}, Channel: channelName,
	})
	if err != nil {
		return nil, err
	}
	list := make([]conversation, len(out.Conversations))
	for i := range out.Conversations {
		list[i] = toConversation(&out.Conversations[i])
	}
	return struct {
		Conversations []conversation `json:"conversations"`
		Meta          platform.Meta  `json:"meta"`
	}{list, out.Meta}, nil
}

func deleteConversation(ctx context.Context, c *call) (any, error) {
	conv, err := c.owned(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	if _, err := c.client.DeleteConversation(ctx, &platform.DeleteConversationInput{ID: conv.ID}); err != nil {
		return nil, err
	}
	c.hub.end(conv.ID, "")
	return nothing{}, nil
}

func listMessages(ctx context.Context, c *call) (any, error) {
	conv, err := c.joined(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	out, err := c.client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: conv.ID, NextToken: c.query.Get("nextToken")})
	if err != nil {
		return nil, err
	}
	names := c.names(c.me)
	list := make([]chatMessage, len(out.Messages))
	for i := range out.Messages {
		m := &out.Messages[i]
		list[i] = toMessage(m, names.of(ctx, m.UserID), c.args[0])
	}
	return struct {
		Messages []chatMessage `json:"messages"`
		Meta     platform.Meta `json:"meta"`
	}{list, out.Meta}, nil
}
