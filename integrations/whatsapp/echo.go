package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// echo records what somebody of the business wrote in the WhatsApp Business
// app. It is part of the conversation, and nothing that the bot answers: the
// bot gets an event if the configuration wants it.
func (h *hook) echo(ctx context.Context, v *value, raw json.RawMessage) error {
	var m incoming
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" || m.To+m.ToUserID == "" {
		return h.unhandled(ctx, fieldEchoes, "", raw, digest(fieldEchoes, raw))
	}
	said, err := h.content(ctx, &m)
	if err != nil {
		return err
	}
	if said == nil {
		return h.unhandled(ctx, fieldEchoes, m.Type, raw, messageKey(m.ID))
	}
	conv, err := conversation(ctx, h.call, v.Metadata.PhoneNumberID, person{Number: m.To, UserID: m.ToUserID})
	if err != nil {
		return err
	}
	u, err := user(ctx, h.call, person{Number: cmp.Or(m.From, v.Metadata.DisplayPhoneNumber)})
	if err != nil {
		return err
	}
	tags, err := messageTagsOf(ctx, h.call, &m)
	if err != nil {
		return err
	}
	in, err := said.message(conv.ID, u.ID, tags)
	if err != nil {
		return err
	}
	in.Origin = platform.OriginSynthetic
	out, err := h.call.Client.GetOrCreateMessage(ctx, in)
	if err != nil {
		return fmt.Errorf("record the echo: %w", err)
	}
	if !h.c.ListenMessageEchoes {
		return nil
	}
	_, err = h.call.Emit(ctx, integration.Event{
		Type: eventEcho, ConversationID: conv.ID, MessageID: out.Message.ID, Payload: nothing{}, DedupeKey: messageKey(m.ID),
	})
	return err
}
