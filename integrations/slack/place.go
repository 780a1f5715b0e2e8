package slack

import (
	"context"
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
func (h *inbound) places(ctx context.Context, p place, ts string, mentioned bool) ([]place, error) {
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
func (h *inbound) ownThread(ctx context.Context, p place) (bool, error) {
	conv, err := chatkit.FindConversation(ctx, h.call, channelThread, p.tags())
	return conv != nil, err
}

// conversation describes the place to the platform.
func (p place) conversation() *chatkit.Conversation {
	tags := p.tags()
	if p.forked {
		tags[tagBotReplyThread] = "true"
	}
	return &chatkit.Conversation{Channel: p.name(), Tags: tags, FindBy: []platform.Tags{p.tags()}}
}

// conversation finds or creates the conversation of the place.
func (h *inbound) conversation(ctx context.Context, p place) (*platform.Conversation, error) {
	out, err := chatkit.Receive(ctx, h.call, &chatkit.Inbound{Conversation: p.conversation()})
	if err != nil {
		return nil, err
	}
	return h.titled(ctx, out.Conversation, p), nil
}

// titled writes the channel's name to its conversation, unless it has one. A
// failure is only logged: the conversation works without a name.
func (h *inbound) titled(ctx context.Context, conv *platform.Conversation, p place) *platform.Conversation {
	if conv.Tags[tagTitle] != "" || p.dm() {
		return conv
	}
	name := p.title
	if name == "" {
		short, cancel := context.WithDeadline(ctx, h.courtesy)
		defer cancel()
		info, err := h.client.channel(short, p.channel)
		if err != nil || info.Name == "" {
			h.call.Logger.WarnContext(ctx, "channel's name not read", "conversation_id", conv.ID, "error", err)
			return conv
		}
		name = info.Name
	}
	now, err := chatkit.UpdateConversation(ctx, h.call, conv, platform.Tags{tagTitle: name})
	if err != nil {
		h.call.Logger.WarnContext(ctx, "channel's name not recorded", "conversation_id", conv.ID, "error", err)
		return conv
	}
	return now
}
