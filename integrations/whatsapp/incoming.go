package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// message handles one message of a person.
func (h *hook) message(ctx context.Context, v *value, raw json.RawMessage) error {
	var m incoming
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" {
		return h.unhandled(ctx, fieldMessages, "", raw, digest(fieldMessages, raw))
	}
	switch {
	case m.Reaction != nil:
		return h.reacted(ctx, v, &m)
	case m.Edit != nil, m.Revoke != nil:
		return h.revised(ctx, v, &m)
	case m.Order != nil:
		return h.ordered(ctx, v, &m)
	case m.System != nil:
		return h.system(ctx, v, &m)
	}
	return h.said(ctx, v, &m, raw)
}

// said hands a message with content to the bot.
func (h *hook) said(ctx context.Context, v *value, m *incoming, raw json.RawMessage) error {
	said, err := h.content(ctx, m)
	if err != nil {
		return err
	}
	p := sender(m, v.Contacts)
	if said == nil || p.Number+p.UserID == "" {
		return h.unhandled(ctx, fieldMessages, m.Type, raw, messageKey(m.ID))
	}
	u, err := user(ctx, h.call, p)
	if err != nil {
		return err
	}
	conv, err := conversation(ctx, h.call, v.Metadata.PhoneNumberID, p)
	if err != nil {
		return err
	}
	tags, err := messageTagsOf(ctx, h.call, m)
	if err != nil {
		return err
	}
	in, err := said.message(conv.ID, u.ID, tags)
	if err != nil {
		return err
	}
	out, err := h.call.Client.GetOrCreateMessage(ctx, in)
	if err != nil {
		return fmt.Errorf("make the message: %w", err)
	}
	if out.Meta.Created && h.c.readBehavior() != readNone {
		h.unread[chat{v.Metadata.PhoneNumberID, conv.ID}] = m.ID
	}
	return nil
}

// messageKey is under which the event of a message happens once.
func messageKey(id string) string { return "message " + id }

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
	return chatkit.FillTags(tags), nil
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
