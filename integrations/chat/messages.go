package chat

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

type messageReply struct {
	Message chatMessage `json:"message"`
}

func createMessage(ctx context.Context, c *call) (any, error) {
	var in struct {
		ConversationID string          `json:"conversationId"`
		Payload        json.RawMessage `json:"payload"`
		Metadata       json.RawMessage `json:"metadata"`
	}
	if err := c.into(&in); err != nil {
		return nil, err
	}
	typ, payload, err := fromChat(in.Payload, in.Metadata)
	if err != nil {
		return nil, err
	}
	conv, err := c.joined(ctx, in.ConversationID, c.me.ID)
	if err != nil {
		return nil, err
	}
	var told []signal
	release := c.hub.hold(conv.ID)
	defer func() { release(told...) }()
	out, err := c.client.CreateMessage(ctx, &platform.CreateMessageInput{
		ConversationID: conv.ID, UserID: c.me.ID, Type: typ, Payload: payload, Tags: platform.Tags{}, IdempotencyKey: c.ownKey(),
	})
	if err != nil {
		return nil, c.keyFault(err)
	}
	m := toMessage(&out.Message, fidOr(c.me.Tags, c.me.ID), toConversation(conv).ID)
	if !c.repeated(out.Replayed) {
		signalled := m
		signalled.IdempotencyKey = c.key
		told = append(told, messageSignal("message_created", signalled, false))
	}
	m.ConversationID = in.ConversationID
	return &messageReply{m}, nil
}

func messageSignal(typ string, m chatMessage, isBot bool) signal {
	m.IsBot = &isBot
	id := m.ID
	if typ != "message_created" {
		id = ""
	}
	return newSignal(typ, id, m)
}

func getMessage(ctx context.Context, c *call) (any, error) {
	out, err := c.client.GetMessage(ctx, &platform.GetMessageInput{ID: c.args[0]})
	if err != nil {
		return nil, err
	}
	conv, err := c.joined(ctx, out.Message.ConversationID, c.me.ID)
	if err != nil {
		return nil, err
	}
	return &messageReply{toMessage(&out.Message, c.names(c.me).of(ctx, out.Message.UserID), toConversation(conv).ID)}, nil
}

func deleteMessage(ctx context.Context, c *call) (any, error) {
	out, err := c.client.GetMessage(ctx, &platform.GetMessageInput{ID: c.args[0]})
	if err != nil {
		return nil, err
	}
	if out.Message.UserID != c.me.ID {
		return nil, platform.Errorf(platform.TypeForbidden, "you are not the sender of this message")
	}
	conv, err := c.conversation(ctx, out.Message.ConversationID)
	if err != nil {
		return nil, err
	}
	if _, err := c.client.DeleteMessage(ctx, &platform.DeleteMessageInput{ID: out.Message.ID}); err != nil {
		return nil, err
	}
	c.hub.publish(conv.ID, newSignal("message_deleted", "", deleted{out.Message.ID, toConversation(conv).ID, fidOr(c.me.Tags, c.me.ID)}))
	return nothing{}, nil
}

// messageCreated tells the listeners of a message of the bot.
func (s *service) messageCreated(_ context.Context, call *integration.Call, out *integration.Outgoing[json.RawMessage]) error {
	m := out.Message
	if m.Payload == nil {
		m.Payload = out.Payload
	}
	s.hub.publish(out.Conversation.ID, messageSignal("message_created",
		toMessage(&m, fidOr(out.User.Tags, out.User.ID), toConversation(&out.Conversation).ID), out.User.ID == call.BotUserID || out.User.ID == call.BotID))
	return nil
}

// messageUpdated tells the listeners that the bot changed a message.
func (s *service) messageUpdated(_ context.Context, call *integration.Call, in *platform.MessageUpdatedBody) error {
	m := in.CurrentMessage
	s.hub.publish(in.Conversation.ID, messageSignal("message_updated",
		toMessage(&m, fidOr(in.User.Tags, in.User.ID), toConversation(&in.Conversation).ID), m.Direction == platform.Outgoing || in.User.ID == call.BotUserID))
	return nil
}
