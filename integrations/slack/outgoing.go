package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// handle registers a type of message by how it is rendered.
func handle[P any](s *service, m *integration.Mux, channel, typ string, render func(*rendering, *P) ([]part, error)) {
	integration.Message(m, channel, typ, func(ctx context.Context, call *integration.Call, out *integration.Outgoing[P]) error {
		parts, err := render(&rendering{messageID: out.Message.ID}, &out.Payload)
		if err != nil {
			return err
		}
		c, err := readSettings(call)
		if err != nil {
			return err
		}
		to, err := placeOf(&out.Conversation)
		if err != nil {
			return err
		}
		o := &outgoing{api: s.api(call, c), call: call, to: to, message: &out.Message, ack: out.Ack}
		return chatkit.Classify(s.send(ctx, o, parts))
	})
}

// outgoing is a message of the bot on its way.
type outgoing struct {
	api     *api
	call    *integration.Call
	to      place
	message *platform.Message
	ack     func(context.Context, platform.Tags) error
	// found are the parts that are in Slack already, by their number.
	found map[int]string
}

// send sends the parts that are not in Slack yet, in order.
func (s *service) send(ctx context.Context, o *outgoing, parts []part) error {
	done, err := o.progress(ctx)
	if err != nil {
		return err
	}
	for i, p := range parts {
		n := i + 1
		if n <= done {
			continue
		}
		ts, found := o.found[n]
		if !found {
			if i > 0 {
				if err := s.wait(ctx); err != nil {
					return err
				}
			}
			if ts, err = s.sendPart(ctx, o, n, p); err != nil {
				return err
			}
		}
		if err := o.ack(ctx, o.sent(ts, n)); err != nil {
			return err
		}
	}
	return nil
}

func (s *service) sendPart(ctx context.Context, o *outgoing, n int, p part) (ts string, err error) {
	other, has := p.withoutPictures()
	if _, noted := o.uploaded(n); noted && has && other.file != nil {
		p = other // an earlier attempt had to upload it
	}
	if p.file != nil {
		return s.upload(ctx, o, n, p.file)
	}
	ts, err = o.api.post(ctx, &post{
		channel: o.to.channel, thread: o.to.thread, text: p.text, blocks: p.blocks, mark: &mark{message: o.message.ID, part: n},
	})
	if err == nil || !has || !isCode(err, "invalid_blocks") {
		return ts, err
	}
	o.call.Logger.InfoContext(ctx, "Slack does not show a picture by its address", "error", err)
	ts, failed := s.sendPart(ctx, o, n, other)
	if e, ok := errors.AsType[*chatkit.Error](failed); ok && e.Vendor != vendor {
		told := *e
		told.Vendor = "Slack could not open the picture, and this server neither: " + e.Vendor
		return "", &told
	}
	return ts, failed
}

// sent are the tags of a message whose part was sent.
func (o *outgoing) sent(ts string, part int) platform.Tags {
	tags := platform.Tags{tagChannelID: o.to.channel, tagParts: strconv.Itoa(part)}
	if ts != "" {
		tags[tagTS] = ts
	}
	return tags
}

// wait lets a second pass, as Slack asks for in one channel.
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

// progress is how many parts are known to be sent. The delivery holds the
// message as it was at first: a retry asks for what is noted on it since, and
// looks in the channel for what is not, because an answer may have been lost.
func (o *outgoing) progress(ctx context.Context) (int, error) {
	if o.call.Attempt > 1 {
		out, err := o.call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: o.message.ID})
		if err != nil {
			return 0, fmt.Errorf("read what was sent of the message: %w", err)
		}
		o.message.Tags = out.Message.Tags
		if o.found, err = o.api.marked(ctx, o.to, o.message); err != nil {
			return 0, err
		}
	}
	done, err := strconv.Atoi(o.message.Tags[tagParts])
	if err != nil {
		return 0, nil
	}
	return done, nil
}
