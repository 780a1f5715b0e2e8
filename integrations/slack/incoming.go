package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// inMessage is a message as Slack tells of it. A change or a deletion holds
// the message within.
type inMessage struct {
	Subtype     string         `json:"subtype"`
	User        string         `json:"user"`
	BotID       string         `json:"bot_id"`
	Text        string         `json:"text"`
	TS          string         `json:"ts"`
	ThreadTS    string         `json:"thread_ts"`
	Channel     string         `json:"channel"`
	ChannelType string         `json:"channel_type"`
	Files       []inFile       `json:"files"`
	Attachments []inAttachment `json:"attachments"`
	Message     *inMessage     `json:"message"`
	Previous    *inMessage     `json:"previous_message"`
	DeletedTS   string         `json:"deleted_ts"`
}

type inAttachment struct {
	Fallback string `json:"fallback"`
	Text     string `json:"text"`
}

// message handles what Slack calls a message: much of it is none.
func (h *happening) message(ctx context.Context, m *inMessage) error {
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
		return h.said(ctx, m)
	case "message_changed":
		return h.edited(ctx, m)
	case "message_deleted":
		return h.deleted(ctx, m)
	}
	return nil // joins, topics and other notes of Slack's
}

// own reports whether the bot, or another app, did it. Two bots that answer
// each other never end.
func (h *happening) own(user, bot string) bool {
	return bot != "" || user == "" || user == h.me.UserID || user == "USLACKBOT"
}

// said hands a message of a person to the bot. The same message comes as
// message and as app_mention, and again when an answer was late: it is one by
// its channel and time.
func (h *happening) said(ctx context.Context, m *inMessage) error {
	if h.own(m.User, m.BotID) || m.TS == "" || m.Channel == "" {
		return nil
	}
	p := place{channel: m.Channel, thread: threadOf(m.TS, m.ThreadTS), kind: m.ChannelType}
	mentioned := strings.Contains(m.Text, "<@"+h.me.UserID+">") || strings.Contains(m.Text, "<@"+h.me.UserID+"|")
	places, err := h.places(ctx, p, m.TS, mentioned)
	if err != nil || len(places) == 0 {
		return err
	}
	content, err := h.content(ctx, m)
	if err != nil {
		return err
	}
	if content == nil {
		h.call.Logger.InfoContext(ctx, "message without content ignored", "ts", chatkit.ClipTag(m.TS))
		return nil
	}
	u, err := h.user(ctx, m.User)
	if err != nil {
		return err
	}
	if err := h.noteDM(ctx, u, p); err != nil {
		return err
	}
	for _, p := range places {
		conv, err := h.conversation(ctx, p)
		if err != nil {
			return err
		}
		tags := platform.Tags{tagTS: m.TS, tagUserID: m.User, tagChannelID: m.Channel}
		if mentioned {
			tags[tagMentionsBot] = "true"
		}
		if p.forked {
			tags[tagForkedToThread] = "true"
		}
		if err := h.make(ctx, conv, u, content, tags, tagTS, tagChannelID); err != nil {
			return err
		}
	}
	return nil
}

// make makes the message unless there is one with the same tags by.
func (h *happening) make(ctx context.Context, conv *platform.Conversation, u *platform.User, c *content, tags platform.Tags, by ...string) error {
	payload, err := encode(c.payload)
	if err != nil {
		return fmt.Errorf("write the message's payload: %w", err)
	}
	_, err = h.call.Client.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
		ConversationID: conv.ID, UserID: u.ID, Type: c.typ, Payload: payload, Tags: chatkit.FillTags(tags), DiscriminateByTags: by,
	})
	if err != nil {
		return fmt.Errorf("make the message: %w", err)
	}
	return nil
}

// find returns the message with the time in the channel, nil when there is
// none.
func find(ctx context.Context, call *integration.Call, channel, ts string) (*platform.Message, error) {
	if channel == "" || ts == "" {
		return nil, nil
	}
	out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{Tags: platform.Tags{tagTS: ts, tagChannelID: channel}, PageSize: 1})
	if err != nil {
		return nil, fmt.Errorf("find the message: %w", err)
	}
	if len(out.Messages) == 0 {
		return nil, nil
	}
	return &out.Messages[0], nil
}
