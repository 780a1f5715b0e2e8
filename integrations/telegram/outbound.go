package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform"
)

// handle registers a type of message by how it is rendered.
func handle[P any](s *service, m *integration.Mux, typ string, render func(*rendering, *P) ([]part, error)) {
	integration.Message(m, channelName, typ, func(ctx context.Context, call *integration.Call, out *integration.Outgoing[P]) error {
		c, err := s.settings(call)
		if err != nil {
			return err
		}
		parts, err := render(&rendering{messageID: out.Message.ID}, &out.Payload)
		if err != nil {
			return err
		}
		o := &outgoing{service: s, call: call, c: c, message: &out.Message, conversation: &out.Conversation, ack: out.Ack}
		if err := o.quote(ctx, parts); err != nil {
			return err
		}
		return o.send(ctx, parts)
	})
}

// outgoing is a message of the bot on its way.
type outgoing struct {
	*service
	call         *integration.Call
	c            *settings
	message      *platform.Message
	conversation *platform.Conversation
	ack          func(context.Context, platform.Tags) error
}

// quote makes the first part an answer to the message that the payload or the
// tags name.
func (o *outgoing) quote(ctx context.Context, parts []part) error {
	var p struct {
		ReplyTo string `json:"replyTo"`
	}
	_ = json.Unmarshal(o.message.Payload, &p) // it was validated
	to := cmp.Or(p.ReplyTo, o.message.Tags[tagReplyTo])
	if to == "" || len(parts) == 0 {
		return nil
	}
	m, err := telegramMessage(ctx, o.call, to)
	if err != nil {
		return err
	}
	parts[0].Reply = &replyTo{MessageID: m.id, AllowSending: true}
	return nil
}

// send sends the parts that were not sent yet, in order.
func (o *outgoing) send(ctx context.Context, parts []part) error {
	done, err := o.progress(ctx)
	if err != nil {
		return err
	}
	for i := range parts {
		if i < done {
			continue
		}
		var sent struct {
			MessageID int64 `json:"message_id"`
		}
		err := o.sendPart(ctx, &parts[i], &sent)
		if err != nil && !errors.Is(err, errAccepted) {
			steered := chatkit.Classify(err)
			if platform.IsType(steered, platform.TypeRuntime) {
				o.failed(ctx, o.call, o.message, err)
			}
			return steered
		}
		// An answer that was lost is no reason to send again: the person has
		// the message, we do not know its id.
		if err := o.ack(ctx, o.sentTags(sent.MessageID, i+1, len(parts))); err != nil {
			return err
		}
	}
	return nil
}

// progress is how many parts are known to be sent. The delivery holds the
// message as it was at first: a retry asks for what is noted on it since.
func (o *outgoing) progress(ctx context.Context) (int, error) {
	if o.call.Attempt > 1 {
		out, err := o.call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: o.message.ID})
		if err != nil {
			return 0, fmt.Errorf("read what was sent of the message: %w", err)
		}
		o.message.Tags = out.Message.Tags
	}
	if n, err := strconv.Atoi(o.message.Tags[tagParts]); err == nil {
		return n, nil
	}
	if o.message.Tags[tagID] != "" {
		return 1, nil
	}
	return 0, nil
}

func (o *outgoing) sentTags(id int64, part, of int) platform.Tags {
	tags := platform.Tags{tagChatID: o.conversation.Tags[tagChatID]}
	if id != 0 {
		tags[tagID] = number(id)
	}
	if of > 1 || id == 0 {
		tags[tagParts] = strconv.Itoa(part)
	}
	if all := idTags(); part < of && part < len(all) && id != 0 {
		tags[all[part]] = number(id)
	}
	return chatkit.FillTags(tags)
}

// address says which chat, and which of its topics, the part is for.
func (o *outgoing) address(p *part) error {
	tags := o.conversation.Tags
	if p.ChatID = cmp.Or(tags[tagChatID], tags[tagID]); p.ChatID == "" {
		return integration.RuntimeError("the conversation has no tag chatId: nobody knows whom to write to")
	}
	if thread := tags[tagThreadID]; thread != "" {
		n, err := strconv.ParseInt(thread, 10, 64)
		if err != nil {
			return integration.RuntimeError("the conversation's tag threadId is no number")
		}
		p.ThreadID = n
	}
	return nil
}

// sendPart sends a part, again where the chat has moved, and with its file
// where Telegram does not take the file's address.
func (o *outgoing) sendPart(ctx context.Context, p *part, out any) error {
	if err := o.address(p); err != nil {
		return err
	}
	o.reuse(ctx, p)
	err := o.try(ctx, p, out)
	if moved, ok := errors.AsType[*migratedError](err); ok {
		from, _ := strconv.ParseInt(p.ChatID, 10, 64)
		conv, moveErr := migrate(ctx, o.call, from, moved.to)
		if moveErr != nil {
			return moveErr
		}
		if conv != nil && conv.ID == o.conversation.ID {
			o.conversation = conv
		}
		p.ChatID = number(moved.to)
		err = o.try(ctx, p, out)
	}
	return err
}

func (o *outgoing) try(ctx context.Context, p *part, out any) error {
	if strings.HasPrefix(p.address, media.DataScheme) {
		return o.upload(ctx, p, out)
	}
	api := o.api(o.c)
	err := api.call(ctx, p.method, p, out)
	if p.kind == kindPhoto && said(err, photoWords...) {
		p.turn(kindDocument)
		err = api.call(ctx, p.method, p, out)
	}
	if p.kind != "" && said(err, fetchWords...) {
		err = o.upload(ctx, p, out)
	}
	return err
}
