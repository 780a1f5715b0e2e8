package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// happened tells the bot of a message that is no content of its own: an edit,
// a deletion, an order, a note of WhatsApp's.
func (s *service) happened(ctx context.Context, call *integration.Call, v *value, m *incoming) error {
	u, err := user(ctx, call, sender(m, v.Contacts))
	if err != nil {
		return err
	}
	if m.System != nil {
		_, err := call.Emit(ctx, integration.Event{Type: eventSystem, UserID: u.ID, Payload: systemEvent{
			Type: first(m.System.Type, m.Type), Body: m.System.Body, Number: m.System.WaID, UserID: u.ID,
		}})
		return err
	}
	if m.Order != nil {
		conv, err := conversation(ctx, call, v.Metadata.PhoneNumberID, sender(m, v.Contacts))
		if err != nil {
			return err
		}
		_, err = call.Emit(ctx, integration.Event{Type: eventOrder, UserID: u.ID, ConversationID: conv.ID, Payload: orderEvent{
			Order: m.Order, WhatsappID: m.ID, UserID: u.ID, ConversationID: conv.ID,
		}})
		return err
	}
	return s.revised(ctx, call, m, u)
}

// revised tells of an edit or a deletion. One of a message that the bot never
// got is of no use to it.
func (s *service) revised(ctx context.Context, call *integration.Call, m *incoming, u *platform.User) error {
	id := ""
	if m.Edit != nil {
		id = m.Edit.OriginalMessageID
	} else {
		id = m.Revoke.OriginalMessageID
	}
	original, err := find(ctx, call, id)
	if err != nil || original == nil {
		return err
	}
	e := integration.Event{UserID: u.ID, ConversationID: original.ConversationID, MessageID: original.ID}
	if m.Revoke != nil {
		e.Type, e.Payload = eventDeleted, deleteEvent{MessageID: original.ID, UserID: u.ID, ConversationID: original.ConversationID}
	} else {
		typ, payload, err := edited(original, &m.Edit.Message)
		if err != nil {
			return err
		}
		e.Type, e.Payload = eventEdited, editEvent{
			MessageID: original.ID, Type: typ, Payload: payload, UserID: u.ID, ConversationID: original.ConversationID,
		}
	}
	_, err = call.Emit(ctx, e)
	return err
}

// edited is the new content: of media only the caption can have changed.
func edited(original *platform.Message, m *incoming) (typ string, payload json.RawMessage, err error) {
	if m.Text != nil {
		payload, err = json.Marshal(text{Text: m.Text.Body})
		return "text", payload, err
	}
	caption := ""
	for _, media := range []*inMedia{m.Image, m.Video, m.Document} {
		if media != nil {
			caption = media.Caption
		}
	}
	if payload, err = json.Marshal(text{Text: caption}); err != nil {
		return "", nil, fmt.Errorf("write the edit: %w", err)
	}
	return original.Type, payload, nil
}

// reacted notes a reaction on its message and tells the bot. Reactions come in
// any order and more than once: an older one changes nothing.
func (s *service) reacted(ctx context.Context, call *integration.Call, v *value, m *incoming) error {
	release, err := s.locks.Hold(ctx, call.WebhookID+" reaction "+m.Reaction.MessageID)
	if err != nil {
		return err
	}
	defer release()
	target, err := find(ctx, call, m.Reaction.MessageID)
	if err != nil {
		return err
	}
	if target == nil {
		call.Logger.InfoContext(ctx, "a reaction to a message that is not known")
		return nil
	}
	at, id, _ := strings.Cut(target.Tags[tagReactionID], " ")
	if id == m.ID || seconds(at) > seconds(m.Timestamp) {
		return nil
	}
	u, err := user(ctx, call, sender(m, v.Contacts))
	if err != nil {
		return err
	}
	tell := func(event, emoji string) error {
		if emoji == "" {
			return nil
		}
		_, err := call.Emit(ctx, integration.Event{
			Type: event, ConversationID: target.ConversationID, UserID: u.ID, MessageID: target.ID,
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
	_, err = call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: target.ID, Tags: platform.Tags{
		tagReaction: clip(m.Reaction.Emoji), tagReactionID: clip(m.Timestamp + " " + m.ID),
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
