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
)

// happened does what an update asks for.
func (s *service) happened(ctx context.Context, call *integration.Call, c *settings, u *update, raw json.RawMessage) error {
	t := s.telling(call, c, u)
	switch {
	case u.Message != nil:
		return s.message(ctx, t, u.Message, raw)
	case u.ChannelPost != nil:
		return s.message(ctx, t, u.ChannelPost, raw)
	case u.EditedMessage != nil:
		return t.edited(ctx, u.EditedMessage)
	case u.EditedChannelPost != nil:
		return t.edited(ctx, u.EditedChannelPost)
	case u.CallbackQuery != nil:
		return s.pressed(ctx, t, u.CallbackQuery)
	case u.Reaction != nil:
		return t.reacted(ctx, u.Reaction)
	case u.ReactionCount != nil:
		return t.counted(ctx, u.ReactionCount)
	case u.MyChatMember != nil:
		return t.member(ctx, eventBotStatus, u.MyChatMember)
	case u.ChatMember != nil:
		return t.member(ctx, eventMember, u.ChatMember)
	case u.JoinRequest != nil:
		return t.joins(ctx, u.JoinRequest)
	case u.Poll != nil:
		return t.polled(ctx, u.Poll)
	case u.PollAnswer != nil:
		return t.answered(ctx, u.PollAnswer)
	}
	return t.unhandled(ctx, raw)
}

// misread hands on an update that has another shape than expected.
func (s *service) misread(ctx context.Context, call *integration.Call, c *settings, u *update, raw json.RawMessage) error {
	return s.telling(call, c, u).unhandled(ctx, raw)
}

func (s *service) telling(call *integration.Call, c *settings, u *update) *telling {
	return &telling{service: s, call: call, c: c, key: fmt.Sprintf("%s/%d", c.botID, u.UpdateID)}
}

// message hands a message with content to the bot, and tells of others.
func (s *service) message(ctx context.Context, t *telling, m *tgMessage, raw json.RawMessage) error {
	if m.MigrateTo != 0 {
		return t.migrated(ctx, m.Chat.ID, m.MigrateTo)
	}
	if m.MigrateFrom != 0 {
		return t.migrated(ctx, m.MigrateFrom, m.Chat.ID)
	}
	said, err := s.content(ctx, t.call, m)
	if err != nil {
		return err
	}
	if said == nil {
		return t.serviceMessage(ctx, m, raw)
	}
	who := sender(m)
	user, err := s.user(ctx, t.call, t.c, who)
	if err != nil {
		return err
	}
	conv, err := s.conversation(ctx, t.call, placeOf(m), who)
	if err != nil {
		return err
	}
	tags, err := s.tagsOf(ctx, t, m, said)
	if err != nil {
		return err
	}
	in, err := said.message(conv.ID, user.ID, tags)
	if err != nil {
		return err
	}
	if _, err := t.call.Client.GetOrCreateMessage(ctx, in); err != nil {
		return fmt.Errorf("make the message: %w", err)
	}
	return nil
}

// tagsOf are the tags that a message comes in with.
func (s *service) tagsOf(ctx context.Context, t *telling, m *tgMessage, said *content) (platform.Tags, error) {
	tags := platform.Tags{tagID: number(m.MessageID), tagChatID: number(m.Chat.ID), tagMediaGroup: m.MediaGroupID, tagFileID: said.file}
	name, payload, to := command(m)
	tags[tagCommand], tags[tagArguments] = name, payload
	if r := m.ReplyToMessage; r != nil && r.ForumTopic == nil { // the first message of a topic is no answer to its name
		answered, err := find(ctx, t.call, m.Chat.ID, r.MessageID)
		if err != nil {
			return nil, err
		}
		if answered != nil {
			tags[tagReplyTo] = answered.ID
		}
	}
	if m.Chat.Type != chatPrivate {
		me, err := integration.State[account](t.call, stateAccount, "").Get(ctx)
		if err != nil && !platform.IsType(err, platform.TypeResourceNotFound) {
			return nil, fmt.Errorf("read who the bot is: %w", err)
		}
		if me != nil && (mentions(m, me) || name != "" && strings.EqualFold(to, me.Username)) {
			tags[tagMentionsBot] = "true"
		}
	}
	return chatkit.FillTags(tags), nil
}

// command reads a bot command that the message begins with: /start payload,
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

// mentions reports whether the message names the bot or answers it.
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

// find returns the message that has the id in the chat, nil when there is
// none.
func find(ctx context.Context, call *integration.Call, chatID, id int64) (*platform.Message, error) {
	for _, tag := range idTags() {
		out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{
			Tags: platform.Tags{tag: number(id), tagChatID: number(chatID)}, PageSize: 1,
		})
		if err != nil {
			return nil, fmt.Errorf("find the message: %w", err)
		}
		if len(out.Messages) > 0 {
			return &out.Messages[0], nil
		}
	}
	return nil, nil
}

// pressed is a button of the bot's that somebody pressed: to the bot, a text
// with what the button says and the value behind it.
func (s *service) pressed(ctx context.Context, t *telling, q *callbackQuery) error {
	who := personOf(&q.From)
	if q.Message == nil || q.Message.Chat.ID == 0 {
		return t.answerCallback(ctx, q.ID) // the message is too old, or was sent in the name of a person
	}
	user, err := s.user(ctx, t.call, t.c, who)
	if err != nil {
		return err
	}
	conv, err := s.conversation(ctx, t.call, placeOf(q.Message), who)
	if err != nil {
		return err
	}
	value, err := chatkit.OptionValue(ctx, t.call, q.Data)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(text{Text: cmp.Or(labelOf(q.Message.ReplyMarkup, q.Data), value, "…"), Value: value})
	if err != nil {
		return fmt.Errorf("write the message's payload: %w", err)
	}
	tags := platform.Tags{tagCallbackID: q.ID, tagChatID: number(q.Message.Chat.ID)}
	asked, err := find(ctx, t.call, q.Message.Chat.ID, q.Message.MessageID)
	if err != nil {
		return err
	}
	if asked != nil {
		tags[tagReplyTo] = asked.ID
	}
	_, err = t.call.Client.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
		ConversationID: conv.ID, UserID: user.ID, Type: "text", Payload: raw, Tags: chatkit.FillTags(tags), DiscriminateByTags: []string{tagCallbackID},
	})
	if err != nil {
		return fmt.Errorf("make the message: %w", err)
	}
	return t.answerCallback(ctx, q.ID)
}

// answerCallback ends the little clock on the button, unless the bot does. It
// is a courtesy: that it failed, as for a query that is too old, is only logged.
func (t *telling) answerCallback(ctx context.Context, id string) error {
	if t.c.AnswerButtons != nil && !*t.c.AnswerButtons {
		return nil
	}
	err := t.api(t.c).callWithin(ctx, pictureTimeout, "answerCallbackQuery", map[string]string{"callback_query_id": id}, nil)
	if err != nil {
		t.call.Logger.WarnContext(ctx, "a button could not be answered", "error", err)
	}
	return nil
}

// labelOf is the text of the button that has the data.
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
