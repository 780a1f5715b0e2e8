package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const socketPath = "/link/"

// Ack is the answer to an envelope.
type Ack struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload,omitempty"`
}

// socket is one connection of Socket Mode.
type socket struct {
	mu   sync.Mutex // of writes
	conn *websocket.Conn
}

func (s *socket) send(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return s.conn.WriteJSON(v)
}

// openConnection names an address for a connection, which works once.
func (f *Fake) openConnection() (map[string]any, refusal) {
	f.count++
	ticket := fmt.Sprintf("ticket-%d", f.count)
	f.tickets = append(f.tickets, ticket)
	address := "ws" + strings.TrimPrefix(f.URL, "http") + socketPath + "?ticket=" + ticket + "&app_id=" + AppID
	if f.socketURL != "" {
		address = f.socketURL
	}
	return yes(map[string]any{"url": address})
}

// SocketURL makes apps.connections.open name the address.
func (f *Fake) SocketURL(address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.socketURL = address
}

func (f *Fake) connect(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	at := slices.Index(f.tickets, ticket)
	if at >= 0 {
		f.tickets = slices.Delete(f.tickets, at, at+1)
	}
	f.mu.Unlock()
	if at < 0 {
		http.Error(w, "the ticket is not valid", http.StatusForbidden)
		return
	}
	conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s := &socket{conn: conn}
	if s.send(map[string]any{
		"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": AppID},
		"debug_info": map[string]any{"host": "applink-1", "started": "x", "build_number": 1, "approximate_connection_time": 18060},
	}) != nil {
		return
	}
	f.mu.Lock()
	f.sockets = append(f.sockets, s)
	f.opened++
	close(f.changed)
	f.changed = make(chan struct{})
	f.mu.Unlock()
	f.readAcks(s)
}

// readAcks reads answers until the connection ends.
func (f *Fake) readAcks(s *socket) {
	defer func() {
		f.mu.Lock()
		f.sockets = slices.DeleteFunc(f.sockets, func(o *socket) bool { return o == s })
		f.mu.Unlock()
		_ = s.conn.Close()
	}()
	for {
		_, frame, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		var a Ack
		if json.Unmarshal(frame, &a) == nil && a.EnvelopeID != "" {
			f.acks <- a
		}
	}
}

// Connected waits until so many connections were opened in all; it reports
// whether they were before the wait ended.
func (f *Fake) Connected(n int, wait <-chan struct{}) bool {
	for {
		f.mu.Lock()
		opened, changed := f.opened, f.changed
		f.mu.Unlock()
		if opened >= n {
			return true
		}
		select {
		case <-changed:
		case <-wait:
			return false
		}
	}
}

// Acks are the answers to envelopes, as they come.
func (f *Fake) Acks() <-chan Ack { return f.acks }

// Envelope sends an envelope over the newest connection. The payload is JSON.
func (f *Fake) Envelope(id, typ, payload string) error {
	return f.envelope(map[string]any{
		"envelope_id": id, "type": typ, "payload": json.RawMessage(payload), "accepts_response_payload": typ != "events_api", "retry_attempt": 0, "retry_reason": "",
	})
}

func (f *Fake) envelope(v any) error {
	f.mu.Lock()
	if len(f.sockets) == 0 {
		f.mu.Unlock()
		return fmt.Errorf("nobody is connected")
	}
	s := f.sockets[len(f.sockets)-1]
	f.mu.Unlock()
	return s.send(v)
}

// Disconnect tells every connection to end for the reason, and ends it, as
// Slack does when it moves them; an empty reason ends them without a word.
func (f *Fake) Disconnect(reason string) {
	f.mu.Lock()
	sockets := slices.Clone(f.sockets)
	f.mu.Unlock()
	for _, s := range sockets {
		if reason != "" {
			_ = s.send(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
		}
		_ = s.conn.Close()
	}
}
