package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// emit emits an event once, however often the update is repeated.
func (in *inbound) emit(ctx context.Context, e integration.Event) error {
	e.DedupeKey = fmt.Sprintf("%s/%d", in.key, in.events)
	in.events++
	_, err := in.call.Emit(ctx, e)
	return err
}

// edited emits the new content of a message.
func (in *inbound) edited(ctx context.Context, m *tgMessage) error {
	c, err := in.content(ctx, m)
	if err != nil || c == nil {
		return err
	}
	got, err := in.receive(ctx, sender(m), placeOf(m), nil)
	if err != nil {
		return err
	}
	original, err := find(ctx, in.call, m.Chat.ID, m.MessageID)
	if err != nil {
		return err
	}
	now := c.combined()
	payload, err := json.Marshal(now.Payload)
	if err != nil {
		return fmt.Errorf("encode the edit: %w", err)
	}
	e := integration.Event{Type: eventEdited, UserID: got.User.ID, ConversationID: got.Conversation.ID}
	edit := editEvent{TelegramID: number(m.MessageID), Type: now.Type, Payload: payload, UserID: got.User.ID, ConversationID: got.Conversation.ID}
	if original != nil {
		e.MessageID, edit.MessageID = original.ID, original.ID
	}
	e.Payload = edit
	return in.emit(ctx, e)
}

