package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/bellhop-dev/bellhop/wire"
)

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
	next   wire.Handler
	logger *slog.Logger
}

type guardedStreamer struct {
	*guarded
	wire.Streamer
}

var errPanic = errors.New("the handler panicked; the server's log has the details")

// Handle calls the handler in a goroutine of its own, so that the deadline
// holds even when the handler does not look at it.
func (g *guarded) Handle(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	type answer struct {
		resp *wire.Response
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				g.logger.Error("handler panicked", "operation", req.Operation, "bot_id", req.BotID,
					"integration_alias", req.IntegrationAlias, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				done <- answer{err: errPanic}
			}
		}()
		resp, err := g.next.Handle(ctx, req)
		done <- answer{resp, err}
	}()
	select {
	case a := <-done:
		if a.err == nil && a.resp == nil {
			return &wire.Response{}, nil
		}
		return a.resp, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("no answer in time: %w", context.Cause(ctx))
	}
}

// newClient returns the client for remote code. Unless private addresses are
// allowed, it checks the address that is really dialled, so that a name that
// changes its mind gains nothing.
func newClient(allowPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !allowPrivate {
		dialer.Control = refusePrivate
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConns: 512, MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: 256 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	ip := ap.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() ||
		netip.MustParsePrefix("100.64.0.0/10").Contains(ip) {
		return fmt.Errorf("the address %s is private; allow it with --allow-private", ip)
	}
	return nil
}
