// Package whatsapptest is a strict stand-in for WhatsApp's Cloud API, made
// from Meta's published contract and not from our client: it checks every
// call, keeps what was sent, answers as Meta does, and posts signed webhooks.
package whatsapptest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// What the fake knows at the start.
const (
	Version     = "v23.0"
	PhoneID     = "106540352242922"
	Display     = "15550783881"
	AccountID   = "102290129340398"
	AppID       = "9876543210"
	AppSecret   = "5ad6c3f0b1e24c77a0f1f5d7f2a9c1de"
	Token       = "EAAB-fake-access-token"
	VerifyToken = "verify-me"
)

// Call is one call of the API as it came.
type Call struct {
	Method, Path, Query string
	Body                json.RawMessage // nil when it was not JSON
}

// Fake is the vendor. It is safe for concurrent use.
type Fake struct {
	URL string // of the API

	server *httptest.Server
	schema *contract

	mu       sync.Mutex
	calls    []Call
	sent     []json.RawMessage // accepted messages
	news     chan struct{}     // closed when one more is accepted
	reads    []json.RawMessage // accepted read receipts
	faults   integrationtest.Faults
	closed   map[string]bool // people whose window is closed
	revoked  bool
	used     bool                // the code of the dialog
	shared   map[string][]string // accounts by permission
	next     int
	media    map[string]*Media
	uploaded []*Media
	subs     []json.RawMessage
	accepts  map[string]string // numbers that the API corrects
}

// New starts a fake that ends with the test. It needs Meta's contract.
func New(t testing.TB) *Fake {
	t.Helper()
	f, err := Start(filepath.Join(requiretest.Specs(t, "whatsapp"), "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Start starts a fake with the contract in the file.
func Start(schemaFile string) (*Fake, error) {
	s, err := contractOf(schemaFile)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	f := &Fake{schema: s, news: make(chan struct{}), closed: map[string]bool{}, media: map[string]*Media{}, accepts: map[string]string{}}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	f.URL = f.server.URL
	return f, nil
}

// Close ends the fake.
func (f *Fake) Close() { f.server.Close() }

// Client returns a client of the fake's own connections.
func (f *Fake) Client() *http.Client { return f.server.Client() }

// Calls returns all calls so far.
func (f *Fake) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Sent returns the messages that were accepted, in order.
func (f *Fake) Sent() []json.RawMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// Await waits until at least n messages are accepted and returns them all, or
// why ctx ended.
func (f *Fake) Await(ctx context.Context, n int) ([]json.RawMessage, error) {
	for {
		f.mu.Lock()
		all, news := slices.Clone(f.sent), f.news
		f.mu.Unlock()
		if len(all) >= n {
			return all, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return all, context.Cause(ctx)
		}
	}
}

// Reads returns the read receipts that were accepted, in order.
func (f *Fake) Reads() []json.RawMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.reads)
}

// CloseWindow ends the 24 hours in which the person may be written to freely.
func (f *Fake) CloseWindow(number string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed[number] = true
}

// Revoke makes the access token worthless.
func (f *Fake) Revoke() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.revoked = true
}

// Corrects makes the API know the number under another one.
func (f *Fake) Corrects(number, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accepts[number] = id
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, mediaPath) {
		f.download(w, r)
		return
	}
	raw, body := readBody(r)
	f.mu.Lock()
	f.calls = append(f.calls, Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: body})
	f.mu.Unlock()
	f.faults.Serve(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		path, ok := strings.CutPrefix(r.URL.Path, "/"+Version+"/")
		if !ok {
			refuse(w, 400, 2500, "Unknown path components: "+r.URL.Path)
			return
		}
		if !f.unauthorized(w, r, path) {
			f.route(w, r, path, body, raw)
		}
	}))
}

// unauthorized refuses a token that is not the one that the path takes.
func (f *Fake) unauthorized(w http.ResponseWriter, r *http.Request, path string) bool {
	want := Token
	switch path {
	case "oauth/access_token": // proves itself in its body
		return false
	case AppID + "/subscriptions", "debug_token":
		want = AppID + "|" + AppSecret
	}
	switch given := r.Header.Get("Authorization"); {
	case r.URL.Query().Has("access_token"):
		refuse(w, 400, 100, "a token in the address would be in logs")
	case given == "":
		refuse(w, 401, 104, "An access token is required to request this resource.")
	case given != "Bearer "+want:
		refuse(w, 401, 190, "Invalid OAuth access token - Cannot parse access token")
	case f.revoked:
		refuseSub(w, 401, 190, 460, "Error validating access token: The session has been invalidated")
	default:
		return false
	}
	return true
}

func (f *Fake) route(w http.ResponseWriter, r *http.Request, path string, body json.RawMessage, raw []byte) {
	switch r.Method + " " + path {
	case "POST " + PhoneID + "/media":
		f.upload(w, r.Header.Get("Content-Type"), raw)
	case "POST " + PhoneID + "/messages":
		f.message(w, body)
	case "GET " + PhoneID:
		answer(w, map[string]string{"id": PhoneID, "display_phone_number": "+1 555-078-3881", "verified_name": "Hotel", "quality_rating": "GREEN"})
	case "POST " + AccountID + "/subscribed_apps":
		f.accept(w, "SubscriptionRequest", body)
	case "POST " + PhoneID + "/register":
		f.accept(w, "RegisterRequest", body)
	case "POST oauth/access_token":
		f.exchange(w, body)
	case "GET debug_token":
		f.debugToken(w, r)
	case "POST " + AppID + "/subscriptions":
		f.subscribe(w, body)
	case "GET " + AccountID + "/phone_numbers":
		f.phoneNumbers(w, r)
	case "GET " + AccountID + "/message_templates":
		f.listTemplates(w, r)
	default:
		if m := f.media[path]; m != nil && r.Method == http.MethodGet {
			f.describe(w, m)
			return
		}
		refuseSub(w, 400, 100, 33, "Unsupported "+strings.ToLower(r.Method)+" request. Object with ID '"+path+
			"' does not exist, cannot be loaded due to missing permissions, or does not support this operation")
	}
}

// Subscriptions returns what the app's webhook was set to.
func (f *Fake) Subscriptions() []json.RawMessage {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.subs)
}

func (f *Fake) subscribe(w http.ResponseWriter, body json.RawMessage) {
	var in map[string]string
	if json.Unmarshal(body, &in) != nil || in["object"] != "whatsapp_business_account" || in["fields"] == "" ||
		in["verify_token"] == "" || !strings.HasPrefix(in["callback_url"], "https://") {
		refuse(w, 400, 100, "(#100) Invalid parameter")
		return
	}
	f.subs = append(f.subs, body)
	answer(w, map[string]bool{"success": true})
}
