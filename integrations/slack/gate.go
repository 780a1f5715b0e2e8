package slack

import (
	"sync"
	"time"
)

// maxGates bounds how many methods and channels are remembered.
const maxGates = 10_000

// gates remember until when Slack does not want to be called, so that what is
// next in other conversations does not ask again before. The zero value is
// open.
type gates struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// closed says for how long the gate is still closed; 0 is open.
func (g *gates) closed(name string, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := g.until[name].Sub(now)
	if wait <= 0 {
		delete(g.until, name)
		return 0
	}
	return wait
}

func (g *gates) close(name string, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.until == nil || len(g.until) >= maxGates {
		g.until = map[string]time.Time{}
	}
	g.until[name] = until
}
