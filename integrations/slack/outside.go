package slack

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

var errPrivate = errors.New("the address is in a private network")

// outside returns a client for addresses that a bot names, and a person may
// have named to the bot. It opens nothing in private networks, except on the
// host that this server itself is known under.
func (s *service) outside(webhook string) *http.Client {
	if s.anywhere {
		return &http.Client{Transport: s.http.Transport}
	}
	own := ""
	if u, err := url.Parse(webhook); err == nil {
		own = u.Host
	}
	return &http.Client{Transport: &ownHost{host: own, own: http.DefaultTransport, others: s.guarded}}
}

// ownHost takes another way for one host.
type ownHost struct {
	host        string
	own, others http.RoundTripper
}

var _ http.RoundTripper = (*ownHost)(nil)

func (t *ownHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.host != "" && r.URL.Host == t.host {
		return t.own.RoundTrip(r)
	}
	return t.others.RoundTrip(r)
}

// newGuarded returns a transport that connects to public addresses only. The
// address is looked at after the name was resolved, so that no name leads
// elsewhere.
func newGuarded() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !public(at.Addr().Unmap()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second,
		MaxIdleConns: 10, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
	}
}

func public(a netip.Addr) bool {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) // of providers (RFC 6598)
	return a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !shared.Contains(a) &&
		a != netip.IPv4Unspecified() && a != netip.IPv6Unspecified()
}
