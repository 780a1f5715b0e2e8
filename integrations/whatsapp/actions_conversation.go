package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

type startIn struct {
	Conversation struct {
		UserPhone        string `json:"userPhone"`
		BotPhoneNumberID string `json:"botPhoneNumberId,omitempty"`
		templateIn
	} `json:"conversation"`
}

type startOut struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId,omitempty"`
}

// start writes to a person first. The message is recorded before it is sent,
// so that a status that comes at once finds it, and taken back when WhatsApp
// refuses it.
func (s *service) start(ctx context.Context, call *integration.Call, in *startIn) (*startOut, error) {
	c, err := s.settings(ctx, call)
	if err != nil {
		return nil, err
	}
	t, err := in.Conversation.template()
	if err != nil {
		return nil, err
	}
	conv, err := s.reach(ctx, call, cmp.Or(in.Conversation.BotPhoneNumberID, c.phoneID), in.Conversation.UserPhone)
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(in.Conversation.templateIn)
	if err != nil {
		return nil, fmt.Errorf("write the template: %w", err)
	}
	made, err := call.Client.CreateMessage(ctx, &platform.CreateMessageInput{
		ConversationID: conv.ID, UserID: call.BotUserID, Type: typeTemplate, Payload: payload, Origin: platform.OriginSynthetic, Tags: platform.Tags{},
	})
	if err != nil {
		return nil, fmt.Errorf("record the template: %w", err)
	}
	messageID := made.Message.ID
	p := part{Type: typeTemplate, Template: t, Opaque: opaque(messageID, 1, 1)}
	if err := recipient(&p, conv.Tags); err != nil {
		return nil, err
	}
	sent, err := s.post(ctx, c, conv.Tags[tagPhoneID], &p)
	if err != nil && !errors.Is(err, chatkit.ErrAccepted) {
		if _, err := call.Client.DeleteMessage(context.WithoutCancel(ctx), &platform.DeleteMessageInput{ID: messageID}); err != nil {
			call.Logger.WarnContext(ctx, "a template that was not sent is still recorded", "message_id", messageID, "error", err)
		}
		return nil, chatkit.Classify(err)
	}
	tags := journal.Record(sent, 1, 1)
	if _, err := call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: messageID, Tags: tags}); err != nil {
		return nil, fmt.Errorf("note the template's id: %w", err)
	}
	return &startOut{ConversationID: conv.ID, MessageID: messageID}, nil
}

// reach finds or makes the conversation with the number, and its user.
func (s *service) reach(ctx context.Context, call *integration.Call, phoneID, number string) (*platform.Conversation, error) {
	digits := strings.TrimPrefix(phone(number), "+")
	if len(digits) < 7 || len(digits) > 15 {
		return nil, integration.RuntimeError(fmt.Sprintf("%q is no phone number: give it with the country code, as +49 151 12345678", chatkit.ClipTag(number)))
	}
	p := person{Number: digits}
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{User: p.user(), Conversation: p.conversation(phoneID)})
	if err != nil {
		return nil, err
	}
	return out.Conversation, nil
}

// createUser makes the user that a bot asks for by a number.
func (s *service) createUser(ctx context.Context, call *integration.Call, in *platform.CreateUserBody) (*platform.User, error) {
	digits := strings.TrimPrefix(phone(cmp.Or(in.Tags[tagNumber], in.Tags[tagUserID])), "+")
	if digits == "" {
		return nil, integration.RuntimeError("give the tag userId: the person's number with the country code")
	}
	return user(ctx, call, person{Number: digits, Name: in.Tags[tagName]})
}

// createConversation makes the conversation that a bot asks for by a number.
// Outside of 24 hours after the person's last message only templates can be
// sent in it.
func (s *service) createConversation(ctx context.Context, call *integration.Call, in *platform.CreateConversationBody) (*platform.Conversation, error) {
	c, err := s.settings(ctx, call)
	if err != nil {
		return nil, err
	}
	return s.reach(ctx, call, cmp.Or(in.Tags[tagPhoneID], c.phoneID), in.Tags[tagUserPhone])
}
