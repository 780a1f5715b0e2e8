package tunnel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/bellhop-dev/bellhop/platform"
)

const (
	someID  = "3b241101-e2bb-4255-8caf-4136c566a962"
	otherID = "9c858901-8a57-4791-81fe-4c455b099bc9"
)

// bench is a hub that listens, with an account in workspace w1 whose token is
// "good".
type bench struct {
	t          *testing.T
	hub        *Hub
	server     *httptest.Server
	registered atomic.Bool
}

func setup(t *testing.T, cfg Config) *bench {
	t.Helper()
	b := &bench{t: t}
	cfg.Admit = func(_ context.Context, token string) (string, error) {
		if token != "good" {
			return "", platform.Errorf(platform.TypeUnauthorized, "unknown")
		}
		return "w1", nil
	}
	cfg.Registered = func(context.Context, string) (bool, error) { return b.registered.Load(), nil }
	cfg.Own = func(host string) bool { return host == "own.test" }
	b.hub = New(cfg)
	b.server = httptest.NewServer(b.hub)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.hub.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		b.server.Close()
	})
	return b
}

// dial opens a tunnel; pings are answered while somebody reads it only.
func (b *bench) dial(path string) (*websocket.Conn, *http.Response, error) {
	conn, resp, err := websocket.Dial(b.t.Context(), "ws"+strings.TrimPrefix(b.server.URL, "http")+Prefix+path, nil)
	if err == nil {
		conn.SetReadLimit(-1)
		b.t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return conn, resp, err
}

func (b *bench) open(path string) *websocket.Conn {
	b.t.Helper()
	conn, _, err := b.dial(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return conn
}

// next reads the next request.
func (b *bench) next(conn *websocket.Conn) (r requestFrame) {
	b.t.Helper()
	for r.Type != "request" {
		_, data, err := conn.Read(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		if err := json.Unmarshal(data, &r); err != nil {
			b.t.Fatal(err)
		}
	}
	return r
}

func (b *bench) send(conn *websocket.Conn, frame string) {
	b.t.Helper()
	if err := conn.Write(b.t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		b.t.Fatal(err)
	}
}

// closed reads to the end and returns the code.
func (b *bench) closed(conn *websocket.Conn) websocket.StatusCode {
	for {
		if _, _, err := conn.Read(b.t.Context()); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

type result struct {
	status int
	header http.Header
	body   string
	err    error
}

// post calls the code at the tunnel in the background.
func (b *bench) post(ctx context.Context, id, body string) <-chan result {
	b.t.Helper()
	carry, ok := b.hub.Transport("w1", "http://own.test/"+id)
	if !ok {
		b.t.Fatalf("Transport(%q) is not the hub's", id)
	}
	came := make(chan result, 1)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://own.test/"+id, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	go func() {
		resp, err := carry.RoundTrip(r)
		if err != nil {
			came <- result{err: err}
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		came <- result{resp.StatusCode, resp.Header, string(text), err}
	}()
	return came
}

func TestCallsAreAnsweredOutOfOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	conn := b.open("/good/my-bot")
	waitOpen(b, "my-bot")
	calls := map[string]<-chan result{}
	for _, body := range []string{"one", "two", "three"} {
		calls[body] = b.post(t.Context(), "my-bot", body)
	}
	var requests []requestFrame
	for range calls {
		requests = append(requests, b.next(conn))
	}
	b.send(conn, `{"type":"response","requestId":"nobody","status":200}`)
	for i := len(requests) - 1; i >= 0; i-- {
		b.send(conn, fmt.Sprintf(`{"type":"response","requestId":%q,"status":201,"headers":{"x-n":"é"},"body":"to %s"}`, requests[i].ID, *requests[i].Body))
	}
	for body, came := range calls {
		if got := <-came; got.err != nil || got.status != 201 || got.body != "to "+body || got.header.Get("X-N") != "é" {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

// waitOpen waits until the hub has the tunnel, which is after the dialler has it.
func waitOpen(b *bench, id string) (p *peer) {
	b.t.Helper()
	b.wait(func() bool { p = b.hub.find(id, "w1"); return p != nil })
	return p
}

func (b *bench) wait(done func() bool) {
	b.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 10_000 {
		if done() {
			return
		}
		<-tick.C
	}
	b.t.Fatal("the tunnel was not opened")
}

func TestWhoMayOpen(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	for path, want := range map[string]int{
		"/my-bot": 401, "/bad/my-bot": 401, "/bad/" + someID: 401, "/00000000-0000-0000-0000-000000000000": 401,
		"/" + someID: 101, "/good/my-bot": 101,
	} {
		if _, resp, err := b.dial(path); resp == nil || resp.StatusCode != want {
			t.Errorf("%s: %v, %v; want status %d", path, resp, err, want)
		}
	}
	for _, path := range []string{"/a.b", "/", "", "/good/a/b", "/good/" + strings.Repeat("a", 129)} {
		conn, _, err := b.dial(path)
		if err != nil {
			t.Errorf("%q: %v", path, err)
			continue
		}
		if got := b.closed(conn); got != closeInvalidID {
			t.Errorf("%q: closed with %d, want %d", path, got, closeInvalidID)
		}
	}
	resp, err := http.Get(b.server.URL + Prefix + "/" + someID)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("without an upgrade: status %d, want 400", resp.StatusCode)
	}
	waitOpen(b, "my-bot")
	if b.hub.find("my-bot", "w2") != nil {
		t.Error("another workspace's call reaches the tunnel")
	}
}

func TestOneClientAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{Probe: 50 * time.Millisecond})
	first := b.open("/good/my-bot")
	old := waitOpen(b, "my-bot")
	over := first.CloseRead(t.Context()) // answers pings
	if got := b.closed(b.open("/good/my-bot")); got != closeConflict {
		t.Errorf("the second client is closed with %d, want %d", got, closeConflict)
	}
	if over.Err() != nil || b.hub.find("my-bot", "w1") != old {
		t.Error("the first client lost the tunnel")
	}
	// A client that nobody reads for answers no ping: it has gone.
	b.open("/good/other")
	gone := waitOpen(b, "other")
	second := b.open("/good/other")
	<-gone.removed
	waitOpen(b, "other")
	came := b.post(t.Context(), "other", "{}")
	b.send(second, `{"requestId":"`+b.next(second).ID+`","status":200}`)
	if got := <-came; got.status != 200 {
		t.Errorf("after the take-over: %+v", got)
	}
}

func TestSilence(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{Hello: 5 * time.Millisecond, DeadAfter: 30 * time.Millisecond})
	b.open("/good/my-bot") // never read: no pong
	p := waitOpen(b, "my-bot")
	got := <-b.post(t.Context(), "my-bot", "{}")
	if !errors.Is(got.err, errGone) {
		t.Errorf("the call = %+v, want %v", got, errGone)
	}
	<-p.removed
	if !errors.Is(p.why, errSilent) {
		t.Errorf("closed for %v, want %v", p.why, errSilent)
	}
	if got := <-b.post(t.Context(), "my-bot", "{}"); got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("without a client: %+v, want 503", got)
	}
}

func TestHello(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{Hello: 5 * time.Millisecond})
	conn := b.open("/good/my-bot")
	for range 3 {
		if _, data, err := conn.Read(t.Context()); err != nil || string(data) != helloFrame {
			t.Fatalf("read %s, %v; want hello", data, err)
		}
		b.send(conn, helloFrame)
	}
}

func TestBadPeers(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{MaxBody: 1 << 10})
	cases := map[string]struct {
		frames []string
		want   websocket.StatusCode
	}{
		"huge": {[]string{`{"requestId":"r1","status":200,"body":"` + strings.Repeat("a", 300<<10) + `"}`}, websocket.StatusMessageTooBig},
		"chatter": {func() (all []string) {
			for range strayFrames + 1 {
				all = append(all, helloFrame)
			}
			return all
		}(), websocket.StatusPolicyViolation},
	}
	for name, frame := range garbage {
		cases[name] = struct {
			frames []string
			want   websocket.StatusCode
		}{[]string{frame}, closeInvalidResponse}
	}
	for name, c := range cases {
		id := strings.ReplaceAll(name, " ", "-")
		conn := b.open("/good/" + id)
		waitOpen(b, id)
		came := b.post(t.Context(), id, "{}")
		b.next(conn)
		for _, frame := range c.frames {
			if conn.Write(t.Context(), websocket.MessageText, []byte(frame)) != nil {
				break // it is closed already
			}
		}
		if got := b.closed(conn); got != c.want {
			t.Errorf("%s: closed with %d, want %d", name, got, c.want)
		}
		if got := <-came; !errors.Is(got.err, errGone) {
			t.Errorf("%s: the call = %+v, want %v", name, got, errGone)
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{InFlight: 1, MaxBody: 8})
	conn := b.open("/good/my-bot")
	waitOpen(b, "my-bot")
	for body, want := range map[string]int{"123456789": 413, "\xff": 400} {
		if got := <-b.post(t.Context(), "my-bot", body); got.status != want {
			t.Errorf("body %q: %+v, want %d", body, got, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	first := b.post(ctx, "my-bot", "{}")
	r := b.next(conn)
	if got := <-b.post(t.Context(), "my-bot", "{}"); got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("a second call meanwhile: %+v, want 503", got)
	}
	cancel()
	if got := <-first; !errors.Is(got.err, context.Canceled) {
		t.Errorf("cancelled: %+v", got)
	}
	b.send(conn, `{"requestId":"`+r.ID+`","status":200}`) // too late: nobody's
	second := b.post(t.Context(), "my-bot", "{}")
	b.send(conn, `{"requestId":"`+b.next(conn).ID+`","status":202}`)
	if got := <-second; got.status != 202 {
		t.Errorf("after an answer that came too late: %+v, want 202", got)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{AnswerWithin: 20 * time.Millisecond})
	conn := b.open("/good/my-bot")
	waitOpen(b, "my-bot")
	came := b.post(t.Context(), "my-bot", "{}")
	b.next(conn)
	if got := <-came; got.err == nil || !strings.Contains(got.err.Error(), "no answer through the tunnel") {
		t.Errorf("without an answer: %+v", got)
	}
}

func TestNothingRegistered(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{Hello: 5 * time.Millisecond, ClaimWithin: time.Millisecond, Unclaimed: 1})
	if got := b.closed(b.open("/" + someID)); got != closeInvalidID {
		t.Errorf("closed with %d, want %d", got, closeInvalidID)
	}
	b.registered.Store(true)
	conn := b.open("/" + someID)
	for range 5 { // several signs of life later it is there still
		if _, _, err := conn.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCrowd(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{Unclaimed: 1})
	held := b.open("/" + someID)
	over := held.CloseRead(t.Context())
	b.wait(func() bool {
		b.hub.mu.Lock()
		defer b.hub.mu.Unlock()
		return b.hub.unclaimed == 1
	})
	if _, resp, _ := b.dial("/" + otherID); resp == nil || resp.StatusCode != 503 {
		t.Errorf("one too many: %v, want 503", resp)
	}
	if _, resp, _ := b.dial("/good/" + otherID); resp == nil || resp.StatusCode != 101 {
		t.Errorf("with a token: %v, want it opened", resp)
	}
	b.registered.Store(true)
	if _, resp, _ := b.dial("/3b241101-e2bb-4255-8caf-4136c566a963"); resp == nil || resp.StatusCode != 101 {
		t.Errorf("something registered: %v, want it opened", resp)
	}
	if over.Err() != nil {
		t.Error("who was first lost the tunnel")
	}
}

func TestTransport(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	b.open("/good/my-bot")
	waitOpen(b, "my-bot")
	for address, want := range map[string]bool{
		"http://own.test/" + someID: true, "https://own.test/tunnel/x": true, "http://other.test/my-bot": true,
		"http://own.test/": false, "http://own.test/a/b": false, "http://own.test/x?y=1": false, "http://u@own.test/x": false,
		"http://other.test/" + someID: false, "http://other.test/tunnel": false, "::": false,
	} {
		if _, ok := b.hub.Transport("w1", address); ok != want {
			t.Errorf("Transport(%q) = %v, want %v", address, ok, want)
		}
	}
	if _, ok := b.hub.Transport("w2", "http://other.test/my-bot"); ok {
		t.Error("another workspace's code goes through the tunnel")
	}
}