// reacted emits each reaction that was added or removed.
func (in *inbound) reacted(ctx context.Context, r *reactionUpdated) error {
	target, err := find(ctx, in.call, r.Chat.ID, r.MessageID)
	if err != nil {
		return err
	}
	payload := reactionEvent{TelegramID: number(r.MessageID)}
	e := integration.Event{}
	if who := author(r.User, r.ActorChat); who.id != 0 {
		user, err := in.user(ctx, who)
		if err != nil {
			return err
		}
		e.UserID, payload.UserID = user.ID, user.ID
	}
	if target != nil {
		e.MessageID, payload.MessageID = target.ID, target.ID
		e.ConversationID, payload.ConversationID = target.ConversationID, target.ConversationID
	}
	emit := func(event string, these, others []reactionType) error {
		for _, reaction := range these {
			if slices.Contains(others, reaction) {
				continue
			}
			payload.Reaction = reaction.name()
			e.Type, e.Payload = event, payload
			if err := in.emit(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}
	if err := emit(eventReactionRemoved, r.Old, r.New); err != nil {
		return err
	}
	return emit(eventReactionAdded, r.New, r.Old)
}

// author is the user, or the chat that speaks as itself; zero if there is
// neither.
func author(u *tgUser, c *tgChat) person {
	switch {
	case u != nil:
		return personOf(u)
	case c != nil:
		return chatPerson(c)
	}
	return person{}
}

func (in *inbound) counted(ctx context.Context, r *reactionCount) error {
	target, err := find(ctx, in.call, r.Chat.ID, r.MessageID)
	if err != nil {
		return err
	}
	payload := countEvent{TelegramID: number(r.MessageID), Reactions: map[string]int{}}
	for _, reaction := range r.Reactions {
		payload.Reactions[reaction.Type.name()] = reaction.Count
	}
	e := integration.Event{Type: eventReactionCount}
	if target != nil {
		payload.MessageID, payload.ConversationID = target.ID, target.ConversationID
		e.MessageID, e.ConversationID = target.ID, target.ConversationID
	}
	e.Payload = payload
	return in.emit(ctx, e)
}

// member emits the new status of a person in a chat, or of the bot.
func (in *inbound) member(ctx context.Context, event string, m *memberUpdated) error {
	got, err := in.receive(ctx, personOf(&m.From), place{chat: m.Chat}, nil)
	if err != nil {
		return err
	}
	user := got.User
	if event == eventMember {
		if user, err = in.user(ctx, personOf(&m.New.User)); err != nil {
			return err
		}
	}
	return in.emit(ctx, integration.Event{Type: event, UserID: user.ID, ConversationID: got.Conversation.ID, Payload: memberEvent{
		Status: m.New.Status, OldStatus: m.Old.Status, UserID: user.ID, ByUserID: got.User.ID, ConversationID: got.Conversation.ID,
		ChatID: number(m.Chat.ID), ChatType: m.Chat.Type,
	}})
}

func (in *inbound) joins(ctx context.Context, j *joinRequest) error {
	got, err := in.receive(ctx, personOf(&j.From), place{chat: j.Chat}, nil)
	if err != nil {
		return err
	}
	return in.emit(ctx, integration.Event{Type: eventJoin, UserID: got.User.ID, ConversationID: got.Conversation.ID, Payload: joinEvent{
		UserID: got.User.ID, ConversationID: got.Conversation.ID, ChatID: number(j.Chat.ID), UserChatID: number(j.UserChatID), Bio: j.Bio,
	}})
}

func (in *inbound) polled(ctx context.Context, p *tgPoll) error {
	payload := pollEvent{PollID: p.ID, Question: p.Question, Votes: p.Votes, Closed: p.IsClosed, Options: []pollOption{}}
	for _, o := range p.Options {
		payload.Options = append(payload.Options, pollOption{Text: o.Text, Votes: o.Votes})
	}
	return in.emit(ctx, integration.Event{Type: eventPoll, Payload: payload})
}

func (in *inbound) voted(ctx context.Context, a *pollAnswer) error {
	payload := pollAnswerEvent{PollID: a.PollID, Options: append([]int{}, a.Options...)}
	if who := author(a.User, a.Chat); who.id != 0 {
		user, err := in.user(ctx, who)
		if err != nil {
			return err
		}
		payload.UserID = user.ID
	}
	return in.emit(ctx, integration.Event{Type: eventPollAnswer, UserID: payload.UserID, Payload: payload})
}

// serviceMessage emits a note of Telegram in a chat.
func (in *inbound) serviceMessage(ctx context.Context, m *tgMessage) error {
	var u struct {
		Message     json.RawMessage `json:"message"`
		ChannelPost json.RawMessage `json:"channel_post"`
	}
	if err := json.Unmarshal(in.raw, &u); err != nil {
		return fmt.Errorf("decode the service message: %w", err)
	}
	body := u.Message
	if len(body) == 0 {
		body = u.ChannelPost
	}
	at := placeOf(m)
	at.topic = cmp.Or(topicName(m.ForumTopic), topicName(m.ForumTopicEdit))
	got, err := in.receive(ctx, sender(m), at, nil)
	if err != nil {
		return err
	}
	return in.emit(ctx, integration.Event{Type: eventService, UserID: got.User.ID, ConversationID: got.Conversation.ID, Payload: serviceEvent{
		Kind: serviceKind(body), Message: body, UserID: got.User.ID, ConversationID: got.Conversation.ID,
	}})
}

func topicName(t *topicCreated) string {
	if t == nil {
		return ""
	}
	return t.Name
}

// serviceKind is the member that makes the message a service message: the first
// by name that not every message may have.
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

// unhandled emits an update that the integration does not know.
func (in *inbound) unhandled(ctx context.Context) error {
	in.call.Logger.InfoContext(ctx, "unknown kind of update")
	return in.emit(ctx, integration.Event{Type: eventUnhandled, Payload: unhandledEvent{Update: in.raw}})
}

// migrated gives the conversation of a group the id that it has as a supergroup.
// Telegram sends an update to both groups, in any order.
func (in *inbound) migrated(ctx context.Context, from, to int64) error {
	in.key = fmt.Sprintf("%s/migrated/%d/%d", in.settings.botID, from, to) // both updates, one event
	conv, err := migrate(ctx, in.call, from, to)
	if err != nil || conv == nil {
		return err
	}
	return in.emit(ctx, integration.Event{Type: eventMigrated, ConversationID: conv.ID, Payload: migratedEvent{
		OldChatID: number(from), NewChatID: number(to), ConversationID: conv.ID,
	}})
}

// migrate moves the group's conversation and returns it, nil if there is none.
// When people wrote in the supergroup before this was known, there are two: then
// the old one only gets the new chat to write to.
func migrate(ctx context.Context, call *integration.Call, from, to int64) (*platform.Conversation, error) {
	old, err := chatkit.FindConversation(ctx, call, "", platform.Tags{tagID: number(from)})
	if err != nil || old == nil {
		return nil, err
	}
	tags := platform.Tags{tagID: number(to), tagChatID: number(to), tagChatType: "supergroup", tagMigratedFrom: number(from)}
	now, err := chatkit.FindConversation(ctx, call, "", platform.Tags{tagID: number(to)})
	if err != nil {
		return nil, err
	}
	if now != nil {
		delete(tags, tagID)
	}
	return chatkit.UpdateConversation(ctx, call, old, tags)
}
