package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// echo records what somebody of the business wrote in the WhatsApp Business
// app. It is part of the conversation, and nothing that the bot answers: the
// bot gets an event if the configuration wants it.
func (s *service) echo(ctx context.Context, call *integration.Call, c *settings, v *value, raw json.RawMessage) error {
	var m incoming
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" || m.To+m.ToUserID == "" {
		return s.once(ctx, call, digest(fieldEchoes, raw), func() error { return s.unhandled(ctx, call, fieldEchoes, "", raw) })
	}
	release, err := s.locks.Hold(ctx, call.WebhookID+" "+m.ID)
	if err != nil {
		return err
	}
	defer release()
	if known, err := find(ctx, call, m.ID); err != nil || known != nil {
		return err
	}
	said, err := s.content(ctx, call, c, &m)
	if err != nil {
		return err
	}
	if said == nil {
		return s.once(ctx, call, m.ID, func() error { return s.unhandled(ctx, call, fieldEchoes, m.Type, raw) })
	}
	conv, err := conversation(ctx, call, v.Metadata.PhoneNumberID, person{Number: m.To, UserID: m.ToUserID})
	if err != nil {
		return err
	}
	u, err := user(ctx, call, person{Number: first(m.From, v.Metadata.DisplayPhoneNumber)})
	if err != nil {
		return err
	}
	tags, err := messageTagsOf(ctx, call, &m)
	if err != nil {
		return err
	}
	in, err := said.message(conv.ID, u.ID, tags)
	if err != nil {
		return err
	}
	in.Origin = platform.OriginSynthetic
	out, err := call.Client.GetOrCreateMessage(ctx, in)
	if err != nil {
		return fmt.Errorf("record the echo: %w", err)
	}
	if !out.Meta.Created || !c.ListenMessageEchoes {
		return nil
	}
	_, err = call.Emit(ctx, integration.Event{Type: eventEcho, ConversationID: conv.ID, MessageID: out.Message.ID, Payload: nothing{}})
	return err
}
