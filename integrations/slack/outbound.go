package slack

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// journal names the tags that record what Slack has of a message. Only the time
// of the last part is kept.
var journal = chatkit.Journal{ID: tagTS, Parts: tagParts}

// outbound is a message of the bot on its way out.
type outbound struct {
	*chatkit.Outbound
	s       *service
	client  *client
	to      place
	buttons int // rendered so far, for their ids
}

// messages is how the bot's messages are sent.
func (s *service) messages() *chatkit.Messages[*outbound, part] {
	return &chatkit.Messages[*outbound, part]{
		Journal:   journal,
		Renderers: renderers(),
		Pause:     s.pause,
		Begin: func(_ context.Context, o *chatkit.Outbound) (*outbound, error) {
			c, err := readSettings(o.Call)
			if err != nil {
				return nil, err
			}
			to, err := placeOf(o.Conversation)
			if err != nil {
				return nil, err
			}
			return &outbound{Outbound: o, s: s, client: s.client(o.Call, c), to: to}, nil
		},
		Send: func(ctx context.Context, o *outbound, p chatkit.Part[part]) (string, error) {
			return o.send(ctx, p.N, *p.Value)
		},
		Tags: func(o *outbound) platform.Tags { return platform.Tags{tagChannelID: o.to.channel} },
		// An answer may have been lost: the channel has the parts with our mark.
		Found: func(ctx context.Context, o *outbound) (map[int]string, error) {
			return o.client.marked(ctx, o.to, o.Message)
		},
	}
}

// send sends a part and returns its time.
func (o *outbound) send(ctx context.Context, n int, p part) (ts string, err error) {
	other, has := p.withoutPictures()
	if _, noted := o.uploaded(n); noted && has && other.file != nil {
		p = other // an earlier attempt had to upload it
	}
	if p.file != nil {
		return o.upload(ctx, n, p.file)
	}
	ts, err = o.client.post(ctx, &post{
		channel: o.to.channel, thread: o.to.thread, text: p.text, blocks: p.blocks, mark: &mark{message: o.Message.ID, part: n},
	})
	if err == nil || !has || !isCode(err, "invalid_blocks") {
		return ts, err
	}
	o.Call.Logger.InfoContext(ctx, "Slack does not show a picture by its address", "error", err)
	ts, failed := o.send(ctx, n, other)
	if e, ok := errors.AsType[*chatkit.Error](failed); ok && e.Vendor != vendor {
		told := *e
		told.Vendor = "Slack could not open the picture, and this server neither: " + e.Vendor
		return "", &told
	}
	return ts, failed
}
