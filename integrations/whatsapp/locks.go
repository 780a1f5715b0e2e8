package whatsapp

import (
	"context"
	"sync"
)

// locks makes one thing happen at a time under a name, in this process. Meta
// repeats a webhook while the first is still at work.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	slot    chan struct{}
	waiting int
}

// hold waits for the name and returns what lets it go, or the reason why ctx
// ended.
func (l *locks) hold(ctx context.Context, name string) (release func(), err error) {
	l.mu.Lock()
	k := l.held[name]
	if k == nil {
		k = &lock{slot: make(chan struct{}, 1)}
		l.held[name] = k
	}
	k.waiting++
	l.mu.Unlock()
	leave := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.waiting--; k.waiting == 0 {
			delete(l.held, name)
		}
	}
	select {
	case k.slot <- struct{}{}:
		return func() { <-k.slot; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}
