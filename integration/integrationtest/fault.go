package integrationtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// Fault is what goes wrong with one call of an external system's stand-in. The
// zero value lets the call through.
type Fault struct {
	// Answer answers in place of the stand-in, which does nothing: the vendor's
	// own error, a 429 with Retry-After.
	Answer func(w http.ResponseWriter)
	// Reset breaks the connection in place of an answer.
	Reset bool
	// Done lets the stand-in do what it was asked before the connection breaks;
	// with Mid, in the middle of the answer's body.
	Done, Mid bool
	// Slow waits before the stand-in is asked, or until the caller is gone; it
	// reads the body first, and hands the stand-in a copy.
	Slow time.Duration
}

// Faults makes calls go wrong, in the order that Add was told. The zero value
// lets all calls through. It is safe for concurrent use.
type Faults struct {
	mu   sync.Mutex
	next []Fault
}

// Add makes the next calls go wrong.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, faults...)
}

// Serve answers a call with the next fault, else as the stand-in does.
func (f *Faults) Serve(w http.ResponseWriter, r *http.Request, standIn http.Handler) {
	fault := f.take()
	if fault.Slow > 0 {
		// A server sees its caller leave only once it has read the body.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		timer := time.NewTimer(fault.Slow)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case fault.Answer != nil:
		fault.Answer(w)
	case fault.Done:
		answer := httptest.NewRecorder()
		standIn.ServeHTTP(answer, r)
		if fault.Mid {
			w.Header().Set("Content-Length", strconv.Itoa(answer.Body.Len()))
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	case fault.Reset:
		panic(http.ErrAbortHandler)
	default:
		standIn.ServeHTTP(w, r)
	}
}

func (f *Faults) take() Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) == 0 {
		return Fault{}
	}
	fault := f.next[0]
	f.next = f.next[1:]
	return fault
}
