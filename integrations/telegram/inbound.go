package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// inbound is an update on its way in.
type inbound struct {
	*service
	call     *integration.Call
	settings *settings
	client   *client
	raw      json.RawMessage
	key      string // the same when the update is repeated
	events   int    // that were emitted for the update
}

func (s *service) inbound(call *integration.Call, c *settings, u *update, raw json.RawMessage) *inbound {
	return &inbound{service: s, call: call, settings: c, client: s.client(c), raw: raw, key: fmt.Sprintf("%s/%d", c.botID, u.UpdateID)}
}

// handle does what the update asks for.
func (in *inbound) handle(ctx context.Context, u *update) error {
	switch {
	case u.Message != nil:
		return in.message(ctx, u.Message)
	case u.ChannelPost != nil:
		return in.message(ctx, u.ChannelPost)
	case u.EditedMessage != nil:
		return in.edited(ctx, u.EditedMessage)
	case u.EditedChannelPost != nil:
		return in.edited(ctx, u.EditedChannelPost)
	case u.CallbackQuery != nil:
		return in.pressed(ctx, u.CallbackQuery)
	case u.Reaction != nil:
		return in.reacted(ctx, u.Reaction)
	case u.ReactionCount != nil:
		return in.counted(ctx, u.ReactionCount)
	case u.MyChatMember != nil:
		return in.member(ctx, eventBotStatus, u.MyChatMember)
	case u.ChatMember != nil:
		return in.member(ctx, eventMember, u.ChatMember)
	case u.JoinRequest != nil:
		return in.joins(ctx, u.JoinRequest)
	case u.Poll != nil:
		return in.polled(ctx, u.Poll)
	case u.PollAnswer != nil:
		return in.voted(ctx, u.PollAnswer)
	}
	return in.unhandled(ctx)
}

// receive finds or creates the person's user and the conversation of the place,
// and gives the message, which may be nil, to the bot.
func (in *inbound) receive(ctx context.Context, who person, at place, m *chatkit.Message) (*chatkit.Received, error) {
	out, err := chatkit.Receive(ctx, in.call, &chatkit.Inbound{User: who.user(), Conversation: at.conversation(who), Message: m})
	if err != nil {
		return nil, err
	}
	in.refreshPicture(ctx, who, out.User)
	return out, nil
}

// user finds or creates the person's user.
func (in *inbound) user(ctx context.Context, who person) (*platform.User, error) {
	out, err := chatkit.Receive(ctx, in.call, &chatkit.Inbound{User: who.user()})
	if err != nil {
		return nil, err
	}
	in.refreshPicture(ctx, who, out.User)
	return out.User, nil
}

// message gives a message with content to the bot, and emits an event for any
// other.
func (in *inbound) message(ctx context.Context, m *tgMessage) error {
	if m.MigrateTo != 0 {
		return in.migrated(ctx, m.Chat.ID, m.MigrateTo)
	}
	if m.MigrateFrom != 0 {
		return in.migrated(ctx, m.MigrateFrom, m.Chat.ID)
	}
	c, err := in.content(ctx, m)
	if err != nil {
		return err
	}
	if c == nil {
		return in.serviceMessage(ctx, m)
	}
	tags, err := in.messageTags(ctx, m, c)
	if err != nil {
		return err
	}
	_, err = in.receive(ctx, sender(m), placeOf(m), &chatkit.Message{
		Content: *c.combined(), Tags: tags, FindBy: []platform.Tags{{tagID: tags[tagID], tagChatID: tags[tagChatID]}},
	})
	return err
}

// messageTags are the tags of a message with the content.
func (in *inbound) messageTags(ctx context.Context, m *tgMessage, c *content) (platform.Tags, error) {
	tags := platform.Tags{tagID: number(m.MessageID), tagChatID: number(m.Chat.ID), tagMediaGroup: m.MediaGroupID, tagFileID: c.file}
	name, arguments, to := command(m)
	tags[tagCommand], tags[tagArguments] = name, arguments
	if r := m.ReplyToMessage; r != nil && r.ForumTopic == nil { // the first message of a topic does not reply to its name
		if err := in.tagReply(ctx, tags, m.Chat.ID, r.MessageID); err != nil {
			return nil, err
		}
	}
	if m.Chat.Type != chatPrivate {
		me, err := integration.State[account](in.call, stateAccount, "").Get(ctx)
		if err != nil && !platform.IsType(err, platform.TypeResourceNotFound) {
			return nil, fmt.Errorf("read the bot's account: %w", err)
		}
		if me != nil && (mentions(m, me) || name != "" && strings.EqualFold(to, me.Username)) {
			tags[tagMentionsBot] = "true"
		}
	}
	return tags, nil
}

