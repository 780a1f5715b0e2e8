package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Codes with which a tunnel is closed, beside those of WebSocket.
const (
	closeInvalidID       websocket.StatusCode = 4000
	closeConflict        websocket.StatusCode = 4001
	closeInvalidResponse websocket.StatusCode = 4002
)

const (
	// writeWithin is how long a peer may take to take a frame.
	writeWithin = 30 * time.Second
	// idleFrame is the largest frame of a peer that nobody has called yet, and
	// strayFrames how many frames between two signs of life may answer nothing.
	idleFrame   = 4 << 10
	strayFrames = 256
)

// peer is a client at the other end of an open tunnel.
type peer struct {
	hub         *Hub
	id          string
	workspaceID string // of the token that opened it; "" without one
	conn        *websocket.Conn
	claimed     bool // guarded by hub.mu

	seen  atomic.Int64 // when the last bytes came, in nanoseconds since 1970
	stray atomic.Int32

	slots chan struct{}
	ended chan struct{} // closed by end
	once  sync.Once
	why   error // set before ended is closed
	// removed is closed when the hub no longer has it.
	removed chan struct{}

	mu      sync.Mutex
	next    uint64
	waiting map[string]chan *answer // by request id; each has room for its answer
}

func newPeer(h *Hub, id, workspaceID string, conn *websocket.Conn) *peer {
	conn.SetReadLimit(idleFrame)
	p := &peer{
		hub: h, id: id, workspaceID: workspaceID, conn: conn,
		slots: make(chan struct{}, h.cfg.InFlight), ended: make(chan struct{}), removed: make(chan struct{}), waiting: map[string]chan *answer{},
	}
	p.touch()
	return p
}

// maxFrame allows an escape for every byte of a body, and headers.
func (p *peer) maxFrame() int64 { return 2*p.hub.cfg.MaxBody + 256<<10 }

func (p *peer) touch() { p.seen.Store(time.Now().UnixNano()) }

func (p *peer) silence() time.Duration { return time.Since(time.Unix(0, p.seen.Load())) }

// end lets serve close the tunnel for the first reason that is given. It does
// not block.
func (p *peer) end(why error) {
	p.once.Do(func() {
		p.why = why
		close(p.ended)
	})
}

// serve carries the tunnel until it ends, and returns why.
func (p *peer) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { p.end(p.read(ctx)) })
	work.Go(func() { p.end(p.keepAlive(ctx)) })
	<-p.ended
	if code, reason := closing(p.why); code != 0 {
		_ = p.conn.Close(code, reason) // the peer may have gone
	}
	cancel()
	_ = p.conn.CloseNow() // no-op when it is closed
	work.Wait()
	return p.why
}

var (
	errSilent       = errors.New("the peer gives no sign of life")
	errChatter      = errors.New("too many frames answer nothing")
	errUnregistered = errors.New("nothing was registered at the tunnel")
)

// closing is what the peer is told; 0 is for peers that would not hear it.
func closing(why error) (code websocket.StatusCode, reason string) {
	switch {
	case errors.Is(why, errFrame):
		return closeInvalidResponse, "invalid response payload"
	case errors.Is(why, errUnregistered):
		return closeInvalidID, why.Error()
	case errors.Is(why, errStopped):
		return websocket.StatusGoingAway, why.Error()
	case errors.Is(why, errChatter):
		return websocket.StatusPolicyViolation, why.Error()
	}
	return 0, ""
}

func (p *peer) read(ctx context.Context) error {
	for {
		_, r, err := p.conn.Reader(ctx)
		if err != nil {
			return err
		}
		frame, err := io.ReadAll(progress{r, p})
		if err != nil {
			return err
		}
		id, a, err := decode(frame)
		if err != nil {
			return err
		}
		if p.take(id, a) {
			continue
		}
		if p.stray.Add(1) > strayFrames {
			return errChatter
		}
	}
}

// progress notes that bytes came: a large answer on a slow line is alive, though
// no other frame comes between.
type progress struct {
	r io.Reader
	p *peer
}

func (r progress) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.p.touch()
	return n, err
}

// take gives an answer to who waits for it.
func (p *peer) take(requestID string, a *answer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.waiting[requestID]
	if a == nil || waiting == nil {
		return false // a hello, or it comes too late
	}
	delete(p.waiting, requestID)
	waiting <- a
	return true
}

// keepAlive says hello, and wants a pong or other bytes in time.
func (p *peer) keepAlive(ctx context.Context) error {
	ticker := time.NewTicker(p.hub.cfg.Hello)
	defer ticker.Stop()
	opened := time.Now()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-p.ended:
			return p.why
		case <-ticker.C:
		}
		p.stray.Store(0)
		if err := p.write(ctx, []byte(helloFrame)); err != nil {
			return err
		}
		if !p.alive(ctx, p.hub.cfg.DeadAfter) {
			return errSilent
		}
		if time.Since(opened) > p.hub.cfg.ClaimWithin {
			if err := p.hub.needed(ctx, p); err != nil {
				return err
			}
		}
	}
}

// alive reports whether the peer answers a ping within d, or sends something
// meanwhile.
func (p *peer) alive(ctx context.Context, d time.Duration) bool {
	asked := time.Now()
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	if p.conn.Ping(ctx) == nil {
		p.touch()
		return true
	}
	return p.seen.Load() > asked.UnixNano() && p.silence() < d
}

func (p *peer) write(ctx context.Context, frame []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeWithin)
	defer cancel()
	return p.conn.Write(ctx, websocket.MessageText, frame)
}

// Faults of calls through a tunnel; trying again may help.
var (
	errBusy = errors.New("the tunnel carries as many requests as it may")
	errGone = errors.New("the tunnel was closed before the answer came")
)

// exchange sends a request and waits for its answer.
func (p *peer) exchange(ctx context.Context, r *http.Request, body []byte) (*answer, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	default:
		return nil, errBusy
	}
	came := make(chan *answer, 1)
	p.mu.Lock()
	p.next++
	id := "r" + strconv.FormatUint(p.next, 10)
	p.waiting[id] = came
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.waiting, id)
		p.mu.Unlock()
	}()
	frame, err := encode(id, r, body)
	if err != nil {
		return nil, err
	}
	// A write that is cut off ends the connection, so it does not end with
	// this one request.
	if err := p.write(context.WithoutCancel(ctx), frame); err != nil {
		p.end(err)
		return nil, fmt.Errorf("%w: %w", errGone, err)
	}
	select {
	case a := <-came:
		return a, nil
	case <-p.ended:
		return nil, errGone
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
