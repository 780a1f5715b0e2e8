package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform"
)

// journal names the tags that record what Telegram has of a message.
var journal = chatkit.Journal{
	ID: tagID, Parts: tagParts, PartIDs: []string{"id1", "id2", "id3", "id4", "id5", "id6", "id7", "id8", "id9"},
}

// outbound is a message of the bot on its way out.
type outbound struct {
	*service
	*chatkit.Outbound
	settings *settings
	client   *client
}

// messages is how the bot's messages are sent.
func (s *service) messages() *chatkit.Messages[*outbound, part] {
	return &chatkit.Messages[*outbound, part]{
		Journal:   journal,
		Renderers: renderers(),
		Begin: func(_ context.Context, o *chatkit.Outbound) (*outbound, error) {
			c, err := s.settings(o.Call)
			if err != nil {
				return nil, err
			}
			return &outbound{service: s, Outbound: o, settings: c, client: s.client(c)}, nil
		},
		Prepare: func(ctx context.Context, o *outbound, parts []part) error { return o.quote(ctx, parts) },
		Send:    func(ctx context.Context, o *outbound, p chatkit.Part[part]) (string, error) { return o.send(ctx, p) },
		Tags:    func(o *outbound) platform.Tags { return platform.Tags{tagChatID: o.Conversation.Tags[tagChatID]} },
		Failed:  func(ctx context.Context, o *outbound, err error) { o.failed(ctx, err) },
	}
}

// quote makes the first part a reply to the message that the payload or the tags
// name.
func (o *outbound) quote(ctx context.Context, parts []part) error {
	var p struct {
		ReplyTo string `json:"replyTo"`
	}
	_ = json.Unmarshal(o.Message.Payload, &p) // it was validated
	to := cmp.Or(p.ReplyTo, o.Message.Tags[tagReplyTo])
	if to == "" || len(parts) == 0 {
		return nil
	}
	m, err := telegramMessage(ctx, o.Call, to)
	if err != nil {
		return err
	}
	parts[0].Reply = &replyTo{MessageID: m.id, AllowSending: true}
	return nil
}

// send sends a part, again if the chat has moved, and with its file if Telegram
// does not fetch the file's address.
func (o *outbound) send(ctx context.Context, p chatkit.Part[part]) (id string, err error) {
	if err := o.address(p.Value); err != nil {
		return "", err
	}
	o.reuse(ctx, p.Value)
	var sent struct {
		MessageID int64 `json:"message_id"`
	}
	err = o.try(ctx, p.Value, &sent)
	if moved, ok := errors.AsType[*migratedError](err); ok {
		from, _ := strconv.ParseInt(p.Value.ChatID, 10, 64)
		conv, moveErr := migrate(ctx, o.Call, from, moved.to)
		if moveErr != nil {
			return "", moveErr
		}
		if conv != nil && conv.ID == o.Conversation.ID {
			o.Conversation = conv
		}
		p.Value.ChatID = number(moved.to)
		err = o.try(ctx, p.Value, &sent)
	}
	if sent.MessageID == 0 {
		return "", err
	}
	return number(sent.MessageID), err
}

// address sets the chat of the part, and the topic.
func (o *outbound) address(p *part) error {
	tags := o.Conversation.Tags
	if p.ChatID = cmp.Or(tags[tagChatID], tags[tagID]); p.ChatID == "" {
		return integration.RuntimeError("the conversation has no tag chatId, which names the chat to write to")
	}
	if thread := tags[tagThreadID]; thread != "" {
		n, err := strconv.ParseInt(thread, 10, 64)
		if err != nil {
			return integration.RuntimeError("the conversation's tag threadId is not a number")
		}
		p.ThreadID = n
	}
	return nil
}

func (o *outbound) try(ctx context.Context, p *part, out any) error {
	if strings.HasPrefix(p.address, media.DataScheme) {
		return o.upload(ctx, p, out)
	}
	err := o.client.call(ctx, p.method, p, out)
	if p.kind == kindPhoto && describedAs(err, photoTexts...) {
		p.turn(kindDocument)
		err = o.client.call(ctx, p.method, p, out)
	}
	if p.kind != "" && describedAs(err, fetchTexts...) {
		err = o.upload(ctx, p, out)
	}
	return err
}

// failed emits that Telegram refused a message for good.
func (o *outbound) failed(ctx context.Context, err error) {
	m, call := o.Message, o.Call
	_, emitErr := call.Emit(ctx, integration.Event{
		Type: eventFailed, ConversationID: m.ConversationID, MessageID: m.ID, DedupeKey: "failed/" + m.ID + "/" + call.DeliveryID,
		Payload: failure{Error: strings.TrimSpace(err.Error()), Blocked: describedAs(err, blockedTexts...)},
	})
	if emitErr != nil {
		call.Logger.WarnContext(ctx, "event of a failed message not emitted", "message_id", m.ID, "error", emitErr)
	}
}
