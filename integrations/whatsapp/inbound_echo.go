package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// echo records what somebody of the business wrote in the WhatsApp Business
// app. It is part of the conversation, and nothing that the bot answers: the
// bot gets an event if the configuration wants it.
func (in *inbound) echo(ctx context.Context, v *value, raw json.RawMessage) error {
	var m inMessage
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" || m.To+m.ToUserID == "" {
		return in.unhandled(ctx, fieldEchoes, "", raw, digest(fieldEchoes, raw))
	}
	c, err := in.content(ctx, &m)
	if err != nil {
		return err
	}
	if c == nil {
		return in.unhandled(ctx, fieldEchoes, m.Type, raw, messageKey(m.ID))
	}
	tags, err := messageTagsOf(ctx, in.call, &m)
	if err != nil {
		return err
	}
	got, err := chatkit.Receive(ctx, in.call, &chatkit.Inbound{
		User:         person{Number: cmp.Or(m.From, v.Metadata.DisplayPhoneNumber)}.user(),
		Conversation: person{Number: m.To, UserID: m.ToUserID}.conversation(v.Metadata.PhoneNumberID),
		Message: &chatkit.Message{
			Content: *c, Tags: tags, FindBy: []platform.Tags{{tagID: m.ID}}, Origin: platform.OriginSynthetic,
		},
	})
	if err != nil {
		return err
	}
	if !in.settings.ListenMessageEchoes {
		return nil
	}
	_, err = in.call.Emit(ctx, integration.Event{
		Type: eventEcho, ConversationID: got.Conversation.ID, MessageID: got.Message.ID, Payload: nothing{}, DedupeKey: messageKey(m.ID),
	})
	return err
}
