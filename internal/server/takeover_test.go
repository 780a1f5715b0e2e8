package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// link is the way of a server to PostgreSQL, which can be cut.
type link struct {
	net.Listener
	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

// linkTo returns a link to the database at an address, and its own address.
func linkTo(t *testing.T, database string) (*link, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{Listener: listener, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close() })
	socket := u.Query().Get("host") + "/.s.PGSQL.5432"
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			if far, err := net.Dial("unix", socket); err == nil && l.keep(near, far) {
				go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
				go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
			}
		}
	}()
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	return l, u.String()
}

// keep reports whether the link is up; otherwise it closes the connections.
func (l *link) keep(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		if l.cut {
			_ = c.Close()
		} else {
			l.conns[c] = true
		}
	}
	return !l.cut
}

// set cuts the link or mends it.
func (l *link) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	for c := range l.conns {
		if cut {
			_ = c.Close()
			delete(l.conns, c)
		}
	}
}

// turns is a bot whose turns take until they are let go. It counts those of a delivery, or of a conversation, that run at
// the same time as another one.
type turns struct {
	*httptest.Server
	begun   chan string
	finish  chan struct{} // closed
	mu      sync.Mutex
	running map[string]int
	overlap []string
}

func newTurns(t *testing.T) *turns {
	s := &turns{begun: make(chan string, 1000), finish: make(chan struct{}), running: map[string]int{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP runs a turn.
func (s *turns) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil { // and the end of the connection is seen
		return
	}
	if r.Header.Get(wire.HeaderOperation) != wire.OpEventReceived {
		return
	}
	id := r.Header.Get(wire.HeaderDeliveryID)
	s.count(id, 1)
	defer s.count(id, -1)
	s.begun <- id
	select {
	case <-s.finish:
	case <-r.Context().Done():
	}
}

func (s *turns) count(id string, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] += by; s.running[id] > 1 {
		s.overlap = append(s.overlap, id)
	}
}

// next waits for a turn to begin and returns its delivery.
func (s *turns) next(t *testing.T) string {
	t.Helper()
	select {
	case id := <-s.begun:
		return id
	case <-time.After(time.Minute):
		t.Fatal("no turn begins")
		return ""
	}
}

// node is a server that is run as the command line runs it.
type node struct {
	*fixture
	ended chan error
	stop  context.CancelFunc
}

func startNode(t *testing.T, f *fixture, database string) *node {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.AllowPrivate, cfg.Database = "127.0.0.1:0", t.TempDir(), true, database
	cfg.MasterKeyFile, cfg.DeliveryTimeout, cfg.DeliveryAttempts = f.options.Config.MasterKeyFile, time.Minute, 100
	ctx, stop := context.WithCancel(context.Background())
	n := &node{fixture: &fixture{t: t, url: f.url, sink: f.sink}, ended: make(chan error, 1), stop: stop}
	ready := make(chan *server.Server, 1)
	go func() {
		n.ended <- server.Run(ctx, server.Options{Config: cfg, Integrations: []integration.Integration{probe.Integration()}},
			func(s *server.Server) error { ready <- s; return nil })
	}()
	select {
	case n.srv = <-ready:
	case err := <-n.ended:
		t.Fatalf("Run = %v", err)
	}
	t.Cleanup(n.end)
	return n
}

func (n *node) end() {
	if n.stop == nil {
		return
	}
	n.stop()
	n.stop = nil
	if err := <-n.ended; err != nil {
		n.t.Errorf("Run = %v", err)
	}
}

// awaits calls an operation until it answers with a status, and never with another one of those that are refused.
func (n *node) awaits(token string, want int, never ...int) {
	n.t.Helper()
	late := time.After(time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		got := n.tries(token)
		if got == want {
			return
		}
		for _, bad := range never {
			if got == bad {
				n.t.Fatalf("an operation = %d, want %d and never that", got, want)
			}
		}
		select {
		case <-late:
			n.t.Fatalf("an operation = %d, want %d", got, want)
		case <-tick.C:
		}
	}
}

// posts sends a message to a webhook.
func (n *node) posts(webhook, conversation, id string) {
	n.t.Helper()
	body, err := json.Marshal(probe.Inbound{Conversation: conversation, User: "u", ID: conversation + id, Text: "hello"})
	if err != nil {
		n.t.Fatal(err)
	}
	if code, answer := n.call("POST", webhook, string(body), nil); code != http.StatusOK {
		n.t.Fatalf("webhook: %d %s", code, answer)
	}
}

// tries returns the status of a call, or 0 when no server answers.
func (n *node) tries(token string) int {
	r, err := http.NewRequest("GET", n.srv.URL()+"/v1/admin/bots", nil)
	if err != nil {
		n.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// When the owner of a database is cut off from it with deliveries under way, the next server takes over: no delivery is
// attempted by both at once, and the first answers 503 until it owns the database again, with nothing of before in memory.
func TestATakeoverIsNoticedByBothServers(t *testing.T) {
	t.Parallel()
	key := setupWith(t, nil, func(*config.Config) {}) // for its sink and its master key
	key.stop()
	key.options.Config.MasterKeyFile = key.options.Config.Data + "/master.key"
	database := cluster.URL(t)
	way, through := linkTo(t, database)
	bot := newTurns(t)
	first := startNode(t, key, through)
	webhooks := map[string]bool{}
	for range 3 {
		_, webhook := first.install(platform.CreateBotInput{Name: "b", URL: bot.URL})
		webhooks[webhook] = true
		for i := range 4 {
			first.posts(webhook, fmt.Sprint("c", i), "1")
		}
	}
	made, err := first.srv.Client().CreateToken(t.Context(), &platform.CreateTokenInput{Kind: platform.TokenAccount, Note: "revoked"})
	if err != nil {
		t.Fatal(err)
	}
	first.awaits(made.Value, http.StatusOK)
	for range 3 * 4 {
		bot.next(t)
	}

	way.set(true)
	terminate(t, database)
	second := startNode(t, key, database)
	seen := map[string]bool{}
	for len(seen) < 3*4 { // all are attempted again, by the second
		seen[bot.next(t)] = true
	}
	if _, err := second.srv.Client().DeleteToken(t.Context(), &platform.DeleteTokenInput{ID: made.Token.ID}); err != nil {
		t.Fatal(err)
	}
	way.set(false)
	first.awaits(made.Value, http.StatusServiceUnavailable)
	if status, _ := first.call("GET", "/livez", "", nil); status != http.StatusOK {
		t.Errorf("/livez of a server without its database = %d, want 200", status)
	}
	if got := first.health("/readyz", http.StatusServiceUnavailable).failed(); got != "ownership=ownership_lost" {
		t.Errorf("/readyz of a server without its database fails at %q", got)
	}
	close(bot.finish)
	second.end()

	first.awaits(made.Value, http.StatusUnauthorized, http.StatusOK)
	for webhook := range webhooks {
		first.posts(webhook, "c0", "2")
		if id := bot.next(t); seen[id] {
			t.Errorf("delivery %s is attempted again after its turn has ended", id)
		}
	}
	bot.mu.Lock()
	defer bot.mu.Unlock()
	if len(bot.overlap) > 0 {
		t.Errorf("two attempts at once of %v", bot.overlap)
	}
}

// terminate ends all connections to a database but its own.
func terminate(t *testing.T, database string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	_, err = c.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
}
