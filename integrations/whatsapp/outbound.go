package whatsapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// opaqueMark begins what we hang on a part, and Meta hangs on its statuses.
const opaqueMark = "bellhop"

// opaque names the part of a message, counted from 1.
func opaque(messageID string, part, of int) string {
	return fmt.Sprintf("%s %s %d %d", opaqueMark, messageID, part, of)
}

// readOpaque reads what opaque wrote; ok is false for what others wrote.
func readOpaque(text string) (messageID string, part, of int, ok bool) {
	fields := strings.Fields(text)
	if len(fields) != 4 || fields[0] != opaqueMark {
		return "", 0, 0, false
	}
	part, err1 := strconv.Atoi(fields[2])
	of, err2 := strconv.Atoi(fields[3])
	return fields[1], part, of, err1 == nil && err2 == nil && part >= 1 && part <= of
}

// journal names the tags that record what WhatsApp has of a message.
var journal = chatkit.Journal{
	ID: tagID, Parts: tagParts, PartIDs: []string{"id1", "id2", "id3", "id4", "id5", "id6", "id7", "id8", "id9"},
}

// outbound is a message of the bot on its way out.
type outbound struct {
	*service
	*chatkit.Outbound
	ctx      context.Context //nolint:containedctx // of the call; renderers look up messages
	settings *settings
	phoneID  string
}

// messages is how the bot's messages are sent. WhatsApp does not promise to show
// messages that arrive close together in their order: there is a pause between
// parts.
func (s *service) messages() *chatkit.Messages[*outbound, part] {
	return &chatkit.Messages[*outbound, part]{
		Journal:   journal,
		Renderers: renderers(),
		Pause:     s.pause,
		Begin: func(ctx context.Context, o *chatkit.Outbound) (*outbound, error) {
			c, err := s.settings(ctx, o.Call)
			if err != nil {
				return nil, err
			}
			return &outbound{service: s, Outbound: o, ctx: ctx, settings: c, phoneID: cmp.Or(o.Conversation.Tags[tagPhoneID], c.phoneID)}, nil
		},
		Prepare: func(ctx context.Context, o *outbound, parts []part) error { return o.quote(ctx, parts) },
		Send:    func(ctx context.Context, o *outbound, p chatkit.Part[part]) (string, error) { return o.send(ctx, p) },
	}
}

// quote makes the first part a reply to the message that the payload or the tags
// name. A reaction names its message already.
func (o *outbound) quote(ctx context.Context, parts []part) error {
	var p struct {
		ReplyTo string `json:"replyTo"`
	}
	_ = json.Unmarshal(o.Message.Payload, &p) // it was validated
	to := cmp.Or(p.ReplyTo, o.Message.Tags[tagReplyTo])
	if to == "" || len(parts) == 0 || parts[0].Type == typeReaction {
		return nil
	}
	id, err := whatsappID(ctx, o.Call, to)
	if err != nil {
		return err
	}
	parts[0].Context = &partContext{MessageID: id}
	return nil
}

// send sends a part. If its answer was lost, the status that follows has the id.
func (o *outbound) send(ctx context.Context, p chatkit.Part[part]) (id string, err error) {
	if err := recipient(p.Value, o.Conversation.Tags); err != nil {
		return "", err
	}
	p.Value.Opaque = opaque(o.Message.ID, p.N, p.Of)
	if err := o.upload(ctx, o.settings, o.phoneID, p.Value); err != nil {
		return "", err
	}
	if id, err = o.post(ctx, o.settings, o.phoneID, p.Value); err != nil && !errors.Is(err, chatkit.ErrAccepted) {
		return "", backOff(o.Call, err)
	}
	return id, err
}

type sendAnswer struct {
	Contacts []struct {
		Input string `json:"input"`
		WaID  string `json:"wa_id"`
	} `json:"contacts"`
	Messages []struct {
		ID string `json:"id"`
	} `json:"messages"`
}

func (a *sendAnswer) id() string {
	if len(a.Messages) == 0 {
		return ""
	}
	return a.Messages[0].ID
}

// post sends one part from the number and returns WhatsApp's id of it. The id
// is empty, with chatkit.ErrAccepted, when it was taken and the answer was lost.
func (s *service) post(ctx context.Context, c *settings, phoneID string, p *part) (id string, err error) {
	var answer sendAnswer
	err = s.client(c).post(ctx, url.PathEscape(phoneID)+"/messages", p, &answer)
	return answer.id(), err
}

// recipient sets who the part is for.
func recipient(p *part, tags platform.Tags) error {
	p.Product, p.RecipientType = "whatsapp", "individual"
	if number := strings.TrimPrefix(tags[tagUserPhone], "+"); number != "" {
		p.To = number
		return nil
	}
	if p.Recipient = tags[tagUserID]; p.Recipient == "" {
		return integration.RuntimeError("the conversation has neither the tag userPhone nor userId, which name the person to write to")
	}
	return nil
}
