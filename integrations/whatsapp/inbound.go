package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// inbound is a notification on its way in.
type inbound struct {
	*service
	call     *integration.Call
	settings *settings
	// unread are the newest messages of each conversation that the person should
	// see as read.
	unread map[chat]string
}

// chat is one number of the business and one conversation.
type chat struct{ phoneID, conversationID string }

// receive handles every change of every entry in order. An error asks Meta to
// repeat the notification; what was done before is not done twice.
func (in *inbound) receive(ctx context.Context, n *notification) error {
	for _, raw := range n.Entry {
		var e entry
		if json.Unmarshal(raw, &e) != nil {
			if err := chatkit.DropFinal(ctx, in.call, "entry", in.unhandled(ctx, "", "", raw, digest("entry", raw))); err != nil {
				return err
			}
			continue
		}
		for _, ch := range e.Changes {
			if err := in.change(ctx, string(e.Time), ch); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *inbound) change(ctx context.Context, at string, raw json.RawMessage) error {
	var ch change
	if json.Unmarshal(raw, &ch) != nil {
		return chatkit.DropFinal(ctx, in.call, "change", in.unhandled(ctx, "", "", raw, digest("change "+at, raw)))
	}
	var v value
	if ch.Field != fieldMessages && ch.Field != fieldEchoes {
		return chatkit.DropFinal(ctx, in.call, "change", in.template(ctx, at, &ch))
	}
	key := digest(ch.Field+" "+at, ch.Value)
	if json.Unmarshal(ch.Value, &v) != nil || len(v.Messages)+len(v.Statuses)+len(v.MessageEchoes) == 0 {
		return chatkit.DropFinal(ctx, in.call, "change", in.unhandled(ctx, ch.Field, "", ch.Value, key))
	}
	for _, part := range []struct {
		name   string
		list   []json.RawMessage
		handle func(context.Context, *value, json.RawMessage) error
	}{
		{"message", v.Messages, in.message}, {"status", v.Statuses, in.became}, {"echo", v.MessageEchoes, in.echo},
	} {
		for _, raw := range part.list {
			if err := chatkit.DropFinal(ctx, in.call, part.name, part.handle(ctx, &v, raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// digest is a key for data without an id of its own.
func digest(what string, raw []byte) string {
	sum := sha256.Sum256(append([]byte(what+" "), raw...))
	return hex.EncodeToString(sum[:16])
}

// message handles one message of a person.
func (in *inbound) message(ctx context.Context, v *value, raw json.RawMessage) error {
	var m inMessage
	if err := json.Unmarshal(raw, &m); err != nil || m.ID == "" {
		return in.unhandled(ctx, fieldMessages, "", raw, digest(fieldMessages, raw))
	}
	switch {
	case m.Reaction != nil:
		return in.reacted(ctx, v, &m)
	case m.Edit != nil, m.Revoke != nil:
		return in.revised(ctx, v, &m)
	case m.Order != nil:
		return in.ordered(ctx, v, &m)
	case m.System != nil:
		return in.system(ctx, v, &m)
	}
	return in.said(ctx, v, &m, raw)
}

// said gives a message with content to the bot.
func (in *inbound) said(ctx context.Context, v *value, m *inMessage, raw json.RawMessage) error {
	c, err := in.content(ctx, m)
	if err != nil {
		return err
	}
	p := sender(m, v.Contacts)
	if c == nil || p.Number+p.UserID == "" {
		return in.unhandled(ctx, fieldMessages, m.Type, raw, messageKey(m.ID))
	}
	tags, err := messageTagsOf(ctx, in.call, m)
	if err != nil {
		return err
	}
	got, err := chatkit.Receive(ctx, in.call, &chatkit.Inbound{
		User: p.user(), Conversation: p.conversation(v.Metadata.PhoneNumberID),
		Message: &chatkit.Message{Content: *c, Tags: tags, FindBy: []platform.Tags{{tagID: m.ID}}},
	})
	if err != nil {
		return err
	}
	if got.Meta.Message && in.settings.readBehavior() != readNone {
		in.unread[chat{v.Metadata.PhoneNumberID, got.Conversation.ID}] = m.ID
	}
	return nil
}

// messageKey is under which the event of a message happens once.
func messageKey(id string) string { return "message " + id }

// messageTagsOf are the tags that a message comes in with.
func messageTagsOf(ctx context.Context, call *integration.Call, m *inMessage) (platform.Tags, error) {
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
	return tags, nil
}

// find returns the message with WhatsApp's id, or nil.
func find(ctx context.Context, call *integration.Call, id string) (*platform.Message, error) {
	return chatkit.FindMessage(ctx, call, journal.FindBy(id, nil)...)
}
