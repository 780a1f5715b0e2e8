package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

type openedConversation struct {
	ConversationID string `json:"conversationId" title:"Conversation ID" description:"The conversation to write to"`
}

type channelInput struct {
	Conversation channelReference `json:"conversation"`
}

type channelReference struct {
	ChannelID string `json:"channelId" title:"Channel ID" description:"Slack's id of the channel" minLength:"1"`
}

type dmInput struct {
	Conversation struct {
		UserID string `json:"userId" title:"User ID" description:"The user, or Slack's id of the person" minLength:"1"`
	} `json:"conversation"`
}

type threadInput struct {
	Conversation struct {
		MessageID string `json:"messageId,omitempty" title:"Message ID" description:"The message that the thread is below"`
		ChannelID string `json:"channelId,omitempty" title:"Channel ID" description:"With threadTs, in place of the message"`
		ThreadTS  string `json:"threadTs,omitempty" title:"Thread" description:"The time of the message that the thread is below"`
	} `json:"conversation"`
}

func openChannel(ctx context.Context, h *inbound, in *channelInput) (*openedConversation, error) {
	return h.opened(ctx, place{channel: in.Conversation.ChannelID})
}

func openDM(ctx context.Context, h *inbound, in *dmInput) (*openedConversation, error) {
	id, err := slackUser(ctx, h.call, in.Conversation.UserID)
	if err != nil {
		return nil, err
	}
	p, err := h.direct(ctx, id)
	if err != nil {
		return nil, err
	}
	return h.opened(ctx, p)
}

// direct opens the direct message with a person.
func (h *inbound) direct(ctx context.Context, id string) (place, error) {
	channel, err := h.client.openDM(ctx, id)
	if err != nil {
		return place{}, err
	}
	p := place{channel: channel, kind: "im"}
	u, err := h.user(ctx, id)
	if err != nil {
		return p, err
	}
	_, err = h.withDM(ctx, u, p)
	return p, err
}

func openThread(ctx context.Context, h *inbound, in *threadInput) (*openedConversation, error) {
	p := place{channel: in.Conversation.ChannelID, thread: in.Conversation.ThreadTS}
	if in.Conversation.MessageID != "" {
		var err error
		if p.channel, p.thread, err = whereIs(ctx, h.call, in.Conversation.MessageID); err != nil {
			return nil, err
		}
	}
	if p.channel == "" || p.thread == "" {
		return nil, integration.RuntimeError("conversation needs messageId, or channelId and threadTs")
	}
	return h.opened(ctx, p)
}

// opened makes the conversation of a channel that is there.
func (h *inbound) opened(ctx context.Context, p place) (*openedConversation, error) {
	conv, err := h.proved(ctx, p)
	if err != nil {
		return nil, err
	}
	return &openedConversation{ConversationID: conv.ID}, nil
}

func (h *inbound) proved(ctx context.Context, p place) (*platform.Conversation, error) {
	if p.kind == "" {
		info, err := h.client.channel(ctx, p.channel)
		if err != nil {
			return nil, err
		}
		if p.title = info.Name; info.DM {
			p.kind = "im"
		}
	}
	return h.conversation(ctx, p)
}

// createConversation lets bots begin a conversation: in a channel by its id,
// with a person by theirs.
func (s *service) createConversation(ctx context.Context, call *integration.Call, in *platform.CreateConversationBody) (*platform.Conversation, error) {
	c, err := readSettings(call)
	if err != nil {
		return nil, err
	}
	h := s.inbound(call, c, &identity{}, "")
	h.courtesy = h.courtesy.Add(apiTimeout)
	p := place{channel: in.Tags[tagID], thread: in.Tags[tagThread]}
	switch {
	case p.channel == "":
		return nil, integration.RuntimeError("tags.id is missing: give Slack's id of the channel, or of the person for a direct message")
	case in.Channel == channelThread && p.thread == "":
		return nil, integration.RuntimeError("tags.thread is missing: give the time of the message that the thread is below")
	case in.Channel == channelDM && !strings.HasPrefix(p.channel, "D"):
		if p, err = h.direct(ctx, p.channel); err != nil {
			return nil, chatkit.Classify(err)
		}
	}
	conv, err := h.proved(ctx, p)
	return conv, chatkit.Classify(err)
}

// createUser lets bots make the user of a person by Slack's id of them.
func (s *service) createUser(ctx context.Context, call *integration.Call, in *platform.CreateUserBody) (*platform.User, error) {
	c, err := readSettings(call)
	if err != nil {
		return nil, err
	}
	if in.Tags[tagID] == "" {
		return nil, integration.RuntimeError("tags.id is missing: give Slack's id of the person")
	}
	h := s.inbound(call, c, &identity{}, "")
	p, err := h.client.user(ctx, in.Tags[tagID])
	if err != nil {
		return nil, chatkit.Classify(err)
	}
	return known(ctx, call, p)
}

// whereIs is the place and the time of a message.
func whereIs(ctx context.Context, call *integration.Call, messageID string) (channel, ts string, err error) {
	out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: messageID})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return "", "", integration.RuntimeError("there is no message " + messageID)
	}
	if err != nil {
		return "", "", fmt.Errorf("read the message: %w", err)
	}
	channel, ts = out.Message.Tags[tagChannelID], out.Message.Tags[tagTS]
	if channel == "" || ts == "" {
		return "", "", integration.RuntimeError("the message " + messageID + " is not in Slack, or not yet")
	}
	return channel, ts, nil
}
