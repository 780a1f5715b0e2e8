// Package tunnel lets code on a developer's machine be called without an
// address of its own: the official CLI (bp dev) opens a WebSocket to the
// server and answers requests over it. The server calls
// such code through Hub.Transport; nobody else can.
//
// It does not know bots and integrations: whether something is registered at
// a tunnel it asks for, and who calls through it is decided elsewhere.
package tunnel

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Prefix is where tunnels are opened: Prefix/<id>, or Prefix/<token>/<id>.
const Prefix = "/tunnel"

// Config configures a Hub. Zero numbers have the defaults that are given.
type Config struct {
	// Admit returns the workspace of an account's token; an error refuses it.
	Admit func(ctx context.Context, token string) (workspaceID string, err error)
	// Registered tells whether a bot or an integration in development has the
	// address of the tunnel.
	Registered func(ctx context.Context, id string) (bool, error)
	// Opened is called in a goroutine of its own when a tunnel has opened; nil
	// calls nothing.
	Opened func(id string)
	// Own tells whether a host, with its port, is this server's.
	Own    func(host string) bool
	Logger *slog.Logger // nil discards

	// Hello is the time between two signs of life, 5 s; a peer that gives none
	// for DeadAfter, 15 s, is cut off.
	Hello, DeadAfter time.Duration
	// Probe is how long a peer may take to prove that it lives when another
	// wants its id, 2 s.
	Probe time.Duration
	// ClaimWithin is how long a tunnel without a token stays open before
	// something is registered at it, 10 min; Unclaimed is how many of them may
	// be open, 64. Open is how many tunnels may be open, 512.
	ClaimWithin     time.Duration
	Unclaimed, Open int
	// InFlight is how many requests one tunnel carries at a time, 128.
	InFlight int
	// AnswerWithin bounds a request whose context has no deadline, 2 min.
	AnswerWithin time.Duration
	// MaxBody is the largest body of a request or an answer in bytes, 10 MiB.
	MaxBody int64
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&c.Hello, 5*time.Second)
	set(&c.DeadAfter, 15*time.Second)
	set(&c.Probe, 2*time.Second)
	set(&c.ClaimWithin, 10*time.Minute)
	set(&c.AnswerWithin, 2*time.Minute)
	if c.Unclaimed == 0 {
		c.Unclaimed = 64
	}
	if c.Open == 0 {
		c.Open = 512
	}
	if c.InFlight == 0 {
		c.InFlight = 128
	}
	if c.MaxBody == 0 {
		c.MaxBody = 10 << 20
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// Hub knows the open tunnels. It is safe for concurrent use.
type Hub struct {
	cfg Config

	mu        sync.Mutex
	peers     map[string]*peer // by id
	unclaimed int
	closed    bool
	serving   sync.WaitGroup
}

// New returns a Hub without tunnels.
func New(cfg Config) *Hub {
	return &Hub{cfg: cfg.withDefaults(), peers: map[string]*peer{}}
}

// Run waits for the end of ctx, then closes all tunnels and waits for them.
func (h *Hub) Run(ctx context.Context) error {
	<-ctx.Done()
	h.mu.Lock()
	h.closed = true
	for _, p := range h.peers {
		p.end(errStopped)
	}
	h.mu.Unlock()
	h.serving.Wait()
	return nil
}

var (
	idForm = regexp.MustCompile(`^[\w|-]{1,128}$`)
	// secretForm is an id that nobody guesses: 122 random bits (RFC 9562, version 4).
	secretForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

// parse returns the tunnel that an address of code would be: the official CLI
// registers http(s)://host/<id>, without the path at which it opened the
// tunnel. The id is "" for what is no tunnel's.
func parse(address string) (id, host string) {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery != "" || u.User != nil {
		return "", ""
	}
	id = strings.TrimPrefix(strings.TrimPrefix(u.EscapedPath(), Prefix), "/")
	if !idForm.MatchString(id) {
		return "", ""
	}
	return id, u.Host
}

// Transport returns what carries calls to the code of a workspace that is in
// development and registered at an address: through its tunnel, which is open
// or would be one of this server. ok is false for any other address.
func (h *Hub) Transport(workspaceID, address string) (t http.RoundTripper, ok bool) {
	id, host := parse(address)
	if id == "" || h.find(id, workspaceID) == nil && !h.cfg.Own(host) {
		return nil, false
	}
	return &transport{hub: h, id: id, workspaceID: workspaceID}, true
}

// Connected reports whether an address is that of a tunnel of this server, as
// Transport does, and whether the tunnel is open to the workspace.
func (h *Hub) Connected(workspaceID, address string) (connected, tunnelled bool) {
	id, host := parse(address)
	if id == "" {
		return false, false
	}
	h.mu.Lock()
	p := h.peers[id]
	h.mu.Unlock()
	connected = p != nil && (p.workspaceID == "" || p.workspaceID == workspaceID)
	return connected, connected || h.cfg.Own(host)
}

// find returns the open tunnel of an id, which from then on has somebody who
// needs it; nil when there is none for the workspace.
func (h *Hub) find(id, workspaceID string) *peer {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.peers[id]
	if p == nil || p.workspaceID != "" && p.workspaceID != workspaceID {
		return nil
	}
	h.claim(p)
	return p
}

// claim lets a peer send answers. h.mu is held.
func (h *Hub) claim(p *peer) {
	if p.claimed {
		return
	}
	p.claimed = true
	h.unclaimed--
	p.conn.SetReadLimit(p.maxFrame())
}

// Faults of opening a tunnel.
var (
	errConflict = errors.New("another client has the tunnel")
	errCrowded  = errors.New("too many tunnels are open")
	errStopped  = errors.New("the server stops")
)

// add makes p the peer of its id, or returns the one that is.
func (h *Hub) add(p *peer, claimed bool) (other *peer, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, errStopped
	case h.peers[p.id] != nil:
		return h.peers[p.id], errConflict
	case len(h.peers) >= h.cfg.Open, !claimed && h.unclaimed >= h.cfg.Unclaimed:
		return nil, errCrowded
	}
	h.peers[p.id] = p
	h.unclaimed++
	h.serving.Add(1)
	if claimed {
		h.claim(p)
	}
	return nil, nil
}

func (h *Hub) remove(p *peer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.peers, p.id)
	if !p.claimed {
		h.unclaimed--
	}
	close(p.removed)
	h.serving.Done()
}
