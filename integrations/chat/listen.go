package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Listening. A stream begins before its status is sent, so that what happens
// after the client saw it open is told, and a client that lists once the
// stream is open misses nothing. Each message_created carries the message's id
// as the event's id: a client that comes back with Last-Event-ID first gets
// what it missed. Where that is more than catchUp messages, or the message of
// that id does not exist any more, the stream sends the signal "reset" before
// the newest of them: the client has to read the list of messages again. On
// every beat the newest messages are read again; a message of another node, or
// from the time of a restart, is sent then. The other signals are sent once and
// not kept.
//
// The beat itself is a message with the data "ping": the official client
// counts messages, not comments, and gives up after a minute without one. The
// official client under Node also loses its connection after five seconds of
// silence, without noticing it; a comment every pulse prevents that.
const (
	catchUp      = 200
	maxSeen      = 512
	writeTimeout = 15 * time.Second
	beatInterval = 20 * time.Second
	pulse        = 3 * time.Second
)

// signalReset makes a client read the list of messages again.
const signalReset = "reset"

// listenElsewhere answers where the place that runs the integration cannot
// stream.
func listenElsewhere(context.Context, *call) (any, error) {
	return nil, platform.Errorf(platform.TypeInternal, "listening needs the integration to run in the server's process")
}

// stream answers GET conversations/{id}/listen and leaves the rest.
func (s *service) stream(w http.ResponseWriter, r *http.Request, req *wire.Request) bool {
	args, ok := match("conversations/*/listen", split(r.URL.EscapedPath()))
	if !ok || r.Method != http.MethodGet {
		return false
	}
	for key, values := range cors(r.Header.Get("Origin"), "") {
		w.Header()[key] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	st, err := s.open(r, req, args[0])
	if err != nil {
		status, e := s.refusal(r.Context(), w.Header(), err)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(e)
		return true
	}
	defer s.hub.drop(st.conv.ID, st.listener)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	st.out = w
	st.control = http.NewResponseController(w)
	st.run(r.Context())
	return true
}

// stream is one open connection. seen are the last messages that were told.
type stream struct {
	*session
	me       *platform.User
	conv     *platform.Conversation
	listener *listener
	names    *names
	since    time.Time
	last     string // Last-Event-ID
	pulse    bool   // whether the client may be the official one under Node
	seen     []string
	out      http.ResponseWriter
	control  *http.ResponseController
}

func (s *service) open(r *http.Request, req *wire.Request, id string) (*stream, error) {
	ctx := r.Context()
	sess, err := s.sessionOf(req)
	if err != nil {
		return nil, err
	}
	c := &call{session: sess}
	if err := c.identify(ctx, member, r.Header.Get("X-User-Key")); err != nil {
		return nil, err
	}
	conv, err := c.joined(ctx, id, c.me.ID)
	if err != nil {
		return nil, err
	}
	l, err := s.hub.subscribe(conv.ID, c.me.ID)
	if err != nil {
		return nil, err
	}
	last := r.Header.Get("Last-Event-Id")
	if last == "" {
		last = r.URL.Query().Get("lastEventId") // as the browser polyfill sends it
	}
	return &stream{
		session: sess, me: c.me, conv: conv, listener: l, names: sess.names(c.me), since: s.now(), last: last,
		pulse: mayNeedPulse(r.UserAgent()),
	}, nil
}

// mayNeedPulse reports whether a client is not known to be another than the
// official one under Node, which does not send its name.
func mayNeedPulse(userAgent string) bool {
	return !strings.HasPrefix(userAgent, "Mozilla/") && !strings.HasPrefix(userAgent, "Go-http-client/")
}

// run writes until the client leaves, is too slow or loses its right.
func (st *stream) run(ctx context.Context) {
	if st.write(": welcome\n\n") != nil || st.catchUp(ctx) != nil {
		return
	}
	beat := time.NewTicker(st.beat)
	defer beat.Stop()
	var pulses <-chan time.Time // nil where none is needed
	if st.pulse {
		ticker := time.NewTicker(pulse)
		defer ticker.Stop()
		pulses = ticker.C
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-st.listener.gone:
			st.drain()
			return
		case s := <-st.listener.signals:
			err = st.tell(s)
		case <-pulses:
			err = st.write(":\n\n")
		case <-beat.C:
			if err = st.write("event: message\ndata: ping\n\n"); err == nil {
				err = st.sweep(ctx)
			}
		}
		if err != nil {
			return
		}
	}
}

