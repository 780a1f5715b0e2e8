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
	"time"

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

// handle registers a type of message by how it is rendered.
func handle[P any](s *service, m *integration.Mux, typ string, render func(*rendering, *P) ([]part, error)) {
	integration.Message(m, channelName, typ, func(ctx context.Context, call *integration.Call, out *integration.Outgoing[P]) error {
		r := &rendering{ctx: ctx, call: call, messageID: out.Message.ID}
		parts, err := render(r, &out.Payload)
		if err != nil {
			return err
		}
		if err := quote(r, &out.Message, parts); err != nil {
			return err
		}
		o := &outgoing{message: &out.Message, conversation: &out.Conversation, ack: out.Ack}
		return s.send(ctx, call, o, parts)
	})
}

// quote makes the first part an answer to the message that the payload or the
// tags name. A reaction names its message already.
func quote(r *rendering, m *platform.Message, parts []part) error {
	var p struct {
		ReplyTo string `json:"replyTo"`
	}
	_ = json.Unmarshal(m.Payload, &p) // it was validated
	to := cmp.Or(p.ReplyTo, m.Tags[tagReplyTo])
	if to == "" || len(parts) == 0 || parts[0].Type == typeReaction {
		return nil
	}
	id, err := whatsappID(r.ctx, r.call, to)
	if err != nil {
		return err
	}
	parts[0].Context = &partContext{MessageID: id}
	return nil
}

// outgoing is a message of the bot on its way.
type outgoing struct {
	message      *platform.Message
	conversation *platform.Conversation
	ack          func(context.Context, platform.Tags) error
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

// send sends the parts that were not sent yet, in order.
func (s *service) send(ctx context.Context, call *integration.Call, o *outgoing, parts []part) error {
	c, err := s.settings(ctx, call)
	if err != nil {
		return err
	}
	done, err := progress(ctx, call, o)
	if err != nil {
		return err
	}
	phoneID := cmp.Or(o.conversation.Tags[tagPhoneID], c.phoneID)
	for i, p := range parts {
		if i < done {
			continue
		}
		if i > 0 {
			if err := s.wait(ctx); err != nil {
				return err
			}
		}
		if err := recipient(&p, o.conversation.Tags); err != nil {
			return err
		}
		p.Opaque = opaque(o.message.ID, i+1, len(parts))
		if err := s.upload(ctx, c, phoneID, &p); err != nil {
			return steer(call, err)
		}
		id, err := s.post(ctx, c, phoneID, &p)
		if err != nil && !errors.Is(err, errAccepted) {
			return steer(call, unanswered(err))
		}
		// An answer that was lost is no reason to send again: the status that
		// follows brings the id.
		if err := o.ack(ctx, sentTags(id, i+1, len(parts))); err != nil {
			return err
		}
	}
	return nil
}

// post sends one part from the number and returns WhatsApp's id of it. The id
// is empty, with errAccepted, when it was taken and the answer was lost.
func (s *service) post(ctx context.Context, c *settings, phoneID string, p *part) (id string, err error) {
	var answer sendAnswer
	err = s.graph(c).post(ctx, url.PathEscape(phoneID)+"/messages", p, &answer)
	return answer.id(), err
}

// statusWait is how long the status of a part takes to come, generously.
const statusWait = 15 * time.Second

// unanswered gives the status of a part time to come before the next try: when
// no answer came, nobody knows whether WhatsApp took the part, and the status
// of one that it took says so.
func unanswered(err error) error {
	e, ok := errors.AsType[*chatkit.Error](err)
	if !ok || e.Status != 0 || e.Code != "" {
		return err
	}
	later := *e
	later.RetryAfter = statusWait
	return &later
}

// wait lets a moment pass: WhatsApp does not promise to show messages that
// come close together in their order.
func (s *service) wait(ctx context.Context) error {
	timer := time.NewTimer(s.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func sentTags(id string, part, of int) platform.Tags {
	tags := chatkit.FillTags(platform.Tags{tagID: id})
	if of > 1 || id == "" {
		tags[tagParts] = strconv.Itoa(part)
	}
	if all := idTags(); part < of && part < len(all) && id != "" {
		tags[all[part]] = id
	}
	return tags
}

// idTags are the tags that may hold WhatsApp's id of a message: that of all
// messages, and those of the parts before the last.
func idTags() []string {
	return []string{tagID, "id1", "id2", "id3", "id4", "id5", "id6", "id7", "id8", "id9"}
}

// progress is how many parts are known to be sent. The delivery holds the
// message as it was at first: a retry asks for what is noted on it since.
func progress(ctx context.Context, call *integration.Call, o *outgoing) (int, error) {
	if call.Attempt > 1 {
		out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: o.message.ID})
		if platform.IsType(err, platform.TypeResourceNotFound) {
			return 0, integration.RuntimeError("the message was deleted before it was sent")
		}
		if err != nil {
			return 0, fmt.Errorf("read what was sent of the message: %w", err)
		}
		o.message.Tags = out.Message.Tags
	}
	return sentParts(o.message.Tags), nil
}

func sentParts(tags platform.Tags) int {
	if n, err := strconv.Atoi(tags[tagParts]); err == nil {
		return n
	}
	if tags[tagID] != "" {
		return 1
	}
	return 0
}

// recipient sets who the part is for.
func recipient(p *part, tags platform.Tags) error {
	p.Product, p.RecipientType = "whatsapp", "individual"
	if number := strings.TrimPrefix(tags[tagUserPhone], "+"); number != "" {
		p.To = number
		return nil
	}
	if p.Recipient = tags[tagUserID]; p.Recipient == "" {
		return integration.RuntimeError("the conversation has neither the tag userPhone nor userId: nobody knows whom to write to")
	}
	return nil
}
