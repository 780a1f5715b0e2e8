package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// statusKind is what a status of Meta's becomes.
type statusKind struct {
	event string
	tag   string // value of the tag status; empty leaves it
	rank  int    // a status never takes the place of a later one
	mark  string // in the tag statuses
}

func kindOf(status string) (statusKind, bool) {
	switch status {
	case "sent":
		return statusKind{eventSent, "SENT", 1, "s"}, true
	case "delivered":
		return statusKind{eventDelivered, "DELIVERED", 2, "d"}, true
	case "read":
		return statusKind{eventRead, "READ", 3, "r"}, true
	case "played":
		return statusKind{eventPlayed, "", 0, "p"}, true
	case "failed":
		return statusKind{eventFailed, "FAILED", 4, "f"}, true
	}
	return statusKind{}, false
}

func rank(tag string) int {
	k, _ := kindOf(strings.ToLower(tag))
	return k.rank
}

// became handles one status of a message of the bot.
func (s *service) became(ctx context.Context, call *integration.Call, c *settings, raw json.RawMessage) error {
	var st status
	if err := json.Unmarshal(raw, &st); err != nil || st.ID == "" {
		return s.unhandled(ctx, call, fieldMessages, "status", raw)
	}
	kind, ok := kindOf(st.Status)
	if !ok {
		return s.once(ctx, call, st.ID+" "+st.Status, func() error { return s.unhandled(ctx, call, fieldMessages, "status", raw) })
	}
	messageID, part, of, marked := readOpaque(st.Opaque)
	release, err := s.locks.Hold(ctx, call.WebhookID+" status "+first(messageID, st.ID))
	if err != nil {
		return err
	}
	defer release()
	m, err := statusMessage(ctx, call, messageID, st.ID)
	if err != nil || m == nil {
		return err
	}
	tags := platform.Tags{}
	if marked {
		tags = noted(m.Tags, st.ID, part, of)
	}
	mark := kind.mark + strconv.Itoa(part)
	told := strings.Fields(m.Tags[tagTold])
	if !slices.Contains(told, mark) {
		if err := s.tell(ctx, call, c, m, &st, kind); err != nil {
			return err
		}
		tags[tagTold] = lastWords(append(told, mark))
		if kind.rank > rank(m.Tags[tagStatus]) {
			tags[tagStatus] = kind.tag
		}
	}
	if len(tags) == 0 {
		return nil
	}
	if _, err := call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: m.ID, Tags: tags}); err != nil {
		return fmt.Errorf("note the status: %w", err)
	}
	return nil
}

// statusMessage is the message that the status is about: by our mark, else by
// WhatsApp's id. Nil is one that others sent from the same number.
func statusMessage(ctx context.Context, call *integration.Call, messageID, id string) (*platform.Message, error) {
	if messageID == "" {
		return find(ctx, call, id)
	}
	out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: messageID})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	return &out.Message, nil
}

// noted are the tags that say that the part was sent, as far as the answer of
// the call that sent it did not note them.
func noted(stored platform.Tags, id string, part, of int) platform.Tags {
	tags := platform.Tags{}
	for name, value := range sentTags(id, part, of) {
		if name == tagParts && sentParts(stored) >= part || name == tagID && sentParts(stored) > part {
			continue
		}
		if stored[name] != value {
			tags[name] = value
		}
	}
	return tags
}

// lastWords joins the newest words that fit a tag.
func lastWords(words []string) string {
	text := strings.Join(words, " ")
	for len(text) > 500 {
		_, text, _ = strings.Cut(text, " ")
	}
	return text
}

func (s *service) tell(ctx context.Context, call *integration.Call, c *settings, m *platform.Message, st *status, kind statusKind) error {
	e := integration.Event{Type: kind.event, ConversationID: m.ConversationID, MessageID: m.ID, Payload: nothing{}}
	if kind.event == eventFailed {
		e.Payload = failure{Error: reasons(st.Errors)}
		call.Logger.WarnContext(ctx, "a message did not arrive", "message_id", m.ID, "error", reasons(st.Errors))
	}
	if _, err := call.Emit(ctx, e); err != nil {
		return err
	}
	if address := mediaAddress(m.Payload); address != "" && slices.ContainsFunc(st.Errors, func(e vendorError) bool { return e.Code == 131052 || e.Code == 131053 }) {
		s.sendAddress(ctx, call, c, m, address)
	}
	return nil
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
	return first(p.Image, p.Audio, p.Video, p.File)
}

// sendAddress sends the address of media that WhatsApp did not take, so that
// the person has at least that.
func (s *service) sendAddress(ctx context.Context, call *integration.Call, c *settings, m *platform.Message, address string) {
	out, err := call.Client.GetConversation(ctx, &platform.GetConversationInput{ID: m.ConversationID})
	if err == nil {
		p := part{Type: "text", Text: &partText{Body: shorten(address, maxText), PreviewURL: true}}
		if err = recipient(&p, out.Conversation.Tags); err == nil {
			var answer sendAnswer
			phoneID := first(out.Conversation.Tags[tagPhoneID], c.phoneID)
			err = s.graph(c).post(ctx, url.PathEscape(phoneID)+"/messages", &p, &answer)
		}
	}
	if err != nil && !errors.Is(err, errAccepted) {
		call.Logger.WarnContext(ctx, "the address of refused media could not be sent", "message_id", m.ID, "error", err)
	}
}
