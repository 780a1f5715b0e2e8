package whatsapptest

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Fault is what goes wrong with one call. The zero value does nothing, and
// lets the call through.
type Fault struct {
	Status     int // with Code and Message: refuses
	Code       int
	Message    string
	RetryAfter int // seconds
	// Reset breaks the connection before an answer, and nothing was done.
	Reset bool
	// ResetAfter does what was asked and breaks the connection before the
	// answer; with Mid, within its body.
	ResetAfter, Mid bool
	// Slow waits before it answers, or until the caller is gone.
	Slow time.Duration
}

// Fail makes the next calls go wrong, in order.
func (f *Fake) Fail(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, faults...)
}

// faulty does the next fault; false means that there is none to do.
func (f *Fake) faulty(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter)) bool {
	if len(f.faults) == 0 {
		return false
	}
	fault := f.faults[0]
	f.faults = f.faults[1:]
	switch {
	case fault.Reset:
		panic(http.ErrAbortHandler)
	case fault.ResetAfter:
		rec := httptest.NewRecorder()
		do(rec)
		if fault.Mid {
			w.Header().Set("Content-Length", strconv.Itoa(rec.Body.Len()))
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	case fault.Slow > 0:
		f.mu.Unlock()
		defer f.mu.Lock()
		select {
		case <-time.After(fault.Slow):
		case <-r.Context().Done():
		}
		return false
	case fault.Status != 0:
		if fault.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(fault.RetryAfter))
		}
		refuse(w, fault.Status, fault.Code, fault.Message)
		return true
	}
	return false
}
