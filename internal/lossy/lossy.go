// Package lossy is a proxy for tests that loses requests and answers between
// two ends, at random and the same way for the same seed. What it loses shows
// as a broken connection: an end cannot know whether the other one got it.
package lossy

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
)

// Proxy passes requests on to a server. It is an http.Handler, safe for
// concurrent use.
type Proxy struct {
	// Client passes requests on; it should keep enough idle connections.
	Client *http.Client

	mu     sync.Mutex
	target string
	random *rand.Rand
	share  float64
	lost   int
}

// New returns a proxy to the server at target ("http://host:port") that loses
// the share of all requests, and the same share of answers.
func New(target string, share float64, seed uint64) *Proxy {
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.MaxIdleConnsPerHost = 64
	client := &http.Client{Transport: pool, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Proxy{Client: client, target: target, random: rand.New(rand.NewPCG(seed, 0)), share: share}
}

// SetTarget passes later requests on to another server.
func (p *Proxy) SetTarget(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

// Lost returns how many requests and answers were lost.
func (p *Proxy) Lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

// lose decides whether the next thing is lost.
func (p *Proxy) lose() (target string, lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.random.Float64() < p.share {
		p.lost++
		return p.target, true
	}
	return p.target, false
}

// ServeHTTP passes a request on, or breaks the connection.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	target, lost := p.lose()
	if err != nil || lost || r.Context().Err() != nil { // what its sender has given up is not passed on
		panic(http.ErrAbortHandler)
	}
	// The request that is lost on its way back is carried out to its end.
	out, err := http.NewRequest(r.Method, target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header = r.Header.Clone()
	res, err := p.Client.Do(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if _, lost := p.lose(); err != nil || lost {
		panic(http.ErrAbortHandler)
	}
	for key, values := range res.Header {
		w.Header()[key] = values
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer) // the other end may have gone
}
