package admission

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks, separated by commas.
func ParseProxies(list string) (Proxies, error) {
	var all Proxies
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		if addr, err := netip.ParseAddr(one); err == nil {
			all = append(all, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, fmt.Errorf("%q is not an address or a network such as 10.0.0.0/8", one)
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

// Has reports whether an address is that of a proxy.
func (p Proxies) Has(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// Client returns the address that a request comes from: that of the peer,
// unless the peer is a proxy. Then it is the last of X-Forwarded-For that is no
// proxy's: what stands before it anybody may have written.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer := addrOf(r.RemoteAddr)
	if !p.Has(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := addrOf(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		if peer = hop; !p.Has(hop) {
			break
		}
	}
	return peer
}

func addrOf(text string) netip.Addr {
	if pair, err := netip.ParseAddrPort(text); err == nil {
		return pair.Addr().Unmap()
	}
	addr, _ := netip.ParseAddr(text)
	return addr.Unmap()
}

// Resolve serves requests with the client's address as their RemoteAddr.
func (p Proxies) Resolve(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client := p.Client(r); client.IsValid() {
			inner := *r
			inner.RemoteAddr = netip.AddrPortFrom(client, 0).String()
			r = &inner
		}
		next.ServeHTTP(w, r)
	})
}

// Key is what shares are counted by for the address of a request: a household
// has a whole network of IPv6 addresses.
func Key(r *http.Request) string { return keyOf(addrOf(r.RemoteAddr)) }

func keyOf(addr netip.Addr) string {
	if addr.Is6() {
		if network, err := addr.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return addr.String()
}
