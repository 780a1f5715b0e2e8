package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// place is where something is said.
type place struct {
	channel string
	thread  string // the time of the message that the thread is below, or empty
	kind    string // Slack's channel_type; may be empty
	// forked says that the thread is one that the bot opens to answer.
	forked bool
	title  string // the channel's name when it is known
}

// dm reports whether the place is one person and the bot. A group of several
// people is a channel.
func (p place) dm() bool { return p.kind == "im" || p.kind == "" && strings.HasPrefix(p.channel, "D") }

// name is the channel of ours that the place belongs to.
func (p place) name() string {
	switch {
	case p.thread != "":
		return channelThread
	case p.dm():
		return channelDM
	}
	return channelChannel
}

// tags are those by which the conversation of the place is found.
func (p place) tags() platform.Tags {
	tags := platform.Tags{tagID: p.channel}
	if p.thread != "" {
		tags[tagThread] = p.thread
	}
	return tags
}

// placeOf is the place of a conversation.
func placeOf(conv *platform.Conversation) (place, error) {
	p := place{channel: conv.Tags[tagID], thread: conv.Tags[tagThread]}
	if p.channel == "" {
		return p, integration.RuntimeError("the conversation has no tag id: nobody knows which channel it is")
	}
	if conv.Channel == channelThread && p.thread == "" {
		return p, integration.RuntimeError("the conversation has no tag thread: nobody knows which thread it is")
	}
	return p, nil
}

// threadOf is the thread that a message is in. The message that a thread is
// below is not in it, although Slack names it so.
func threadOf(ts, thread string) string {
	if thread == ts {
		return ""
	}
	return thread
}

// places are where the bot gets a message: nowhere when it is not mentioned
// and wants to be, and as configured in a thread of its own.
func (h *happening) places(ctx context.Context, p place, ts string, mentioned bool) ([]place, error) {
	if p.thread != "" {
		if mentioned || p.dm() || !h.c.onlyMentions() {
			return []place{p}, nil
		}
		own, err := h.ownThread(ctx, p)
		if err != nil || !own {
			return nil, err
		}
		return []place{p}, nil
	}
	if p.dm() {
		return []place{p}, nil
	}
	if h.c.onlyMentions() && !mentioned {
		return nil, nil
	}
	forked := place{channel: p.channel, thread: ts, kind: p.kind, forked: true}
	switch h.c.replyLocation() {
	case replyThread:
		return []place{forked}, nil
	case replyBoth:
		return []place{p, forked}, nil
	}
	return []place{p}, nil
}

// ownThread reports whether the bot opened the thread or has been in it.
func (h *happening) ownThread(ctx context.Context, p place) (bool, error) {
	out, err := h.call.Client.ListConversations(ctx, &platform.ListConversationsInput{Channel: channelThread, Tags: p.tags(), PageSize: 1})
	if err != nil {
		return false, fmt.Errorf("find the thread: %w", err)
	}
	return len(out.Conversations) > 0, nil
}

// conversation finds or makes the conversation of the place.
func (h *happening) conversation(ctx context.Context, p place) (*platform.Conversation, error) {
	tags := p.tags()
	by := []string{tagID}
	if p.thread != "" {
		by = append(by, tagThread)
	}
	if p.forked {
		tags[tagBotReplyThread] = "true"
	}
	out, err := h.call.Client.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
		Channel: p.name(), Tags: tags, DiscriminateByTags: by,
	})
	if err != nil {
		return nil, fmt.Errorf("find or make the conversation: %w", err)
	}
	if out.Conversation.Tags[tagTitle] != "" || p.dm() {
		return &out.Conversation, nil
	}
	return h.title(ctx, &out.Conversation, p.title), nil
}

// title notes the channel's name on its conversation. Without a name it still
// is one: that this failed is only logged.
func (h *happening) title(ctx context.Context, conv *platform.Conversation, name string) *platform.Conversation {
	if name == "" {
		short, cancel := context.WithDeadline(ctx, h.courtesy)
		defer cancel()
		info, err := h.api.channel(short, conv.Tags[tagID])
		if err != nil || info.Name == "" {
			h.call.Logger.WarnContext(ctx, "the channel's name could not be read", "conversation_id", conv.ID, "error", err)
			return conv
		}
		name = info.Name
	}
	out, err := h.call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conv.ID, Tags: platform.Tags{tagTitle: chatkit.ClipTag(name)}})
	if err != nil {
		h.call.Logger.WarnContext(ctx, "the channel's name could not be noted", "conversation_id", conv.ID, "error", err)
		return conv
	}
	return &out.Conversation
}
