package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

const (
	// maxFrame bounds one frame of Socket Mode.
	maxFrame = 4 << 20
	// socketWorkers handle what comes in; of one channel in order.
	socketWorkers = 8
)

// openSocket proves that the app-level token may open a connection; none is
// opened.
func (a *client) openSocket(ctx context.Context) error {
	return a.do(ctx, "apps.connections.open", "", func(ctx context.Context, c *slack.Client) error {
		_, _, err := c.StartSocketModeContext(ctx)
		return err
	})
}

// listen receives over Socket Mode until ctx ends. slack-go opens another
// connection whenever Slack closes one, which it does every few hours.
func (s *service) listen(ctx context.Context, call *integration.Call) error {
	c, err := readSettings(call)
	if err != nil {
		return err
	}
	if c.appToken == "" {
		return integration.ErrNothingToListen
	}
	a := s.client(call, c)
	a.with(c.botToken)
	dialer := &websocket.Dialer{Proxy: s.onlySlack, HandshakeTimeout: apiTimeout, WriteBufferSize: 32 << 10}
	if t, ok := s.http.Transport.(*http.Transport); ok && t != nil {
		dialer.TLSClientConfig = t.TLSClientConfig
	}
	client := socketmode.New(a.slack,
		socketmode.OptionDialer(dialer), socketmode.OptionReadLimit(maxFrame), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	l := &listener{s: s, call: call, c: c, client: client}
	return l.run(ctx)
}

// onlySlack refuses connections to other hosts than Slack's, and else uses the
// proxy of the environment.
func (s *service) onlySlack(r *http.Request) (*url.URL, error) {
	if !s.trustedSocket(r.URL) {
		return nil, errors.New("the socket is on a host that is not Slack's")
	}
	return http.ProxyFromEnvironment(r)
}

// trustedSocket is trusted for addresses of sockets. The library writes them
// as those of HTTP.
func (s *service) trustedSocket(u *url.URL) bool {
	plain := *u
	switch u.Scheme {
	case "wss":
		plain.Scheme = "https"
	case "ws":
		plain.Scheme = "http"
	}
	return s.trusted(&plain)
}

// listener is one installation's connection.
type listener struct {
	s      *service
	call   *integration.Call
	c      *settings
	client *socketmode.Client
}

// run reads what comes in until the connection cannot be had any more, or ctx
// ends. Whoever it started has ended when it returns.
func (l *listener) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- l.client.RunContext(ctx) }()
	lanes := newLanes(socketWorkers)
	defer lanes.wait()
	for {
		select {
		case e := <-l.client.Events:
			l.received(ctx, lanes, &e)
		case err := <-ended:
			if ctx.Err() != nil {
				return nil
			}
			l.call.Logger.WarnContext(ctx, "Socket Mode ended", "error", refusal("apps.connections.open", err))
			return refusal("apps.connections.open", err)
		}
	}
}

// received hands an envelope to the lane of its channel. It is acknowledged
// when it is kept: what is not, Slack tells again.
func (l *listener) received(ctx context.Context, lanes *lanes, e *socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeConnected:
		l.call.Logger.InfoContext(ctx, "Socket Mode connected")
		return
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			l.call.Logger.WarnContext(ctx, "Socket Mode cannot connect", "attempt", failed.Attempt, "error", refusal("apps.connections.open", failed.ErrorObj))
		}
		return
	case socketmode.EventTypeErrorBadMessage:
		l.bad(ctx, lanes, e)
		return
	}
	if e.Request == nil || e.Request.EnvelopeID == "" {
		return
	}
	l.accept(ctx, lanes, e.Request)
}

// bad handles an envelope that the library cannot read into its types: they
// are more and stricter than ours.
func (l *listener) bad(ctx context.Context, lanes *lanes, e *socketmode.Event) {
	bad, ok := e.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var req socketmode.Request
	if json.Unmarshal(bad.Message, &req) != nil || req.EnvelopeID == "" {
		l.call.Logger.WarnContext(ctx, "a frame of Socket Mode cannot be read")
		return
	}
	l.accept(ctx, lanes, &req)
}

func (l *listener) accept(ctx context.Context, lanes *lanes, req *socketmode.Request) {
	lanes.do(laneOf(req.Payload), func() {
		defer func() {
			if fault := recover(); fault != nil {
				l.call.Logger.ErrorContext(ctx, "an envelope made the handler panic", "type", chatkit.ClipTag(req.Type),
					"panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
			}
		}()
		if err := l.handle(ctx, req); err != nil {
			l.call.Logger.WarnContext(ctx, "an envelope was not taken", "type", chatkit.ClipTag(req.Type), "error", err)
			return
		}
		short, cancel := context.WithTimeout(ctx, apiTimeout)
		defer cancel()
		if err := l.client.AckCtx(short, req.EnvelopeID, nil); err != nil {
			l.call.Logger.WarnContext(ctx, "an envelope was not acknowledged", "error", err)
		}
	})
}

// handle does with an envelope what a webhook does with its body.
func (l *listener) handle(ctx context.Context, req *socketmode.Request) (err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if req.RetryAttempt > 0 {
		l.call.Logger.InfoContext(ctx, "Slack tells again", "retry", req.RetryAttempt, "reason", chatkit.ClipTag(req.RetryReason))
	}
	switch req.Type {
	case socketmode.RequestTypeEventsAPI:
		var e envelope
		if json.Unmarshal(req.Payload, &e) != nil {
			l.call.Logger.WarnContext(ctx, "event ignored: it cannot be read")
			return nil
		}
		err = l.s.event(ctx, l.call, l.c, &e)
	case socketmode.RequestTypeInteractive:
		err = l.s.interact(ctx, l.call, l.c, req.Payload)
	case socketmode.RequestTypeSlashCommands:
		in := new(command)
		if json.Unmarshal(req.Payload, in) != nil {
			l.call.Logger.WarnContext(ctx, "slash command ignored: it cannot be read")
			return nil
		}
		err = l.s.commanded(ctx, l.call, l.c, in)
	}
	return settle(ctx, l.call, req.Type, chatkit.Classify(err))
}

// laneOf is the channel that an envelope is about, so that what is said there
// is kept in order.
func laneOf(payload json.RawMessage) string {
	var p struct {
		ChannelID string `json:"channel_id"`
		Channel   struct {
			ID string `json:"id"`
		} `json:"channel"`
		Event struct {
			Channel json.RawMessage `json:"channel"`
			Item    struct {
				Channel string `json:"channel"`
			} `json:"item"`
		} `json:"event"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return ""
	}
	channel := ""
	_ = json.Unmarshal(p.Event.Channel, &channel) // some events have an object there
	return cmp.Or(channel, p.Event.Item.Channel, p.Channel.ID, p.ChannelID)
}
