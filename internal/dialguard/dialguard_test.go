package dialguard

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestClient(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer server.Close()
	get := func(allow bool) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := Client(allow).Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		return resp, err
	}
	if resp, err := get(true); err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("allowed: %v, %v, want the redirect", resp, err)
	}
	if _, err := get(false); err == nil || !strings.Contains(err.Error(), "is not a public one") {
		t.Errorf("not allowed: %v, want a refusal", err)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"1.1.1.1": true, "93.184.216.34": true, "2606:4700:4700::1111": true, "64:ff9b::101:101": true,
		"127.0.0.1": false, "127.255.255.255": false, "0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false,
		"100.64.0.1": false, "169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.1": false,
		"192.168.1.1": false, "198.18.0.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::7f00:1": false, "fe80::1": false,
		"fc00::1": false, "fd00::1": false, "ff02::1": false, "fec0::1": false, "2001:db8::1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::1": false,
		// With the name of a network card behind it, as http://[64:ff9b::7f00:1%25lo]/ has it.
		"64:ff9b::7f00:1%lo": false, "2002:7f00:1::1%lo": false, "fec0::1%1": false, "::7f00:1%lo": false, "fd00::1%lo": false,
		"::ffff:127.0.0.1%lo": false, "::1%lo": false, "2606:4700:4700::1111%lo": true,
	} {
		err := refusePrivate("tcp", netip.AddrPortFrom(netip.MustParseAddr(address), 443).String(), nil)
		if (err == nil) != want {
			t.Errorf("dial %s: %v, want it allowed: %v", address, err, want)
		}
	}
	if refusePrivate("tcp", "not an address", nil) == nil {
		t.Error("an address that cannot be read is dialled")
	}
}
