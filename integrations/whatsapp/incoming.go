package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// content is what the bot gets of a message.
type content struct {
	typ     string
	payload any
}

// message handles one message of a person.
func (s *service) message(ctx context.Context, call *integration.Call, c *settings, v *value, raw json.RawMessage) error {
	var m incoming
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" {
		return s.unknown(ctx, call, fieldMessages, raw)
	}
	release, err := s.locks.hold(ctx, call.WebhookID+" "+m.ID)
	if err != nil {
		return err
	}
	defer release()
	return s.said(ctx, call, c, v, &m, raw)
}

// said hands a message with content to the bot.
func (s *service) said(ctx context.Context, call *integration.Call, c *settings, v *value, m *incoming, raw json.RawMessage) error {
	said, err := s.content(ctx, call, c, m)
	if err != nil {
		return err
	}
	if said == nil {
		return s.unknown(ctx, call, fieldMessages, raw)
	}
	p := sender(m, v.Contacts)
	u, err := user(ctx, call, p)
	if err != nil {
		return err
	}
	conv, err := conversation(ctx, call, v.Metadata.PhoneNumberID, p)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(said.payload)
	if err != nil {
		return fmt.Errorf("write the message's payload: %w", err)
	}
	_, err = call.Client.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
		ConversationID: conv.ID, UserID: u.ID, Type: said.typ, Payload: payload,
		Tags: set(platform.Tags{tagID: m.ID}), DiscriminateByTags: []string{tagID},
	})
	if err != nil {
		return fmt.Errorf("make the message: %w", err)
	}
	return nil
}

// content is what the bot gets; nil when there is nothing that it could get.
func (s *service) content(_ context.Context, _ *integration.Call, _ *settings, m *incoming) (*content, error) {
	if m.Type == "text" || m.Type == "" && m.Text != nil {
		if m.Text != nil && m.Text.Body != "" {
			return &content{message.TypeText, text{Text: m.Text.Body}}, nil
		}
	}
	return nil, nil
}
