package chat

import (
	"encoding/json"
	"sync"

	"github.com/bellhop-dev/bellhop/platform"
)

// Bounds of listening.
const (
	maxListeners   = 10_000
	maxOfUser      = 20 // a person has some tabs and devices, not more
	listenerBuffer = 128
)

// signal is one thing that listeners are told. messageID is set when it tells
// of a new message.
type signal struct {
	messageID string
	data      []byte
}

func newSignal(typ, messageID string, data any) signal {
	raw, err := json.Marshal(struct {
		Type string `json:"type"`
		Data any    `json:"data"`
	}{typ, data})
	if err != nil {
		return signal{} // not reached: data are this package's types
	}
	return signal{messageID: messageID, data: raw}
}

// hub passes signals to the listeners of a conversation, in the order in which
// they are published, within one handler. Conversations are named by the
// platform's ids.
type hub struct {
	mu     sync.Mutex
	topics map[string]*topic
	count  int
	users  map[string]int // listeners by user
}

type topic struct {
	listeners map[*listener]struct{}
	// holds counts the users' messages that are being created; signals of the
	// bot wait meanwhile, so that an answer is never told before its question.
	holds  int
	waited []signal
}

// listener is one open connection. gone is closed when it has to end: it was
// too slow, its user was removed, or the conversation was deleted.
type listener struct {
	userID  string
	signals chan signal
	gone    chan struct{}
}

func newHub() *hub { return &hub{topics: map[string]*topic{}, users: map[string]int{}} }

func (h *hub) topic(id string) *topic {
	t := h.topics[id]
	if t == nil {
		t = &topic{listeners: map[*listener]struct{}{}}
		h.topics[id] = t
	}
	return t
}

// tidy forgets a topic that nobody needs.
func (h *hub) tidy(id string, t *topic) {
	if len(t.listeners) == 0 && t.holds == 0 {
		delete(h.topics, id)
	}
}

// subscribe adds a listener; drop ends it.
func (h *hub) subscribe(conversationID, userID string) (*listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count >= maxListeners {
		return nil, platform.Unavailable(nil, "too many clients are listening", retryBusy)
	}
	if h.users[userID] >= maxOfUser {
		e := platform.Errorf(platform.TypeRateLimited, "this user listens %d times already, which is all that one may; close a stream first", maxOfUser)
		e.RetryAfter = retryBusy
		return nil, e
	}
	l := &listener{userID: userID, signals: make(chan signal, listenerBuffer), gone: make(chan struct{})}
	h.topic(conversationID).listeners[l] = struct{}{}
	h.count++
	h.users[userID]++
	return l, nil
}

// drop removes a listener; dropping twice is dropping once.
func (h *hub) drop(conversationID string, l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[conversationID]; t != nil {
		h.cut(t, l)
		h.tidy(conversationID, t)
	}
}

func (h *hub) cut(t *topic, l *listener) {
	if _, ok := t.listeners[l]; ok {
		delete(t.listeners, l)
		h.count--
		if h.users[l.userID]--; h.users[l.userID] == 0 {
			delete(h.users, l.userID)
		}
		close(l.gone)
	}
}

// hold begins the creation of a user's message. The returned function ends it
// and publishes the signals, if any, before those that waited.
func (h *hub) hold(conversationID string) (release func(...signal)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topic(conversationID)
	t.holds++
	return func(signals ...signal) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.send(t, signals)
		if t.holds--; t.holds == 0 {
			h.send(t, t.waited)
			t.waited = nil
			h.tidy(conversationID, t)
		}
	}
}

// publish tells the listeners of a conversation of what the bot did.
func (h *hub) publish(conversationID string, s signal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[conversationID]
	switch {
	case t == nil:
	case t.holds > 0 && len(t.waited) < listenerBuffer:
		t.waited = append(t.waited, s)
	default:
		h.send(t, []signal{s})
	}
}

func (h *hub) send(t *topic, signals []signal) {
	for _, s := range signals {
		for l := range t.listeners {
			select {
			case l.signals <- s:
			default: // too slow: it comes again and catches up
				h.cut(t, l)
			}
		}
	}
}

// end drops the listeners of a conversation: those of one user, or all when
// userID is empty.
func (h *hub) end(conversationID, userID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[conversationID]
	if t == nil {
		return
	}
	for l := range t.listeners {
		if userID == "" || l.userID == userID {
			h.cut(t, l)
		}
	}
	h.tidy(conversationID, t)
}
