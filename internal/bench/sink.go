package bench

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/probe"
)

// sink is the external system: it takes what the bot says and tells who waits.
type sink struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

func newSink() *sink { return &sink{waiting: map[string]chan struct{}{}} }

// expect returns a channel that is closed when the text arrives.
func (s *sink) expect(text string) <-chan struct{} {
	c := make(chan struct{})
	s.mu.Lock()
	s.waiting[text] = c
	s.mu.Unlock()
	return c
}

// ServeHTTP takes one message.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var out probe.Outbound
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	c := s.waiting[out.Text]
	delete(s.waiting, out.Text)
	s.mu.Unlock()
	if c != nil {
		close(c)
	}
}

// stopTimeout is how long a stop waits for handlers before it cuts them off.
const stopTimeout = 5 * time.Second

// listen serves h on a free loopback port. The stop returns when the handlers
// have: what they started is then known to whoever waits for it.
func listen(h http.Handler) (url string, stop func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	return "http://" + l.Addr().String(), func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err := srv.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, srv.Close())
		}
		if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	}, nil
}

// newClient returns a client that keeps as many idle connections as the load
// has conversations: one that closes them and dials anew uses up the machine's
// ports in a few seconds.
func newClient(idle int) *http.Client {
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.MaxIdleConns, pool.MaxIdleConnsPerHost = 0, idle
	return &http.Client{Transport: pool, Timeout: 30 * time.Second}
}