// tagReply sets the tag replyTo to the message with Telegram's id in the chat,
// unless the platform does not have that message.
func (in *inbound) tagReply(ctx context.Context, tags platform.Tags, chatID, id int64) error {
	answered, err := find(ctx, in.call, chatID, id)
	if err != nil {
		return err
	}
	if answered != nil {
		tags[tagReplyTo] = answered.ID
	}
	return nil
}

// find returns the message with Telegram's id in the chat, or nil.
func find(ctx context.Context, call *integration.Call, chatID, id int64) (*platform.Message, error) {
	return chatkit.FindMessage(ctx, call, journal.FindBy(number(id), platform.Tags{tagChatID: number(chatID)})...)
}

// command parses the bot command at the beginning of a message: /start payload,
// or /start@bot payload in a group.
func command(m *tgMessage) (name, arguments, to string) {
	begins := slices.ContainsFunc(m.Entities, func(e entity) bool { return e.Type == "bot_command" && e.Offset == 0 })
	word, rest, _ := strings.Cut(m.Text, " ")
	if cut, more, ok := strings.Cut(word, "\n"); ok {
		word, rest = cut, more+" "+rest
	}
	word, isCommand := strings.CutPrefix(word, "/")
	if !begins || !isCommand || word == "" {
		return "", "", ""
	}
	name, to, _ = strings.Cut(word, "@")
	return name, strings.TrimSpace(rest), to
}

// mentions reports whether the message mentions the bot or replies to it.
func mentions(m *tgMessage, me *account) bool {
	if r := m.ReplyToMessage; r != nil && r.From != nil && number(r.From.ID) == me.ID {
		return true
	}
	for _, in := range []struct {
		text     string
		entities []entity
	}{{m.Text, m.Entities}, {m.Caption, m.CaptionEntities}} {
		units := utf16.Encode([]rune(in.text))
		for _, e := range in.entities {
			if e.User != nil && number(e.User.ID) == me.ID {
				return true
			}
			if e.Type != "mention" || e.Offset < 0 || e.Length < 2 || e.Offset > len(units)-e.Length {
				continue
			}
			if name := string(utf16.Decode(units[e.Offset+1 : e.Offset+e.Length])); strings.EqualFold(name, me.Username) {
				return true
			}
		}
	}
	return false
}

// pressed gives the bot a text for a button that a person pressed: the button's
// label, and its value.
func (in *inbound) pressed(ctx context.Context, q *callbackQuery) error {
	if q.Message == nil || q.Message.Chat.ID == 0 {
		in.answerCallback(ctx, q.ID) // the message is too old, or was sent in the name of a person
		return nil
	}
	value, err := chatkit.OptionValue(ctx, in.call, q.Data)
	if err != nil {
		return err
	}
	tags := platform.Tags{tagCallbackID: q.ID, tagChatID: number(q.Message.Chat.ID)}
	if err := in.tagReply(ctx, tags, q.Message.Chat.ID, q.Message.MessageID); err != nil {
		return err
	}
	label := cmp.Or(labelOf(q.Message.ReplyMarkup, q.Data), value, "…")
	_, err = in.receive(ctx, personOf(&q.From), placeOf(q.Message), &chatkit.Message{
		Content: chatkit.Content{Type: message.TypeText, Payload: text{Text: label, Value: value}},
		Tags:    tags, FindBy: []platform.Tags{{tagCallbackID: q.ID}},
	})
	if err != nil {
		return err
	}
	in.answerCallback(ctx, q.ID)
	return nil
}

// answerCallback stops the progress indicator of the button, unless the bot does
// that itself. A failure, as for a query that is too old, is only logged.
func (in *inbound) answerCallback(ctx context.Context, id string) {
	if answer := in.settings.AnswerButtons; answer != nil && !*answer {
		return
	}
	err := in.client.callWithin(ctx, pictureTimeout, "answerCallbackQuery", map[string]string{"callback_query_id": id}, nil)
	if err != nil {
		in.call.Logger.WarnContext(ctx, "callback not answered", "error", err)
	}
}

// labelOf is the text of the button with the data.
func labelOf(m *inlineMarkup, data string) string {
	if m == nil {
		return ""
	}
	for _, row := range m.Keyboard {
		for _, b := range row {
			if b.Data == data {
				return b.Text
			}
		}
	}
	return ""
}
