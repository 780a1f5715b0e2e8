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
	"sync/atomic"
	"syscall"
	"time"

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
	left := make(chan struct{})
	go func() {
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
		return nil, fmt.Errorf("no answer in time: %w", context.Cause(ctx))
	}
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
	if ip := ap.Addr().Unmap(); !public(ip) {
		return fmt.Errorf("the address %s is not a public one; allow it with --allow-private", ip)
	}
	return nil
}

// public reports whether an address is one of the open network. Addresses that
// carry an IPv4 address within stand for that one.
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, special := range specialPrefixes {
		if special.Contains(ip) {
			return false
		}
	}
	if b := ip.As16(); ip.Is6() && nat64.Contains(ip) {
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return true
}

var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// specialPrefixes are ranges without public hosts beside those that package
// netip knows (RFC 6890 and its updates).
var specialPrefixes = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("fec0::/10"),
}
