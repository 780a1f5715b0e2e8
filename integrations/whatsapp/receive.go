package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// hook is one webhook on its way in.
type hook struct {
	*service
	call *integration.Call
	c    *settings
	// unread are the newest messages of each conversation that the person
	// should see as read.
	unread map[chat]string
}

// chat is one number of the business and one conversation.
type chat struct{ phoneID, conversationID string }

// receive handles every change of every entry in order. An error asks Meta to
// send all of it again; what was done before is not done twice.
func (h *hook) receive(ctx context.Context, n *notification) error {
	for _, raw := range n.Entry {
		var e entry
		if json.Unmarshal(raw, &e) != nil {
			if err := h.settle(ctx, "entry", h.unhandled(ctx, "", "", raw, digest("entry", raw))); err != nil {
				return err
			}
			continue
		}
		for _, ch := range e.Changes {
			if err := h.change(ctx, string(e.Time), ch); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *hook) change(ctx context.Context, at string, raw json.RawMessage) error {
	var ch change
	if json.Unmarshal(raw, &ch) != nil {
		return h.settle(ctx, "change", h.unhandled(ctx, "", "", raw, digest("change "+at, raw)))
	}
	var v value
	if ch.Field != fieldMessages && ch.Field != fieldEchoes {
		return h.settle(ctx, "change", h.template(ctx, at, &ch))
	}
	key := digest(ch.Field+" "+at, ch.Value)
	if json.Unmarshal(ch.Value, &v) != nil || len(v.Messages)+len(v.Statuses)+len(v.MessageEchoes) == 0 {
		return h.settle(ctx, "change", h.unhandled(ctx, ch.Field, "", ch.Value, key))
	}
	for _, part := range []struct {
		name   string
		list   []json.RawMessage
		handle func(context.Context, *value, json.RawMessage) error
	}{
		{"message", v.Messages, h.message}, {"status", v.Statuses, h.became}, {"echo", v.MessageEchoes, h.echo},
	} {
		for _, raw := range part.list {
			if err := h.settle(ctx, part.name, part.handle(ctx, &v, raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle lets through only errors that another try may mend. Others would
// keep what follows from coming in: they are logged.
func (h *hook) settle(ctx context.Context, what string, err error) error {
	return chatkit.DropFinal(ctx, h.call, what, err)
}

// digest names what has no id of its own.
func digest(what string, raw []byte) string {
	sum := sha256.Sum256(append([]byte(what+" "), raw...))
	return hex.EncodeToString(sum[:16])
}

// receiptsTimeout bounds all read receipts of a webhook, which Meta waits for.
const receiptsTimeout = time.Second

// receipts shows people that their messages were read, and as configured that
// something is being typed. It is a courtesy: that it failed is only logged.
func (h *hook) receipts(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, receiptsTimeout)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(8)
	for of, id := range h.unread {
		group.Go(func() error {
			if err := h.markRead(ctx, h.c, of.phoneID, id, h.c.readBehavior() == readTyping); err != nil {
				h.call.Logger.WarnContext(ctx, "the message could not be marked as read", "error", err)
			}
			return nil
		})
	}
	_ = group.Wait() // failures were logged
}
