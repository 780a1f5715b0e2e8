package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// telling is one update on its way to the bot.
type telling struct {
	*service
	call *integration.Call
	c    *settings
	key  string // of the update, the same when it comes again
	told int    // events of the update so far
}

// emit tells the bot of an event once, however often the update comes.
func (t *telling) emit(ctx context.Context, e integration.Event) error {
	e.DedupeKey = fmt.Sprintf("%s/%d", t.key, t.told)
	t.told++
	_, err := t.call.Emit(ctx, e)
	return err
}

// edited tells of a message's new content.
func (t *telling) edited(ctx context.Context, m *tgMessage) error {
	said, err := t.content(ctx, t.call, m)
	if err != nil || said == nil {
		return err
	}
	who := sender(m)
	user, err := t.user(ctx, t.call, t.c, who)
	if err != nil {
		return err
	}
	conv, err := t.conversation(ctx, t.call, placeOf(m), who)
	if err != nil {
		return err
	}
	original, err := find(ctx, t.call, m.Chat.ID, m.MessageID)
	if err != nil {
		return err
	}
	in, err := said.message(conv.ID, user.ID, nil)
	if err != nil {
		return err
	}
	e := integration.Event{Type: eventEdited, UserID: user.ID, ConversationID: conv.ID}
	told := editEvent{TelegramID: number(m.MessageID), Type: in.Type, Payload: in.Payload, UserID: user.ID, ConversationID: conv.ID}
	if original != nil {
		e.MessageID, told.MessageID = original.ID, original.ID
	}
	e.Payload = told
	return t.emit(ctx, e)
}

// reacted tells of each reaction that came or went.
func (t *telling) reacted(ctx context.Context, r *reactionUpdated) error {
	target, err := find(ctx, t.call, r.Chat.ID, r.MessageID)
	if err != nil {
		return err
	}
	var who person
	switch {
	case r.User != nil:
		who = personOf(r.User)
	case r.ActorChat != nil:
		who = chatPerson(r.ActorChat)
	}
	told := reactionEvent{TelegramID: number(r.MessageID)}
	e := integration.Event{}
	if who.id != 0 {
		user, err := t.user(ctx, t.call, t.c, who)
		if err != nil {
			return err
		}
		e.UserID, told.UserID = user.ID, user.ID
	}
	if target != nil {
		e.MessageID, told.MessageID = target.ID, target.ID
		e.ConversationID, told.ConversationID = target.ConversationID, target.ConversationID
	}
	tell := func(event string, these, others []reactionType) error {
		for _, reaction := range these {
			if slices.Contains(others, reaction) {
				continue
			}
			told.Reaction = reaction.name()
			e.Type, e.Payload = event, told
			if err := t.emit(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}
	if err := tell(eventReactionRemoved, r.Old, r.New); err != nil {
		return err
	}
	return tell(eventReactionAdded, r.New, r.Old)
}

func (t *telling) counted(ctx context.Context, r *reactionCount) error {
	target, err := find(ctx, t.call, r.Chat.ID, r.MessageID)
	if err != nil {
		return err
	}
	told := countEvent{TelegramID: number(r.MessageID), Reactions: map[string]int{}}
	for _, reaction := range r.Reactions {
		told.Reactions[reaction.Type.name()] = reaction.Count
	}
	e := integration.Event{Type: eventReactionCount}
	if target != nil {
		told.MessageID, told.ConversationID = target.ID, target.ConversationID
		e.MessageID, e.ConversationID = target.ID, target.ConversationID
	}
	e.Payload = told
	return t.emit(ctx, e)
}

// member tells of somebody's new status in a chat, or of the bot's.
func (t *telling) member(ctx context.Context, event string, m *memberUpdated) error {
	by, err := t.user(ctx, t.call, t.c, personOf(&m.From))
	if err != nil {
		return err
	}
	user := by
	if event == eventMember {
		if user, err = t.user(ctx, t.call, t.c, personOf(&m.New.User)); err != nil {
			return err
		}
	}
	conv, err := t.conversation(ctx, t.call, place{chat: m.Chat}, personOf(&m.From))
	if err != nil {
		return err
	}
	return t.emit(ctx, integration.Event{Type: event, UserID: user.ID, ConversationID: conv.ID, Payload: memberEvent{
		Status: m.New.Status, OldStatus: m.Old.Status, UserID: user.ID, ByUserID: by.ID, ConversationID: conv.ID,
		ChatID: number(m.Chat.ID), ChatType: m.Chat.Type,
	}})
}

func (t *telling) joins(ctx context.Context, j *joinRequest) error {
	who := personOf(&j.From)
	user, err := t.user(ctx, t.call, t.c, who)
	if err != nil {
		return err
	}
	conv, err := t.conversation(ctx, t.call, place{chat: j.Chat}, who)
	if err != nil {
		return err
	}
	return t.emit(ctx, integration.Event{Type: eventJoin, UserID: user.ID, ConversationID: conv.ID, Payload: joinEvent{
		UserID: user.ID, ConversationID: conv.ID, ChatID: number(j.Chat.ID), UserChatID: number(j.UserChatID), Bio: j.Bio,
	}})
}

func (t *telling) polled(ctx context.Context, p *tgPoll) error {
	told := pollEvent{PollID: p.ID, Question: p.Question, Votes: p.Votes, Closed: p.IsClosed, Options: []pollOption{}}
	for _, o := range p.Options {
		told.Options = append(told.Options, pollOption{Text: o.Text, Votes: o.Votes})
	}
	return t.emit(ctx, integration.Event{Type: eventPoll, Payload: told})
}

func (t *telling) answered(ctx context.Context, a *pollAnswer) error {
	told := pollAnswerEvent{PollID: a.PollID, Options: append([]int{}, a.Options...)}
	var who person
	switch {
	case a.User != nil:
		who = personOf(a.User)
	case a.Chat != nil:
		who = chatPerson(a.Chat)
	}
	if who.id != 0 {
		user, err := t.user(ctx, t.call, t.c, who)
		if err != nil {
			return err
		}
		told.UserID = user.ID
	}
	return t.emit(ctx, integration.Event{Type: eventPollAnswer, UserID: told.UserID, Payload: told})
}

// serviceMessage tells of what Telegram notes in a chat.
func (t *telling) serviceMessage(ctx context.Context, m *tgMessage, raw json.RawMessage) error {
	var u struct {
		Message     json.RawMessage `json:"message"`
		ChannelPost json.RawMessage `json:"channel_post"`
	}
	if err := json.Unmarshal(raw, &u); err != nil {
		return fmt.Errorf("read the service message: %w", err)
	}
	body := u.Message
	if len(body) == 0 {
		body = u.ChannelPost
	}
	who := sender(m)
	user, err := t.user(ctx, t.call, t.c, who)
	if err != nil {
		return err
	}
	conv, err := t.conversation(ctx, t.call, placeOf(m), who)
	if err != nil {
		return err
	}
	if topic := cmp.Or(topicName(m.ForumTopic), topicName(m.ForumTopicEdit)); topic != "" && conv.Tags[tagTopic] != topic {
		_, err := t.call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conv.ID, Tags: platform.Tags{tagTopic: chatkit.ClipTag(topic)}})
		if err != nil {
			return fmt.Errorf("note the topic's name: %w", err)
		}
	}
	return t.emit(ctx, integration.Event{Type: eventService, UserID: user.ID, ConversationID: conv.ID, Payload: serviceEvent{
		Kind: serviceKind(body), Message: body, UserID: user.ID, ConversationID: conv.ID,
	}})
}

