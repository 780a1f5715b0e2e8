// Package telegramtest is a strict stand-in for Telegram's Bot API, made from
// its documentation and not from our client: it checks every call, keeps what
// was sent, refuses in Telegram's words, and gives updates out by getUpdates
// and by webhook.
//
// It is stricter than Telegram in one thing: a parameter that a method does not
// have is refused, where Telegram lets it pass.
package telegramtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
)

// What the fake knows at the start.
const (
	BotID    = 123456
	Token    = "123456:AAF-fake_token-of_the-stand_in"
	Username = "bellhop_test_bot"
	UserID   = 77   // Ada, who has pressed Start
	Group    = -200 // a basic group
	Forum    = -1001000000300
	Channel  = -1001000000400
	Topic    = 5 // of the forum
)

// Call is one call of a method as it came.
type Call struct {
	Method string         `json:"method"`
	Params map[string]any `json:"params"`
	Files  map[string]int `json:"files,omitempty"` // bytes that were sent along, by member
}

// Fake is the vendor. It is safe for concurrent use.
type Fake struct {
	URL string // of the API

	server *httptest.Server

	mu        sync.Mutex
	token     string // empty when it is revoked
	calls     []Call
	faults    map[string]*integrationtest.Faults
	chats     map[int64]*chat
	messages  map[string]map[string]any // by chat and id
	next      int64                     // message id
	files     map[string]*File
	callbacks map[string]bool
	updates   []json.RawMessage
	updateID  int64
	wake      chan struct{} // closed when there is an update
	called    chan struct{} // closed when there was a call
	poller    chan struct{} // closed when another poller comes
	webhook   map[string]any
}

// chat is a chat as getChat tells of it, and what becomes of messages to it.
type chat struct {
	about      map[string]any
	migratedTo int64
	topics     []int64
}

// File is a file that people sent.
type File struct {
	ID, Path, Type string
	Content        []byte
}

// New starts a fake that ends with the test.
func New(t testing.TB) *Fake {
	t.Helper()
	f, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Start starts a fake on the address.
func Start(address string) (*Fake, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("start the fake: %w", err)
	}
	f := &Fake{
		token: Token, faults: map[string]*integrationtest.Faults{}, chats: map[int64]*chat{}, messages: map[string]map[string]any{},
		next: 5000, files: map[string]*File{}, callbacks: map[string]bool{}, updateID: 900, wake: make(chan struct{}), poller: make(chan struct{}), called: make(chan struct{}),
	}
	f.AddChat(map[string]any{"id": UserID, "type": "private", "first_name": "Ada", "last_name": "L", "username": "ada"})
	f.AddChat(map[string]any{"id": Group, "type": "group", "title": "Family"})
	f.AddChat(map[string]any{"id": Forum, "type": "supergroup", "title": "Hotel", "is_forum": true}, Topic)
	f.AddChat(map[string]any{"id": Channel, "type": "channel", "title": "News", "username": "news"})
	f.server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	_ = f.server.Listener.Close()
	f.server.Listener = l
	f.server.Start()
	f.URL = f.server.URL
	return f, nil
}

// Close ends the fake.
func (f *Fake) Close() {
	f.mu.Lock()
	f.kick()
	f.mu.Unlock()
	f.server.CloseClientConnections()
	f.server.Close()
}

// Client returns a client of the fake's own connections.
func (f *Fake) Client() *http.Client { return f.server.Client() }

// AddChat makes a chat known, with the ids of its topics.
func (f *Fake) AddChat(about map[string]any, topics ...int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chats[idOf(about)] = &chat{about: about, topics: topics}
}

// Migrate makes a group a supergroup with another id.
func (f *Fake) Migrate(from, to int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chats[from].migratedTo = to
	f.chats[to] = &chat{about: map[string]any{"id": to, "type": "supergroup", "title": f.chats[from].about["title"]}}
}

// Revoke makes the token worthless.
func (f *Fake) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.token = ""
}

// Keep makes a file known that somebody has sent.
func (f *Fake) Keep(file *File) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[file.ID] = file
}

// Fail makes the next calls of the method go wrong, in order.
func (f *Fake) Fail(method string, faults ...integrationtest.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults[method] == nil {
		f.faults[method] = &integrationtest.Faults{}
	}
	f.faults[method].Add(faults...)
}

// Refuse is a fault that answers in the vendor's form.
func Refuse(code int, description string) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) { refuse(w, code, description, nil) }}
}

// TooMany is a fault that asks to wait.
func TooMany(seconds int) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		refuse(w, 429, fmt.Sprintf("Too Many Requests: retry after %d", seconds), map[string]any{"retry_after": seconds})
	}}
}

// Calls returns the calls of the methods so far, in order; of all without
// names.
func (f *Fake) Calls(methods ...string) []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []Call
	for _, c := range f.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			all = append(all, c)
		}
	}
	return all
}

// Sent returns the calls that sent or changed something in a chat.
func (f *Fake) Sent() []Call {
	all := f.Calls()
	return slices.DeleteFunc(all, func(c Call) bool {
		return strings.HasPrefix(c.Method, "get") || strings.HasSuffix(c.Method, "Webhook")
	})
}

// signal wakes who waits for a call. The fake is locked.
func (f *Fake) signal() {
	close(f.called)
	f.called = make(chan struct{})
}

// Until waits until fn, asked after each call, says true, or ctx ends, and
// returns which.
func (f *Fake) Until(ctx context.Context, fn func() bool) bool {
	for {
		f.mu.Lock()
		called := f.called
		f.mu.Unlock()
		if fn() {
			return true
		}
		select {
		case <-called:
		case <-ctx.Done():
			return false
		}
	}
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if strings.HasPrefix(r.URL.Path, "/file/bot") {
		f.download(w, r)
		return
	}
	if !ok || !strings.HasPrefix(r.URL.Path, "/bot") {
		refuse(w, 404, "Not Found", nil)
		return
	}
	f.mu.Lock()
	good := f.token != "" && token == f.token
	faults := f.faults[method]
	f.mu.Unlock()
	if !good {
		refuse(w, 401, "Unauthorized", nil)
		return
	}
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.method(w, r, method) })
	if faults == nil {
		answer(w, r)
		return
	}
	faults.Serve(w, r, answer)
}

func (f *Fake) method(w http.ResponseWriter, r *http.Request, method string) {
	in, err := read(r)
	if err == nil {
		err = f.check(method, in)
	}
	if err != nil {
		refuseError(w, err)
		return
	}
	if method == "getUpdates" {
		f.getUpdates(w, r, in)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.signal()
	f.calls = append(f.calls, Call{Method: method, Params: in.params, Files: in.sizes()})
	result, err := f.do(method, in)
	if err != nil {
		f.calls = f.calls[:len(f.calls)-1] // it did nothing
		refuseError(w, err)
		return
	}
	write(w, 200, map[string]any{"ok": true, "result": result})
}

func (f *Fake) download(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range f.files {
		if f.token != "" && r.URL.Path == "/file/bot"+f.token+"/"+file.Path {
			w.Header().Set("Content-Type", "application/octet-stream") // Telegram does not tell
			_, _ = w.Write(file.Content)
			return
		}
	}
	refuse(w, 404, "Not Found", nil)
}
