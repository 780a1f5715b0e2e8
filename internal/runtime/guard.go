package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"

	"github.com/bellhop-dev/bellhop/wire"
)

// maxAbandoned is how many calls of one linked handler may be left behind: such
// a call may never end, and keeps its memory.
const maxAbandoned = 256

// guard keeps linked code from taking the process with it: a panic becomes an
// error, and a handler that does not come back at its deadline is left behind.
func guard(logger *slog.Logger) wire.Middleware {
	return func(next wire.Handler) wire.Handler {
		g := &guarded{next: next, logger: logger}
		if s, ok := next.(wire.Streamer); ok {
			return &guardedStreamer{g, s}
		}
		return g
	}
}

type guarded struct {
	next      wire.Handler
	logger    *slog.Logger
	abandoned atomic.Int64 // calls that were left behind and still run
}

type guardedStreamer struct {
	*guarded
	wire.Streamer
}

var (
	errPanic     = errors.New("the handler panicked; the server's log has the details")
	errAbandoned = fmt.Errorf("%d calls of this code were left behind at their deadlines and still run; no more are made until some end", maxAbandoned)
)

type answer struct {
	resp *wire.Response
	err  error
}

// Handle calls the handler in a goroutine of its own, so that the deadline
// holds even when the handler does not look at it.
func (g *guarded) Handle(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	if g.abandoned.Load() >= maxAbandoned {
		return nil, errAbandoned
	}
	done := make(chan answer) // unbuffered: who is left behind learns it
	left, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		room(0)
		a := g.call(ctx, req)
		select {
		case done <- a:
		case <-left:
			g.abandoned.Add(-1)
		}
	}()
	select {
	case a := <-done:
		if a.err == nil && a.resp == nil {
			return &wire.Response{}, nil
		}
		return a.resp, a.err
	case <-ctx.Done():
		g.abandoned.Add(1)
		close(left)
		return nil, &wire.RunningError{Err: fmt.Errorf("no answer in time: %w", context.Cause(ctx)), Ended: ended}
	}
}

// room makes a new goroutine's stack large enough for most handlers at once.
// It would else grow by doubling, and be copied with all its frames each time,
// while the handler decodes and checks its body.
//
//go:noinline
func room(i int) byte {
	var frame [12 << 10]byte
	return frame[i]
}

func (g *guarded) call(ctx context.Context, req *wire.Request) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			g.logger.Error("handler panicked", "operation", req.Operation, "bot_id", req.BotID,
				"integration_alias", req.IntegrationAlias, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			a = answer{err: errPanic}
		}
	}()
	resp, err := g.next.Handle(ctx, req)
	return answer{resp, err}
}
