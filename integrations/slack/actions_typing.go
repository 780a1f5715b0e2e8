package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

const (
	typingEmoji  = "eyes"
	typingStatus = "is typing…"
)

type typingInput struct {
	ConversationID string  `json:"conversationId" title:"Conversation ID" minLength:"1"`
	MessageID      string  `json:"messageId,omitempty" title:"Message ID" description:"The message that the bot answers"`
	Timeout        float64 `json:"timeout,omitempty" title:"Timeout" description:"Not used: Slack ends it with the answer"`
}

// startTyping shows that the bot is at work, in the ways that Slack has: a
// status in a thread, the message marked as read, and an emoji on it when that
// is configured. It is a courtesy: what does not work is only logged.
func startTyping(ctx context.Context, h *inbound, in *typingInput) (*nothing, error) {
	p, ts, err := h.typing(ctx, in)
	if err != nil {
		return nil, err
	}
	if p.thread != "" {
		h.courteous(ctx, "status", h.client.status(ctx, p.channel, p.thread, typingStatus))
	}
	if ts == "" {
		return &nothing{}, nil
	}
	h.courteous(ctx, "read", h.client.markRead(ctx, p.channel, ts))
	if h.c.TypingIndicatorEmoji {
		h.courteous(ctx, "emoji", h.client.react(ctx, p.channel, ts, typingEmoji))
	}
	return &nothing{}, nil
}

func stopTyping(ctx context.Context, h *inbound, in *typingInput) (*nothing, error) {
	p, ts, err := h.typing(ctx, in)
	if err != nil {
		return nil, err
	}
	if p.thread != "" {
		h.courteous(ctx, "status", h.client.status(ctx, p.channel, p.thread, ""))
	}
	if ts != "" && h.c.TypingIndicatorEmoji {
		h.courteous(ctx, "emoji", h.client.unreact(ctx, p.channel, ts, typingEmoji))
	}
	return &nothing{}, nil
}

// typing is the place, and the time of the message that is answered when it is
// known.
func (h *inbound) typing(ctx context.Context, in *typingInput) (p place, ts string, err error) {
	conv, err := h.call.Client.GetConversation(ctx, &platform.GetConversationInput{ID: in.ConversationID})
	if err != nil {
		return p, "", fmt.Errorf("read the conversation: %w", err)
	}
	if p, err = placeOf(&conv.Conversation); err != nil || in.MessageID == "" {
		return p, "", err
	}
	m, err := h.call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: in.MessageID})
	if err != nil {
		return p, "", fmt.Errorf("read the message: %w", err)
	}
	return p, m.Message.Tags[tagTS], nil
}

func (h *inbound) courteous(ctx context.Context, what string, err error) {
	if err != nil {
		h.call.Logger.WarnContext(ctx, "the typing indicator does not show", "part", what, "error", err)
	}
}

// emojiName is the name of an emoji without its colons.
func emojiName(name string) string { return strings.Trim(strings.TrimSpace(name), ":") }
