package whatsapp

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// maxContacts is how many contacts one message holds.
const maxContacts = 5

// contactCards is the payload of contacts, which come in and go out in Meta's
// own form.
type contactCards struct {
	Contacts []json.RawMessage `json:"contacts"`
}

// rawInteractive is the payload of interactive: Meta's own object, for flows
// and whatever else there is.
type rawInteractive struct {
	Interactive json.RawMessage `json:"interactive"`
}

// reactionOut is the payload of reaction; without Reaction it takes back.
type reactionOut struct {
	MessageID string `json:"messageId"`
	Reaction  string `json:"reaction,omitempty"`
}

func renderContacts(_ *outbound, p *contactCards) ([]part, error) {
	var parts []part
	for all := p.Contacts; len(all) > 0; {
		n := min(len(all), maxContacts)
		raw, err := json.Marshal(all[:n])
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{Type: "contacts", Contacts: raw})
		all = all[n:]
	}
	return parts, nil
}

func renderInteractive(_ *outbound, p *rawInteractive) ([]part, error) {
	return []part{{Type: "interactive", Interactive: p.Interactive}}, nil
}

func renderReaction(r *outbound, p *reactionOut) ([]part, error) {
	id, err := whatsappID(r.ctx, r.Call, p.MessageID)
	if err != nil {
		return nil, err
	}
	return []part{{Type: "reaction", Reaction: &partReaction{MessageID: id, Emoji: p.Reaction}}}, nil
}

// whatsappID is WhatsApp's id of the message.
func whatsappID(ctx context.Context, call *integration.Call, messageID string) (string, error) {
	m, err := chatkit.GetMessage(ctx, call, messageID)
	if err != nil {
		return "", err
	}
	if m == nil {
		return "", integration.RuntimeError("there is no message " + messageID)
	}
	if id := m.Tags[tagID]; id != "" {
		return id, nil
	}
	return "", integration.RuntimeError("the message " + messageID + " has no WhatsApp id yet")
}
