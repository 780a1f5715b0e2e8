package chat

import (
	"context"

	"github.com/bellhop-dev/bellhop/platform"
)

type participantReply struct {
	Participant user `json:"participant"`
}

func addParticipant(ctx context.Context, c *call) (any, error) {
	var in struct {
		UserID string `json:"userId"`
	}
	if err := c.into(&in); err != nil {
		return nil, err
	}
	conv, err := c.owned(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	u, err := c.user(ctx, in.UserID)
	if err != nil {
		return nil, err
	}
	out, err := c.client.AddParticipant(ctx, &platform.AddParticipantInput{ID: conv.ID, UserID: u.ID})
	if err != nil {
		return nil, err
	}
	who := toUser(&out.Participant)
	c.hub.publish(conv.ID, newSignal("participant_added", "", participation{toConversation(conv).ID, who.ID}))
	return &participantReply{who}, nil
}

func getParticipant(ctx context.Context, c *call) (any, error) {
	conv, err := c.owned(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	u, err := c.user(ctx, c.args[1])
	if err != nil {
		return nil, err
	}
	out, err := c.client.GetParticipant(ctx, &platform.GetParticipantInput{ID: conv.ID, UserID: u.ID})
	if err != nil {
		return nil, err
	}
	return &participantReply{toUser(&out.Participant)}, nil
}

func removeParticipant(ctx context.Context, c *call) (any, error) {
	conv, err := c.owned(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	u, err := c.user(ctx, c.args[1])
	if err != nil {
		return nil, err
	}
	if u.ID == c.me.ID {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the owner of a conversation cannot leave it")
	}
	if _, err := c.client.RemoveParticipant(ctx, &platform.RemoveParticipantInput{ID: conv.ID, UserID: u.ID}); err != nil {
		return nil, err
	}
	c.hub.end(conv.ID, u.ID)
	c.hub.publish(conv.ID, newSignal("participant_removed", "", participation{toConversation(conv).ID, fidOr(u.Tags, u.ID)}))
	return nothing{}, nil
}

func listParticipants(ctx context.Context, c *call) (any, error) {
	conv, err := c.joined(ctx, c.args[0], c.me.ID)
	if err != nil {
		return nil, err
	}
	out, err := c.client.ListParticipants(ctx, &platform.ListParticipantsInput{ID: conv.ID, NextToken: c.query.Get("nextToken")})
	if err != nil {
		return nil, err
	}
	list := make([]user, len(out.Participants))
	for i := range out.Participants {
		list[i] = toUser(&out.Participants[i])
	}
	return struct {
		Participants []user        `json:"participants"`
		Meta         platform.Meta `json:"meta"`
	}{list, out.Meta}, nil
}
