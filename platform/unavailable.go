package platform

import (
	"errors"
	"net/http"
	"time"
)

// ErrUnavailable matches, by errors.Is, each *Error that is no verdict: the code
// or the server that a call needs gave no answer, and a repeat may succeed. It
// does so on both sides of HTTP, and through the official client and SDK, which
// keep Metadata. A handler that returns such an error has its call repeated.
var ErrUnavailable = errors.New("unavailable")

// metadataRetryable is the member of Metadata that marks an error as no verdict.
const metadataRetryable = "retryable"

// NoAnswer returns a Runtime error with status 502: code that a call needs gave
// no answer. The cause stays in the process. The error matches ErrUnavailable.
func NoAnswer(cause error, format string, args ...any) *Error {
	e := Errorf(TypeRuntime, format, args...)
	e.Code, e.Err, e.RetryAfter = http.StatusBadGateway, cause, time.Second
	return e.MarkRetryable()
}

// MarkRetryable says in the error's metadata that a repeat may succeed, and
// returns the error.
func (e *Error) MarkRetryable() *Error {
	metadata := map[string]any{metadataRetryable: true}
	for name, value := range e.Metadata {
		metadata[name] = value
	}
	metadata[metadataRetryable] = true
	e.Metadata = metadata
	return e
}

// Retryable reports whether the error is no verdict: its metadata say so, or
// its status does (502, 503, 504).
func (e *Error) Retryable() bool {
	marked, _ := e.Metadata[metadataRetryable].(bool)
	switch e.Code {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return marked
}
