package slack

import (
	"context"
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
func (h *inbound) message(ctx context.Context, m *inMessage) error {
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
func (h *inbound) own(user, bot string) bool {
	return bot != "" || user == "" || user == h.me.UserID || user == "USLACKBOT"
}

// said hands a message of a person to the bot. The same message comes as
// message and as app_mention, and again when an answer was late: it is one by
// its channel and time.
func (h *inbound) said(ctx context.Context, m *inMessage) error {
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
	for _, p := range places {
		tags := platform.Tags{tagTS: m.TS, tagUserID: m.User, tagChannelID: m.Channel}
		if mentioned {
			tags[tagMentionsBot] = "true"
		}
		if p.forked {
			tags[tagForkedToThread] = "true"
		}
		_, err := h.receive(ctx, m.User, p, &chatkit.Message{
			Content: *content, Tags: tags, FindBy: []platform.Tags{{tagTS: m.TS, tagChannelID: m.Channel}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// receive finds or creates the person's user and the conversation of the place,
// and gives the message, which may be nil, to the bot.
func (h *inbound) receive(ctx context.Context, userID string, p place, m *chatkit.Message) (*chatkit.Received, error) {
	who := h.person(userID)
	if p.dm() {
		who.Tags[tagDM] = p.channel
	}
	out, err := chatkit.Receive(ctx, h.call, &chatkit.Inbound{User: who, Conversation: p.conversation(), Message: m})
	if err != nil {
		return nil, err
	}
	out.Conversation = h.titled(ctx, out.Conversation, p)
	return out, nil
}

// find returns the message with the time in the channel, or nil.
func find(ctx context.Context, call *integration.Call, channel, ts string) (*platform.Message, error) {
	return chatkit.FindMessage(ctx, call, platform.Tags{tagTS: ts, tagChannelID: channel})
}
