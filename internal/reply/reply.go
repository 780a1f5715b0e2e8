// Package reply holds what the server's HTTP handlers do alike with a
// connection: errors in the wire's form, and deadlines for bodies.
package reply

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// bodyTime is how long a body may take to come or to go; each 256 KiB of it
// have a second more.
const bodyTime = 30 * time.Second

// Error writes an error in the wire's form.
func Error(w http.ResponseWriter, e *platform.Error) {
	body, err := json.Marshal(e)
	if err != nil { // metadata that JSON cannot hold
		body, _ = json.Marshal(&platform.Error{ID: e.ID, Code: e.Code, Type: e.Type, Message: e.Message})
	}
	w.Header()["Content-Type"] = []string{"application/json"}
	comeBack(w.Header(), e)
	defer Writing(w, int64(len(body)))()
	w.WriteHeader(e.Code)
	_, _ = w.Write(body) // the caller may have gone
}

// comeBack says when to come back, where an error asks to, in the header that
// the official clients read first too.
func comeBack(h http.Header, e *platform.Error) {
	if e.RetryAfter > 0 {
		seconds := strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds())))
		h["Retry-After"] = []string{seconds}
		h["Ratelimit-Reset"] = []string{seconds}
	}
}

// Reading bounds the time in which a request's body of at most size bytes has
// to arrive. Call what it returns when the body was read: a deadline that
// stays ends the request.
func Reading(w http.ResponseWriter, size int64) (done func()) {
	return timed(http.NewResponseController(w).SetReadDeadline, size)
}

// Writing is Reading for an answer of size bytes.
func Writing(w http.ResponseWriter, size int64) (done func()) {
	return timed(http.NewResponseController(w).SetWriteDeadline, size)
}

// timed sets a deadline and returns what takes it back. Not every connection
// knows deadlines.
func timed(set func(time.Time) error, size int64) (clear func()) {
	_ = set(time.Now().Add(bodyTime + time.Duration(size>>18)*time.Second))
	return func() { _ = set(time.Time{}) }
}
