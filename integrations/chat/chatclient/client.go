// Package chatclient talks to the chat integration as a person's client does:
// the public chat API with a user key, and its stream of events. The terminal
// chat and the load generator use it.
package chatclient

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// Client calls the chat API under URL, the installation's webhook address. It
// is safe for concurrent use once Key is set.
type Client struct {
	URL string
	// Key is the user key that CreateUser returned.
	Key string
	// HTTP makes the calls; nil means http.DefaultClient. It must have no
	// total time-out if Listen is used.
	HTTP *http.Client
}

// Message is a message as the chat API shows it.
type Message struct {
	ID             string          `json:"id"`
	CreatedAt      platform.Time   `json:"createdAt"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
	Payload        json.RawMessage `json:"payload"`
	IsBot          bool            `json:"isBot"`
}

// Event is one event of a conversation's stream.
type Event struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// CreateUser makes a user, keeps its key in the client and returns the id.
func (c *Client) CreateUser(ctx context.Context) (userID string, err error) {
	var out struct {
		User struct{ ID string }
		Key  string
	}
	if err := c.do(ctx, http.MethodPost, "/users", struct{}{}, &out); err != nil {
		return "", err
	}
	c.Key = out.Key
	return out.User.ID, nil
}

// User returns the id of the key's user.
func (c *Client) User(ctx context.Context) (userID string, err error) {
	var out struct{ User struct{ ID string } }
	err = c.do(ctx, http.MethodGet, "/users/me", nil, &out)
	return out.User.ID, err
}

// CreateConversation makes a conversation and returns its id.
func (c *Client) CreateConversation(ctx context.Context) (id string, err error) {
	var out struct{ Conversation struct{ ID string } }
	err = c.do(ctx, http.MethodPost, "/conversations", struct{}{}, &out)
	return out.Conversation.ID, err
}

// Send says text in a conversation; it returns when the message is stored.
func (c *Client) Send(ctx context.Context, conversationID, text string) (*Message, error) {
	var out struct{ Message Message }
	err := c.do(ctx, http.MethodPost, "/messages", map[string]any{
		"conversationId": conversationID,
		"payload":        map[string]string{"type": "text", "text": text},
	}, &out)
	return &out.Message, err
}

// Messages returns the newest page of messages, newest first.
func (c *Client) Messages(ctx context.Context, conversationID string) ([]Message, error) {
	var out struct{ Messages []Message }
	err := c.do(ctx, http.MethodGet, "/conversations/"+url.PathEscape(conversationID)+"/messages", nil, &out)
	return out.Messages, err
}

// Listen calls ready once the stream is open and fn for each event, in order,
// until ctx is done, fn fails or the stream ends; the end is io.EOF.
func (c *Client) Listen(ctx context.Context, conversationID string, ready func(), fn func(Event) error) error {
	res, err := c.send(ctx, call{method: http.MethodGet, path: "/conversations/" + url.PathEscape(conversationID) + "/listen", accept: "text/event-stream"})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	ready()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 4<<20)
	var data []byte
	for lines.Scan() {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "data:"); ok {
			data = append(data, strings.TrimPrefix(rest, " ")...)
			continue
		}
		if line != "" || len(data) == 0 {
			continue
		}
		var e Event
		if err := json.Unmarshal(data, &e); err == nil && e.Type != "" {
			if err := fn(e); err != nil {
				return err
			}
		}
		data = data[:0]
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return io.EOF
}

// attempts is how often a call is made whose answer was lost.
const attempts = 3

// do makes a call. One that creates something has an idempotency key and, as
// one that reads, is repeated after a connection fault. That which creates a
// user is not: the server takes no keys there.
func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	key, tries := "", attempts
	switch {
	case method == http.MethodPost && path == "/users":
		tries = 1
	case method == http.MethodPost:
		key = rand.Text()
	}
	for try := 1; ; try++ {
		err := c.ask(ctx, call{method, path, body, key, "application/json"}, out)
		if _, answered := errors.AsType[*platform.Error](err); err == nil || answered || try == tries || ctx.Err() != nil {
			return err
		}
		timer := time.NewTimer(time.Duration(try) * 200 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func (c *Client) ask(ctx context.Context, q call, out any) error {
	method, path := q.method, q.path
	res, err := c.send(ctx, q)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(io.LimitReader(res.Body, 16<<20)).Decode(out); err != nil {
		return fmt.Errorf("read the answer to %s %s: %w", method, path, err)
	}
	return nil
}

// call is one request.
type call struct {
	method, path string
	body         []byte
	key          string // idempotency key
	accept       string
}

func (c *Client) send(ctx context.Context, q call) (*http.Response, error) {
	method, path := q.method, q.path
	var body io.Reader
	if q.body != nil {
		body = bytes.NewReader(q.body)
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.URL, "/")+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", q.accept)
	if q.key != "" {
		r.Header.Set(platformhttp.HeaderKey, q.key)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Key != "" {
		r.Header.Set("X-User-Key", c.Key)
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10)) // best effort: it only words the error
	e := &platform.Error{Code: res.StatusCode, Type: platform.TypeUnknown}
	if json.Unmarshal(text, e) != nil || e.Message == "" {
		e.Message = fmt.Sprintf("%s %s answered %s", method, path, res.Status)
	}
	e.Code = res.StatusCode
	return nil, e
}
