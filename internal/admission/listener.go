package admission

import (
	"net"
	"net/netip"
	"sync"
)

// Listener closes connections over a limit at once, in all and of one address.
// Proxies, and this machine itself, stand for many and have the limit of all.
type Listener struct {
	net.Listener
	proxies Proxies
	conns   *Shares
}

// NewListener returns a listener for total connections, and one of each address.
func NewListener(l net.Listener, proxies Proxies, total, one int) *Listener {
	return &Listener{l, proxies, NewShares("connections", int64(total), int64(one))}
}

// Accept returns the next connection that is within the limits.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		var keys []string
		if peer, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil && !peer.Addr().IsLoopback() && !l.proxies.Has(peer.Addr()) {
			keys = []string{keyOf(peer.Addr().Unmap())}
		}
		if l.conns.Take(1, keys...) == nil {
			return &conn{Conn: c, done: sync.OnceFunc(func() { l.conns.Give(1, keys...) })}, nil
		}
		_ = c.Close()
	}
}

type conn struct {
	net.Conn
	done func()
}

// Close closes the connection and gives back its place.
func (c *conn) Close() error {
	defer c.done()
	return c.Conn.Close()
}
