package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// statusKind is what a status of Meta's becomes.
type statusKind struct {
	event string
	tag   string // value of the tag status; empty leaves it
	rank  int    // a status never takes the place of a later one
}

func kindOf(status string) (statusKind, bool) {
	switch status {
	case "sent":
		return statusKind{eventSent, "SENT", 1}, true
	case "delivered":
		return statusKind{eventDelivered, "DELIVERED", 2}, true
	case "read":
		return statusKind{eventRead, "READ", 3}, true
	case "played":
		return statusKind{eventPlayed, "", 0}, true
	case "failed":
		return statusKind{eventFailed, "FAILED", 4}, true
	}
	return statusKind{}, false
}

func rank(tag string) int {
	k, _ := kindOf(strings.ToLower(tag))
	return k.rank
}

// became handles one status of a message of the bot. Statuses come in any
// order and more than once.
func (in *inbound) became(ctx context.Context, _ *value, raw json.RawMessage) error {
	var st status
	if err := json.Unmarshal(raw, &st); err != nil || st.ID == "" {
		return in.unhandled(ctx, fieldMessages, "status", raw, digest("status", raw))
	}
	key := "status " + st.ID + " " + st.Status
	kind, ok := kindOf(st.Status)
	if !ok {
		return in.unhandled(ctx, fieldMessages, "status", raw, key)
	}
	messageID, part, of, marked := readOpaque(st.Opaque)
	release, err := in.locks.Hold(ctx, in.call.WebhookID+" status "+cmp.Or(messageID, st.ID))
	if err != nil {
		return err
	}
	defer release()
	m, err := statusMessage(ctx, in.call, messageID, st.ID)
	if err != nil || m == nil {
		return err
	}
	e := integration.Event{Type: kind.event, ConversationID: m.ConversationID, MessageID: m.ID, Payload: nothing{}, DedupeKey: chatkit.ClipTag(key)}
	if kind.event == eventFailed {
		e.Payload = failure{Error: reasons(st.Errors)}
		in.call.Logger.WarnContext(ctx, "a message did not arrive", "message_id", m.ID, "error", reasons(st.Errors))
	}
	if _, err := in.call.Emit(ctx, e); err != nil {
		return err
	}
	tags := platform.Tags{}
	if marked {
		tags = noted(m.Tags, st.ID, part, of)
	}
	if kind.rank > rank(m.Tags[tagStatus]) {
		tags[tagStatus] = kind.tag
	}
	if len(tags) == 0 {
		return nil
	}
	if _, err := in.call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: m.ID, Tags: tags}); err != nil {
		return fmt.Errorf("note the status: %w", err)
	}
	// The note comes first, so that the address is not sent twice.
	if tags[tagStatus] != "" && mediaRefused(st.Errors) {
		in.sendAddress(ctx, m)
	}
	return nil
}

// statusMessage is the message that the status is about: by our mark, else by
// WhatsApp's id. Nil is one that others sent from the same number.
func statusMessage(ctx context.Context, call *integration.Call, messageID, id string) (*platform.Message, error) {
	if messageID == "" {
		return find(ctx, call, id)
	}
	return chatkit.GetMessage(ctx, call, messageID)
}

// noted are the tags that say that the part was sent, as far as the answer of
// the call that sent it did not note them.
func noted(stored platform.Tags, id string, part, of int) platform.Tags {
	tags := platform.Tags{}
	for name, value := range journal.Record(id, part, of) {
		if name == tagParts && journal.Sent(stored) >= part || name == tagID && journal.Sent(stored) > part {
			continue
		}
		if stored[name] != value {
			tags[name] = value
		}
	}
	return tags
}

// reasons words why a message did not arrive.
func reasons(errs []vendorError) string {
	var all []string
	for _, e := range errs {
		text := fmt.Sprintf("%s (%d)", e.Title, e.Code)
		if e.Message != "" && e.Message != e.Title {
			text += ": " + e.Message
		}
		if e.Data.Details != "" {
			text += " - " + e.Data.Details
		}
		if e.Code != 0 && remedy(e.Code) != "" {
			text += "; " + remedy(e.Code)
		}
		all = append(all, text)
	}
	if len(all) == 0 {
		return "WhatsApp gave no reason"
	}
	return strings.Join(all, "; ")
}

func mediaAddress(payload json.RawMessage) string {
	var p struct {
		Image string `json:"imageUrl"`
		Audio string `json:"audioUrl"`
		Video string `json:"videoUrl"`
		File  string `json:"fileUrl"`
	}
	_ = json.Unmarshal(payload, &p) // other payloads have none
	return cmp.Or(p.Image, p.Audio, p.Video, p.File)
}

// mediaRefused reports whether WhatsApp could not fetch the media, or did not
// take it.
func mediaRefused(errs []vendorError) bool {
	return slices.ContainsFunc(errs, func(e vendorError) bool { return e.Code == 131052 || e.Code == 131053 })
}

// sendAddress sends the address of media that WhatsApp did not take, so that
// the person has at least that.
func (in *inbound) sendAddress(ctx context.Context, m *platform.Message) {
	address := mediaAddress(m.Payload)
	if !strings.HasPrefix(address, "http") {
		return
	}
	out, err := in.call.Client.GetConversation(ctx, &platform.GetConversationInput{ID: m.ConversationID})
	if err == nil {
		p := part{Type: "text", Text: &partText{Body: chatkit.Shorten(address, maxText), PreviewURL: true}}
		if err = recipient(&p, out.Conversation.Tags); err == nil {
			_, err = in.post(ctx, in.settings, cmp.Or(out.Conversation.Tags[tagPhoneID], in.settings.phoneID), &p)
		}
	}
	if err != nil && !errors.Is(err, chatkit.ErrAccepted) {
		in.call.Logger.WarnContext(ctx, "the address of refused media could not be sent", "message_id", m.ID, "error", err)
	}
}
