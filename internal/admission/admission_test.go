package admission_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestShares(t *testing.T) {
	t.Parallel()
	s := admission.NewShares("calls", 3, 2)
	for i, c := range []struct {
		n    int64
		key  string
		want int
	}{{2, "a", 0}, {1, "a", 429}, {2, "b", 503}, {1, "b", 0}, {1, "c", 503}} {
		err := s.Take(c.n, c.key)
		e := platform.AsError(err)
		if (err == nil) != (c.want == 0) || err != nil && (e.Code != c.want || e.RetryAfter == 0) {
			t.Errorf("%d: Take(%d, %q) = %v, want %d", i, c.n, c.key, err, c.want)
		}
	}
	s.Give(2, "a")
	if err := s.Take(2, "c"); err != nil {
		t.Errorf("after Give: %v", err)
	}
}

// X-Forwarded-For is believed from proxies only, and only what they wrote.
func TestClient(t *testing.T) {
	t.Parallel()
	proxies, err := admission.ParseProxies("10.0.0.0/8, 192.0.2.1,fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		peer string
		hops []string
		want string
	}{
		"a stranger":             {"203.0.113.5:1", []string{"1.2.3.4"}, "203.0.113.5"},
		"one proxy":              {"10.1.1.1:1", []string{"203.0.113.5"}, "203.0.113.5"},
		"what a stranger wrote":  {"10.1.1.1:1", []string{"1.2.3.4, 203.0.113.5"}, "203.0.113.5"},
		"two proxies, two lines": {"10.1.1.1:1", []string{"1.2.3.4,203.0.113.5", "192.0.2.1"}, "203.0.113.5"},
		"nothing":                {"10.1.1.1:1", nil, "10.1.1.1"},
		"rubbish":                {"10.1.1.1:1", []string{"203.0.113.5, nobody"}, "10.1.1.1"},
		"a port":                 {"10.1.1.1:1", []string{"203.0.113.5:99"}, "203.0.113.5"},
		"IPv6":                   {"[fd00::1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv4 in IPv6":           {"[::ffff:10.1.1.1]:1", []string{"203.0.113.5"}, "203.0.113.5"},
		"proxies all the way":    {"10.1.1.1:1", []string{"10.0.0.9"}, "10.0.0.9"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.peer, c.hops
		if got := proxies.Client(r).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if _, err := admission.ParseProxies("10.0.0.0/8,proxy.example.com"); err == nil || !strings.Contains(err.Error(), "proxy.example.com") {
		t.Errorf("ParseProxies of a name = %v", err)
	}
	a, b := httptest.NewRequest("GET", "/", nil), httptest.NewRequest("GET", "/", nil)
	if a.RemoteAddr, b.RemoteAddr = "[2001:db8::1]:1", "[2001:db8::2]:2"; admission.Key(a) != admission.Key(b) {
		t.Errorf("two addresses of a household are %s and %s", admission.Key(a), admission.Key(b))
	}
}

// A body that comes too slowly ends, and until then holds only what came.
func TestSlowBodiesEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bodies := admission.NewBodies(100, 10_000, 10_000)
		client, server := net.Pipe()
		answered := make(chan error, 1)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := bodies.Read(w, r, 5000, "a")
			answered <- err
		})}
		l := &oneListener{conn: server, closed: make(chan struct{})}
		go func() { _ = srv.Serve(l) }()
		defer srv.Close()
		go func() { _, _ = io.Copy(io.Discard, client) }()
		_, _ = io.WriteString(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n")
		begin := time.Now()
		for {
			_ = client.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := client.Write([]byte("x")); err != nil {
				break
			}
			<-time.After(2 * time.Second)
		}
		e := platform.AsError(<-answered)
		if e.Code != http.StatusRequestTimeout || !strings.Contains(e.Message, "100 bytes a second") {
			t.Errorf("Read = %v, want 408", e)
		}
		if took := time.Since(begin); took > 30*time.Second {
			t.Errorf("it ended after %s", took)
		}
		if err := bodies.Held.Take(10_000, "a"); err != nil {
			t.Errorf("room was not given back: %v", err)
		}
	})
}

type oneListener struct {
	conn   net.Conn
	closed chan struct{}
}

func (l *oneListener) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}
func (l *oneListener) Close() error   { close(l.closed); return nil }
func (l *oneListener) Addr() net.Addr { return &net.TCPAddr{} }

// Bodies are whole up to the limit, with and without a length.
func TestBodiesAreWhole(t *testing.T) {
	t.Parallel()
	bodies := admission.NewBodies(1000, 1<<20, 1<<20)
	for _, n := range []int{0, 1, 4095, 65_536, 65_537, 300_000, 300_001} {
		for _, known := range []bool{true, false} {
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(strings.Repeat("x", n)))
			if !known {
				r.ContentLength = -1
			}
			body, err := bodies.Read(httptest.NewRecorder(), r, 300_000)
			if n > 300_000 {
				if platform.AsError(err).Code != 413 {
					t.Errorf("%d bytes: %v, want 413", n, err)
				}
				continue
			}
			if err != nil || len(body.Bytes) != n {
				t.Fatalf("%d bytes, length known %v: %d, %v", n, known, len(body.Bytes), err)
			}
			body.Release()
			body.Release()
		}
	}
	if err := bodies.Held.Take(1 << 20); err != nil {
		t.Errorf("room was not given back: %v", err)
	}
}