// drain tells what was published before the listener was dropped.
func (st *stream) drain() {
	for {
		select {
		case s := <-st.listener.signals:
			if st.tell(s) != nil {
				return
			}
		default:
			return
		}
	}
}

// catchUp sends the messages after the last one that the client saw, or the
// signal reset and the newest messages where it cannot send all of them.
func (st *stream) catchUp(ctx context.Context) error {
	if st.last == "" {
		return nil
	}
	missed, all, err := st.missed(ctx)
	if err == nil && !all {
		err = st.tell(newSignal(signalReset, "", conversationBody{toConversation(st.conv).ID}))
	}
	if err != nil {
		return err
	}
	return st.tellAll(ctx, missed)
}

// missed returns the messages after the last one that the client saw, newest
// first, and whether these are all of them. Ids begin with the time: what is
// older than a deleted message was not missed.
func (st *stream) missed(ctx context.Context) (newestFirst []platform.Message, all bool, err error) {
	known := platform.IsID(st.last, platform.PrefixMessage)
	for token := ""; ; {
		out, err := st.client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: st.conv.ID, NextToken: token})
		if err != nil {
			return nil, false, err
		}
		for i := range out.Messages {
			m := &out.Messages[i]
			switch {
			case m.ID == st.last:
				return newestFirst, true, nil
			case len(newestFirst) == catchUp, known && m.ID < st.last:
				return newestFirst, false, nil
			}
			newestFirst = append(newestFirst, *m)
		}
		if token = out.Meta.NextToken; token == "" {
			return newestFirst, false, nil
		}
	}
}

// sweep checks the user's right and tells new messages that did not come
// through the hub.
func (st *stream) sweep(ctx context.Context) error {
	if err := st.participates(ctx, st.conv.ID, st.me.ID); err != nil {
		return err
	}
	out, err := st.client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: st.conv.ID})
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(out.Messages, func(m platform.Message) bool { return m.CreatedAt.Before(st.since) })
	// What is on its way through the hub is told first and in its order.
	for len(st.listener.signals) > 0 {
		if err := st.tell(<-st.listener.signals); err != nil {
			return err
		}
	}
	return st.tellAll(ctx, fresh)
}

// tellAll tells messages that are given newest first.
func (st *stream) tellAll(ctx context.Context, newestFirst []platform.Message) error {
	for _, m := range slices.Backward(newestFirst) {
		isBot := m.UserID == st.botUserID
		if err := st.tell(messageSignal("message_created", toMessage(&m, st.names.of(ctx, m.UserID), toConversation(st.conv).ID), isBot)); err != nil {
			return err
		}
	}
	return nil
}

// tell writes a signal, a new message only once.
func (st *stream) tell(s signal) error {
	if s.messageID == "" {
		return st.write("event: message\ndata: %s\n\n", s.data)
	}
	if slices.Contains(st.seen, s.messageID) {
		return nil
	}
	if len(st.seen) >= maxSeen {
		st.seen = slices.Delete(st.seen, 0, maxSeen/2)
	}
	st.seen = append(st.seen, s.messageID)
	return st.write("id: %s\nevent: message\ndata: %s\n\n", s.messageID, s.data)
}

// write sends at once; a client that takes too long is given up.
func (st *stream) write(format string, args ...any) error {
	_ = st.control.SetWriteDeadline(time.Now().Add(writeTimeout)) // not every writer has one
	if _, err := fmt.Fprintf(st.out, format, args...); err != nil {
		return err
	}
	return st.control.Flush()
}
