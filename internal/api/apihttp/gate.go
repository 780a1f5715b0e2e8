package apihttp

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	retryAfter = time.Second
	// maxCallers is how many callers are counted; beyond it those that make no
	// call are forgotten.
	maxCallers = 4096
)

// gate bounds how much is asked of the server at a time, in all and by one
// caller, so that nobody takes what the others need. What is refused was not
// begun.
type gate struct {
	concurrent, oneCaller, rate int

	inside atomic.Int64

	mu      sync.Mutex
	callers map[callerKey]*count
	now     func() time.Time
}

// callerKey tells callers apart: one token may speak for several bots.
type callerKey struct{ token, bot, installation string }

func keyOf(id *api.Identity) (key callerKey) {
	if id.Token != nil {
		key.token = id.Token.ID
	}
	if id.Bot != nil {
		key.bot = id.Bot.ID
	}
	if id.Installation != nil {
		key.installation = id.Installation.ID
	}
	return key
}

// count is what one caller does: calls inside, and begun in a second.
type count struct {
	inside int
	second int64
	begun  int
}

func newGate(cfg Config) *gate {
	or := func(n, otherwise int) int {
		if n > 0 {
			return n
		}
		return otherwise
	}
	return &gate{
		concurrent: or(cfg.Concurrent, 2048), oneCaller: or(cfg.OneCaller, 512), rate: or(cfg.Rate, 20_000),
		callers: map[callerKey]*count{}, now: time.Now,
	}
}

// enter asks for a place; leave gives it back when it was granted.
func (g *gate) enter() bool {
	if g.inside.Add(1) <= int64(g.concurrent) {
		return true
	}
	g.inside.Add(-1)
	return false
}

func (g *gate) leave() { g.inside.Add(-1) }

// enterAs asks for a place for one caller and tells it in the headers how many
// calls it has left in this second.
func (g *gate) enterAs(h http.Header, id *api.Identity) (leave func(), err error) {
	key := keyOf(id)
	second := g.now().Unix()
	g.mu.Lock()
	c := g.callers[key]
	if c == nil {
		if len(g.callers) >= maxCallers {
			g.forget(second)
		}
		c = &count{}
		g.callers[key] = c
	}
	if c.second != second {
		c.second, c.begun = second, 0
	}
	var refused string
	switch {
	case c.begun >= g.rate:
		refused = "this caller made " + strconv.Itoa(g.rate) + " calls in this second, as many as it may; try again in the next"
	case c.inside >= g.oneCaller:
		refused = "this caller has " + strconv.Itoa(g.oneCaller) + " calls running, as many as it may; wait for one to end"
	default:
		c.begun++
		c.inside++
	}
	left := g.rate - c.begun
	g.mu.Unlock()

	h["Ratelimit-Limit"] = []string{strconv.Itoa(g.rate)}
	h["Ratelimit-Remaining"] = []string{strconv.Itoa(left)}
	h["Ratelimit-Reset"] = []string{"1"}
	if refused != "" {
		e := platform.Errorf(platform.TypeRateLimited, "%s", refused)
		e.RetryAfter = retryAfter
		return nil, e
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		c.inside--
	}, nil
}

// forget drops the callers that do nothing now. It is called with mu held.
func (g *gate) forget(second int64) {
	for key, c := range g.callers {
		if c.inside == 0 && c.second != second {
			delete(g.callers, key)
		}
	}
}
