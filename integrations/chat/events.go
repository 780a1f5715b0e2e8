package chat

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

type eventReply struct {
	Event event `json:"event"`
}

func createEvent(ctx context.Context, c *call) (any, error) {
	var in struct {
		ConversationID string          `json:"conversationId"`
		Payload        json.RawMessage `json:"payload"`
	}
	if err := c.into(&in); err != nil {
		return nil, err
	}
	if !isObject(in.Payload) {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "payload must be an object")
	}
	conv, err := c.joined(ctx, in.ConversationID, c.me.ID)
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(customEvent{UserID: c.me.ID, ConversationID: conv.ID, Payload: in.Payload})
	if err != nil {
		return nil, err
	}
	var told []signal
	release := c.hub.hold(conv.ID)
	defer func() { release(told...) }()
	out, err := c.client.CreateEvent(ctx, &platform.CreateEventInput{
		Type: eventCustom, Payload: payload, ConversationID: conv.ID, UserID: c.me.ID, IdempotencyKey: c.ownKey(),
	})
	if err != nil {
		return nil, c.keyFault(err)
	}
	e := event{
		ID: &out.Event.ID, CreatedAt: out.Event.CreatedAt, Payload: in.Payload,
		ConversationID: toConversation(conv).ID, UserID: fidOr(c.me.Tags, c.me.ID),
	}
	isBot := false
	signalled := e
	signalled.IsBot = &isBot
	if !c.repeated(out.Replayed) {
		told = append(told, newSignal("event_created", "", signalled))
	}
	return &eventReply{e}, nil
}

func getEvent(ctx context.Context, c *call) (any, error) {
	out, err := c.client.GetEvent(ctx, &platform.GetEventInput{ID: c.args[0]})
	if err != nil {
		return nil, err
	}
	var inner customEvent
	if out.Event.Type != eventCustom || json.Unmarshal(out.Event.Payload, &inner) != nil {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "event not found")
	}
	conv, err := c.joined(ctx, inner.ConversationID, c.me.ID)
	if err != nil {
		return nil, err
	}
	return &eventReply{event{
		ID: &out.Event.ID, CreatedAt: out.Event.CreatedAt, Payload: inner.Payload,
		ConversationID: toConversation(conv).ID, UserID: c.names(c.me).of(ctx, inner.UserID),
	}}, nil
}

// sendEvent tells the listeners of an event of the bot. It is not recorded.
func (s *service) sendEvent(ctx context.Context, call *integration.Call, in *sendEventInput) (*nothing, error) {
	out, err := call.Client.GetConversation(ctx, &platform.GetConversationInput{ID: in.ConversationID})
	if err != nil {
		return nil, err
	}
	isBot := true
	s.hub.publish(out.Conversation.ID, newSignal("event_created", "", event{
		CreatedAt: platform.At(s.now()), Payload: in.Payload, ConversationID: toConversation(&out.Conversation).ID,
		UserID: call.BotUserID, IsBot: &isBot,
	}))
	return &nothing{}, nil
}
