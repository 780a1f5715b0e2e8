package whatsapp

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// reacted notes a reaction on its message and tells the bot. Reactions come in
// any order and more than once: an older one changes nothing.
func (in *inbound) reacted(ctx context.Context, v *value, m *inMessage) error {
	release, err := in.locks.Hold(ctx, in.call.WebhookID+" reaction "+m.Reaction.MessageID)
	if err != nil {
		return err
	}
	defer release()
	target, err := find(ctx, in.call, m.Reaction.MessageID)
	if err != nil {
		return err
	}
	if target == nil {
		in.call.Logger.InfoContext(ctx, "a reaction to a message that is not known")
		return nil
	}
	at, id, _ := strings.Cut(target.Tags[tagReactionID], " ")
	if id == m.ID || seconds(at) > seconds(m.Timestamp) {
		return nil
	}
	u, err := user(ctx, in.call, sender(m, v.Contacts))
	if err != nil {
		return err
	}
	tell := func(event, emoji string) error {
		if emoji == "" {
			return nil
		}
		_, err := in.call.Emit(ctx, integration.Event{
			Type: event, ConversationID: target.ConversationID, UserID: u.ID, MessageID: target.ID, DedupeKey: event + " " + m.ID,
			Payload: reactionEvent{Reaction: emoji, MessageID: target.ID, UserID: u.ID, ConversationID: target.ConversationID},
		})
		return err
	}
	if was := target.Tags[tagReaction]; was != m.Reaction.Emoji {
		if err := tell(eventReactionRemoved, was); err != nil {
			return err
		}
		if err := tell(eventReactionAdded, m.Reaction.Emoji); err != nil {
			return err
		}
	}
	// An empty value takes the tag away.
	_, err = in.call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: target.ID, Tags: platform.Tags{
		tagReaction: chatkit.ClipTag(m.Reaction.Emoji), tagReactionID: chatkit.ClipTag(m.Timestamp + " " + m.ID),
	}})
	if err != nil {
		return fmt.Errorf("note the reaction: %w", err)
	}
	return nil
}

// seconds reads a time of WhatsApp's; 0 when it is none.
func seconds(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
