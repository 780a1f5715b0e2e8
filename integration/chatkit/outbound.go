package chatkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// Outbound is a message of the bot on its way to the vendor.
type Outbound struct {
	Call         *integration.Call
	Message      *platform.Message
	Conversation *platform.Conversation

	record func(context.Context, platform.Tags) error
}

// Record writes tags of the message, for example a part that is half sent. If
// the message was deleted meanwhile, the error is final.
func (o *Outbound) Record(ctx context.Context, tags platform.Tags) error {
	err := o.record(ctx, tags)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return errDeleted()
	}
	return err
}

func errDeleted() error {
	return integration.RuntimeError("the message was deleted before all of it was sent")
}

// Part is one call of the vendor: the part with the number N, from 1, of a
// message with Of parts.
type Part[P any] struct {
	Value *P
	N, Of int
}

// Messages sends the messages of a bot to a vendor. S is the integration's own
// state of one message, P is one part as the vendor takes it.
//
// The parts are sent in order, and each is recorded in the message's tags before
// the next. A retry, also after a crash, continues with the first part that is
// not recorded. A part whose answer was lost is at the vendor, and is not sent
// again: Send returns ErrAccepted, or Found finds it.
type Messages[S, P any] struct {
	Journal Journal
	// Begin is called first, with the message.
	Begin func(context.Context, *Outbound) (S, error)
	// Renderers turn payloads into parts, by message type.
	Renderers Renderers[S, P]
	// Prepare, unless nil, may change the parts of a message before they are
	// sent, as to quote the message that they answer.
	Prepare func(context.Context, S, []P) error
	// Send sends one part and returns the vendor's id. Its *Error decides about a
	// retry, see Classify. An error that wraps ErrAccepted counts as sent.
	Send func(context.Context, S, Part[P]) (id string, err error)
	// Tags, unless nil, returns tags to record with every part.
	Tags func(S) platform.Tags
	// Found, unless nil, is called on a retry. It returns the ids of parts, by
	// their number, that the vendor has although they may not be recorded.
	Found func(context.Context, S) (map[int]string, error)
	// Failed, unless nil, is called when the vendor refused a part for good.
	Failed func(context.Context, S, error)
	// Pause is the time between two parts; 0 is none.
	Pause time.Duration
}

// Handle registers the handlers of all message types of the renderers, in the
// channel.
func (m *Messages[S, P]) Handle(mux *integration.Mux, channel string) {
	for typ, render := range m.Renderers.withBloc() {
		integration.Message(mux, channel, typ, func(ctx context.Context, call *integration.Call, out *integration.Outgoing[json.RawMessage]) error {
			o := &Outbound{Call: call, Message: &out.Message, Conversation: &out.Conversation, record: out.Ack}
			return m.deliver(ctx, o, render, out.Payload)
		})
	}
}

func (m *Messages[S, P]) deliver(ctx context.Context, o *Outbound, render Renderer[S, P], payload json.RawMessage) error {
	state, err := m.Begin(ctx, o)
	if err != nil {
		return Classify(err)
	}
	parts, err := render(state, payload)
	if err != nil {
		return Classify(err)
	}
	if m.Prepare != nil {
		if err := m.Prepare(ctx, state, parts); err != nil {
			return Classify(err)
		}
	}
	done, found, err := m.progress(ctx, o, state)
	if err != nil {
		return Classify(err)
	}
	for n := done + 1; n <= len(parts); n++ {
		id, have := found[n]
		if !have {
			if id, err = m.send(ctx, o, state, Part[P]{Value: &parts[n-1], N: n, Of: len(parts)}); err != nil {
				return err
			}
		}
		tags := m.Journal.Record(id, n, len(parts))
		if m.Tags != nil {
			maps.Copy(tags, FillTags(m.Tags(state)))
		}
		if err := o.Record(ctx, tags); err != nil {
			return err
		}
	}
	return nil
}

// send sends one part. The error is as the handler returns it.
func (m *Messages[S, P]) send(ctx context.Context, o *Outbound, state S, p Part[P]) (id string, err error) {
	if p.N > 1 {
		if err := sleep(ctx, m.Pause); err != nil {
			return "", err
		}
	}
	id, err = m.Send(ctx, state, p)
	if err == nil || errors.Is(err, ErrAccepted) {
		return id, nil
	}
	classified := Classify(err)
	if platform.IsType(classified, platform.TypeRuntime) {
		o.Call.Logger.WarnContext(ctx, "message refused", "message_id", o.Message.ID, "part", p.N, "error", refusal(err))
		if m.Failed != nil {
			m.Failed(ctx, state, err)
		}
	}
	return "", classified
}

// refusal returns the *Error in err, which logs its source, else err.
func refusal(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return err
}

// progress returns the number of parts that are recorded as sent, and the parts
// that the vendor has besides. A delivery carries the message as it was created:
// a retry reads what earlier attempts recorded.
func (m *Messages[S, P]) progress(ctx context.Context, o *Outbound, state S) (done int, found map[int]string, err error) {
	if o.Call.Attempt > 1 {
		now, err := GetMessage(ctx, o.Call, o.Message.ID)
		if err != nil {
			return 0, nil, err
		}
		if now == nil {
			return 0, nil, errDeleted()
		}
		o.Message.Tags = now.Tags
		if m.Found != nil {
			if found, err = m.Found(ctx, state); err != nil {
				return 0, nil, fmt.Errorf("find the parts that were sent: %w", err)
			}
		}
	}
	return m.Journal.Sent(o.Message.Tags), found, nil
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