func topicName(t *topicCreated) string {
	if t == nil {
		return ""
	}
	return t.Name
}

// serviceKind is the member that makes the message a service message: the
// first by name that is none of those that any message may have.
func serviceKind(raw json.RawMessage) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return ""
	}
	everywhere := []string{
		"message_id", "message_thread_id", "is_topic_message", "from", "sender_chat", "sender_tag", "sender_boost_count", "date", "chat",
		"reply_to_message", "external_reply", "quote", "via_bot", "has_protected_content", "is_from_offline", "edit_date",
		"forward_origin", "is_automatic_forward", "author_signature", "media_group_id", "business_connection_id", "reply_markup",
		"new_chat_participant", "new_chat_member", "left_chat_participant", "direct_messages_topic",
	}
	var kinds []string
	for name := range members {
		if !slices.Contains(everywhere, name) {
			kinds = append(kinds, name)
		}
	}
	slices.Sort(kinds)
	return cmp.Or(append(kinds, "unknown")...)
}

// unhandled tells the bot of what nobody knew what to do with.
func (t *telling) unhandled(ctx context.Context, raw json.RawMessage) error {
	t.call.Logger.InfoContext(ctx, "a kind of update that is not known")
	return t.emit(ctx, integration.Event{Type: eventUnhandled, Payload: unhandledEvent{Update: raw}})
}

// migrated gives the conversations of a group the id that it has as a
// supergroup. Telegram tells both groups, in any order.
func (t *telling) migrated(ctx context.Context, from, to int64) error {
	t.key = fmt.Sprintf("%s/migrated/%d/%d", t.c.botID, from, to) // both updates, one event
	conv, err := migrate(ctx, t.call, from, to)
	if err != nil || conv == nil {
		return err
	}
	return t.emit(ctx, integration.Event{Type: eventMigrated, ConversationID: conv.ID, Payload: migratedEvent{
		OldChatID: number(from), NewChatID: number(to), ConversationID: conv.ID,
	}})
}

// migrate moves the group's conversation and returns it, nil when there is
// none. When people wrote in the supergroup before this was known, there are
// two: the old one then only keeps the new chat to write to.
func migrate(ctx context.Context, call *integration.Call, from, to int64) (*platform.Conversation, error) {
	out, err := call.Client.ListConversations(ctx, &platform.ListConversationsInput{Tags: platform.Tags{tagID: number(from)}})
	if err != nil {
		return nil, fmt.Errorf("find the group's conversation: %w", err)
	}
	if len(out.Conversations) == 0 {
		return nil, nil
	}
	tags := platform.Tags{tagID: number(to), tagChatID: number(to), tagChatType: "supergroup", tagMigratedFrom: number(from)}
	there, err := call.Client.ListConversations(ctx, &platform.ListConversationsInput{Tags: platform.Tags{tagID: number(to)}})
	if err != nil {
		return nil, fmt.Errorf("find the supergroup's conversation: %w", err)
	}
	if len(there.Conversations) > 0 {
		delete(tags, tagID)
	}
	updated, err := call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: out.Conversations[0].ID, Tags: tags})
	if err != nil {
		return nil, fmt.Errorf("move the group's conversation: %w", err)
	}
	return &updated.Conversation, nil
}

// failed tells the bot that a message was refused for good.
func (s *service) failed(ctx context.Context, call *integration.Call, m *platform.Message, err error) {
	_, emitErr := call.Emit(ctx, integration.Event{
		Type: eventFailed, ConversationID: m.ConversationID, MessageID: m.ID, DedupeKey: "failed/" + m.ID + "/" + call.DeliveryID,
		Payload: failure{Error: strings.TrimSpace(err.Error()), Blocked: said(err, blockedWords...)},
	})
	if emitErr != nil {
		call.Logger.WarnContext(ctx, "the bot could not be told of a message that failed", "message_id", m.ID, "error", emitErr)
	}
}
