// Package slacktest is a strict stand-in for Slack, made from Slack's published
// contract and not from our client: it checks every call of the Web API against
// the method's arguments and Block Kit's limits, keeps what was done, answers
// as Slack does, and tells of what happens by signed webhooks or over Socket
// Mode.
package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// What the fake knows at the start.
const (
	TeamID        = "T0BELLHOP"
	AppID         = "A0BELLHOP"
	BotUserID     = "U0BOT"
	BotID         = "B0BOT"
	ClientID      = "1234567890.9876543210"
	ClientSecret  = "f4k3c11ent5ecret00000000000000001"
	SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5"
	BotToken      = "xoxb-fake-0001"
	AppToken      = "xapp-1-fake-0001"
)

// maxBody bounds what is read of a call.
const maxBody = 32 << 20

// Call is one accepted or refused call of the Web API.
type Call struct {
	Method string
	Args   map[string]any // without the token; what is JSON in a form is decoded
	Error  string         // the code that it was refused with
}

// Fake is the vendor. It is safe for concurrent use.
type Fake struct {
	URL string // stands for https://slack.com

	server   *httptest.Server
	contract *contract

	mu       sync.Mutex
	calls    []Call
	faults   map[string]*integrationtest.Faults // by method
	scopes   []string
	tokens   map[string]time.Time // bot tokens, with their end; zero is none
	revoked  map[string]bool
	refresh  string // the refresh token that works
	issued   int
	codes    map[string]grant
	users    map[string]*User
	channels map[string]*Channel
	files    map[string]*File
	unseen   string   // how addresses of pictures begin that cannot be opened
	tokensOf []string // Authorization headers of downloads, by where they went
	count    int64
	start    int64
	sockets  []*socket
	acks     chan Ack

	tickets   []string // of connections that were not yet opened
	socketURL string
	opened    int           // connections so far
	changed   chan struct{} // closed when opened changes
}

// New starts a fake that ends with the test. It needs Slack's contract.
func New(t testing.TB) *Fake {
	t.Helper()
	f, err := Start(requiretest.Specs(t, "slack"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Start starts a fake with the contract in the directory.
func Start(specs string) (*Fake, error) {
	f := &Fake{
		contract: &contract{dir: specs, methods: map[string]*method{}}, faults: map[string]*integrationtest.Faults{},
		tokens: map[string]time.Time{BotToken: {}}, revoked: map[string]bool{}, codes: map[string]grant{},
		users: map[string]*User{}, channels: map[string]*Channel{}, files: map[string]*File{},
		scopes: allScopes(), start: time.Now().Unix(), acks: make(chan Ack, 100), changed: make(chan struct{}),
	}
	if _, err := f.contract.method("auth.test"); err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	f.AddUser(&User{ID: BotUserID, Name: "bellhop", RealName: "Bellhop", IsBot: true})
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	f.URL = f.server.URL
	return f, nil
}

// Close ends the fake.
func (f *Fake) Close() {
	f.Disconnect("")
	f.server.CloseClientConnections()
	f.server.Close()
}

// Client returns a client of the fake's own connections.
func (f *Fake) Client() *http.Client { return f.server.Client() }

// Calls returns the calls of the methods so far, in order; without methods all.
func (f *Fake) Calls(methods ...string) []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Call
	for _, c := range f.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// Faults makes calls of the method go wrong. The names "upload" and
// "download" stand for a file's bytes.
func (f *Fake) Faults(method string) *integrationtest.Faults {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.faults[method] == nil {
		f.faults[method] = new(integrationtest.Faults)
	}
	return f.faults[method]
}

// Limited answers a call as Slack does when a method is used too often.
func Limited(seconds string) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", seconds)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
	}}
}

// Status answers a call with a status and a page, as Slack's servers do when
// they are in trouble.
func Status(status int) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html>Server Error</html>"))
	}}
}

// Refused answers a call with one of Slack's codes.
func Refused(code string) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) { refuse(w, code) }}
}

// SetScopes makes the token have the scopes.
func (f *Fake) SetScopes(scopes ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scopes = scopes
}

// Scopes are those that the token has.
func (f *Fake) Scopes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.scopes)
}

// Revoke makes every token worthless.
func (f *Fake) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token := range f.tokens {
		f.revoked[token] = true
	}
}

// now is the next time of the workspace: the id of a message.
func (f *Fake) now() string {
	f.count++
	return fmt.Sprintf("%d.%06d", f.start, f.count)
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	name, api := strings.CutPrefix(r.URL.Path, "/api/")
	switch {
	case strings.HasPrefix(r.URL.Path, uploadPath):
		name = "upload"
	case strings.HasPrefix(r.URL.Path, downloadPath):
		name = "download"
	case strings.HasPrefix(r.URL.Path, socketPath):
		f.connect(w, r)
		return
	case !api:
		http.NotFound(w, r)
		return
	}
	// The server sees that a caller is gone only when the body was read.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body broke off", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.Faults(name).Serve(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name {
		case "upload":
			f.upload(w, r)
		case "download":
			f.download(w, r)
		default:
			f.api(w, r, name)
		}
	}))
}

// api checks a call and does it.
func (f *Fake) api(w http.ResponseWriter, r *http.Request, name string) {
	m, err := f.contract.method(name)
	if err != nil {
		refuse(w, "unknown_method")
		return
	}
	args, token, problems := m.read(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	answer := func(out map[string]any, code string) {
		f.calls = append(f.calls, Call{Method: name, Args: args, Error: code})
		w.Header().Set("X-OAuth-Scopes", strings.Join(f.scopes, ","))
		if code != "" {
			refuse(w, code, problems...)
			return
		}
		ok(w, out)
	}
	if code := f.allowed(m, name, token); code != "" {
		answer(nil, code)
		return
	}
	if len(problems) > 0 {
		answer(nil, "invalid_arguments")
		return
	}
	out, refused := f.do(name, token, args)
	problems = refused.details
	answer(out, refused.code)
}

// refusal is Slack's error with what it says besides the code.
type refusal struct {
	code    string
	details []string
}

func no(code string, details ...string) (map[string]any, refusal) {
	return nil, refusal{code, details}
}

func yes(out map[string]any) (map[string]any, refusal) { return out, refusal{} }

func ok(w http.ResponseWriter, out map[string]any) {
	all := map[string]any{"ok": true}
	for k, v := range out {
		all[k] = v
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(all)
}

func refuse(w http.ResponseWriter, code string, details ...string) {
	all := map[string]any{"ok": false, "error": code}
	if len(details) > 0 {
		all["response_metadata"] = map[string]any{"messages": details}
	}
	if needed, found := strings.CutPrefix(code, "missing_scope:"); found {
		all["error"], all["needed"] = "missing_scope", needed
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(all)
}
