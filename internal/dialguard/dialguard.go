// Package dialguard makes HTTP clients for addresses that others gave: unless
// private addresses are allowed, they check the address that is really dialled,
// so that a name that changes its mind gains nothing.
package dialguard

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// idle is how long a connection is kept for the next call. Servers under Node
// close theirs after five seconds; a call that meets that end is lost.
const idle = 4 * time.Second

// keepAlive notices within two minutes that a host has vanished. A call has no
// other sign of that: code may work for long before it answers.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 15 * time.Second, Count: 6}

// Client returns a client that follows no redirects.
func Client(allowPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAliveConfig: keepAlive}
	if !allowPrivate {
		dialer.Control = refusePrivate
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConns: 512, MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256,
			IdleConnTimeout: idle, TLSHandshakeTimeout: 10 * time.Second,
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
	if ip := ap.Addr().WithZone("").Unmap(); !public(ip) { // a zone would hide it from every prefix
		return &PrivateError{ip}
	}
	return nil
}

// PrivateError says that an address is not to be dialled.
type PrivateError struct{ IP netip.Addr }

// Error names the address and the remedy.
func (e *PrivateError) Error() string {
	return fmt.Sprintf("the address %s is not a public one; allow it with --allow-private", e.IP)
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
