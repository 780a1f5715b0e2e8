package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// message handles one message of a person.
func (s *service) message(ctx context.Context, call *integration.Call, c *settings, v *value, raw json.RawMessage) error {
	var m incoming
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" {
		return s.once(ctx, call, digest(fieldMessages, raw), func() error { return s.unhandled(ctx, call, fieldMessages, "", raw) })
	}
	release, err := s.locks.Hold(ctx, call.WebhookID+" "+m.ID)
	if err != nil {
		return err
	}
	defer release()
	switch {
	case m.Reaction != nil:
		return s.reacted(ctx, call, v, &m)
	case m.Edit != nil, m.Revoke != nil, m.Order != nil, m.System != nil:
		return s.once(ctx, call, m.ID, func() error { return s.happened(ctx, call, v, &m) })
	}
	return s.said(ctx, call, c, v, &m, raw)
}

// said hands a message with content to the bot.
func (s *service) said(ctx context.Context, call *integration.Call, c *settings, v *value, m *incoming, raw json.RawMessage) error {
	if known, err := find(ctx, call, m.ID); err != nil || known != nil {
		return err
	}
	said, err := s.content(ctx, call, c, m)
	if err != nil {
		return err
	}
	p := sender(m, v.Contacts)
	if said == nil || p.Number+p.UserID == "" {
		return s.once(ctx, call, m.ID, func() error { return s.unhandled(ctx, call, fieldMessages, m.Type, raw) })
	}
	u, err := user(ctx, call, p)
	if err != nil {
		return err
	}
	conv, err := conversation(ctx, call, v.Metadata.PhoneNumberID, p)
	if err != nil {
		return err
	}
	tags, err := messageTagsOf(ctx, call, m)
	if err != nil {
		return err
	}
	in, err := said.message(conv.ID, u.ID, tags)
	if err != nil {
		return err
	}
	out, err := call.Client.GetOrCreateMessage(ctx, in)
	if err != nil {
		return fmt.Errorf("make the message: %w", err)
	}
	if out.Meta.Created && c.readBehavior() != readNone {
		s.seen(ctx, call, c, v.Metadata.PhoneNumberID, m.ID)
	}
	return nil
}

// messageTagsOf are the tags that a message comes in with.
func messageTagsOf(ctx context.Context, call *integration.Call, m *incoming) (platform.Tags, error) {
	tags := platform.Tags{tagID: m.ID, tagEchoCreationType: m.CreationType}
	if m.Context != nil && m.Context.ID != "" {
		answered, err := find(ctx, call, m.Context.ID)
		if err != nil {
			return nil, err
		}
		if answered != nil {
			tags[tagReplyTo] = answered.ID
		}
	}
	if m.Referral != nil {
		tags[tagReferralURL], tags[tagReferralID] = m.Referral.SourceURL, m.Referral.SourceID
	}
	return set(tags), nil
}

// find returns the message that has the id at WhatsApp, nil when there is
// none.
func find(ctx context.Context, call *integration.Call, id string) (*platform.Message, error) {
	for _, tag := range idTags() {
		out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{Tags: platform.Tags{tag: id}, PageSize: 1})
		if err != nil {
			return nil, fmt.Errorf("find the message: %w", err)
		}
		if len(out.Messages) > 0 {
			return &out.Messages[0], nil
		}
	}
	return nil, nil
}

// seen shows the person that the message was read, and as configured that
// something is being typed. It is a courtesy: that it failed is only logged.
func (s *service) seen(ctx context.Context, call *integration.Call, c *settings, phoneID, id string) {
	if err := s.markRead(ctx, c, phoneID, id, c.readBehavior() == readTyping); err != nil {
		call.Logger.WarnContext(ctx, "the message could not be marked as read", "error", err)
	}
}
