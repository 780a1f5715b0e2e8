package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// ordered tells the bot of an order from the catalog.
func (in *inbound) ordered(ctx context.Context, v *value, m *inMessage) error {
	p := sender(m, v.Contacts)
	got, err := chatkit.Receive(ctx, in.call, &chatkit.Inbound{User: p.user(), Conversation: p.conversation(v.Metadata.PhoneNumberID)})
	if err != nil {
		return err
	}
	_, err = in.call.Emit(ctx, integration.Event{
		Type: eventOrder, UserID: got.User.ID, ConversationID: got.Conversation.ID, DedupeKey: messageKey(m.ID),
		Payload: orderEvent{Order: m.Order, WhatsappID: m.ID, UserID: got.User.ID, ConversationID: got.Conversation.ID},
	})
	return err
}

// system tells the bot of a note of WhatsApp's about the person. One who has a
// new number stays the same user in the same conversation.
func (in *inbound) system(ctx context.Context, v *value, m *inMessage) error {
	p := sender(m, v.Contacts)
	number := cmp.Or(m.System.WaID, m.System.NewWaID)
	if m.System.Type == "user_changed_number" && number != "" && m.From != "" && number != m.From {
		if err := renumber(ctx, in.call, v.Metadata.PhoneNumberID, m.From, number); err != nil {
			return err
		}
		p.Number = number
	}
	u, err := user(ctx, in.call, p)
	if err != nil {
		return err
	}
	_, err = in.call.Emit(ctx, integration.Event{
		Type: eventSystem, UserID: u.ID, DedupeKey: messageKey(m.ID),
		Payload: systemEvent{Type: cmp.Or(m.System.Type, m.Type), Body: m.System.Body, Number: number, UserID: u.ID},
	})
	return err
}

// revised tells of an edit or a deletion. One of a message that the bot never
// got is of no use to it.
func (in *inbound) revised(ctx context.Context, v *value, m *inMessage) error {
	id := ""
	if m.Edit != nil {
		id = m.Edit.OriginalMessageID
	} else {
		id = m.Revoke.OriginalMessageID
	}
	original, err := find(ctx, in.call, id)
	if err != nil || original == nil {
		return err
	}
	u, err := user(ctx, in.call, sender(m, v.Contacts))
	if err != nil {
		return err
	}
	e := integration.Event{UserID: u.ID, ConversationID: original.ConversationID, MessageID: original.ID, DedupeKey: messageKey(m.ID)}
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
	_, err = in.call.Emit(ctx, e)
	return err
}

// edited is the new content: of media only the caption can have changed.
func edited(original *platform.Message, m *inMessage) (typ string, payload json.RawMessage, err error) {
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
