// Package outbound is for calls to an external system: one form of its
// errors, and what they mean for the delivery that made the call.
package outbound

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/dialguard"
)

// Error is an external system's refusal. Its text is shown to operators and
// bots: it must hold no secret.
type Error struct {
	Vendor  string // its name for people
	Status  int    // of HTTP; 0 when there was no answer
	Code    string // the vendor's own; may be empty
	Message string
	// RetryAfter is how long the vendor asks to wait; 0 says nothing.
	RetryAfter time.Duration
	// Final and Temporary override what the status says of another try.
	Final, Temporary bool
	// Remedy says what to do about it; may be empty.
	Remedy string

	cause error
}

// Unwrap returns why there was no answer, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Error names the vendor, what it said and the remedy.
func (e *Error) Error() string {
	text := e.Vendor
	switch {
	case e.Status == 0 && e.Code == "":
		text += ": " + e.Message
	case e.Code != "" && e.Message != "":
		text += " refused: " + e.Code + ": " + e.Message
	case e.Code+e.Message != "":
		text += " refused: " + e.Code + e.Message
	default:
		text += " answered " + strconv.Itoa(e.Status)
	}
	if e.Remedy != "" {
		text = strings.TrimSuffix(text, ".") + "; " + e.Remedy
	}
	return text
}

// retryable reports whether another try may help: no answer, too many
// requests, a fault of the vendor's.
func (e *Error) retryable() bool {
	switch {
	case e.Final:
		return false
	case e.Temporary, e.RetryAfter > 0:
		return true
	}
	return e.Status == 0 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= 500
}

// Steer returns err as what a handler returns for it: an *Error that another
// try may mend becomes integration.RetryAfter or integration.Temporary, any
// other *Error a final integration.RuntimeError; other errors stay as they
// are.
func Steer(err error) error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case !e.retryable():
		return integration.RuntimeError(e.Error())
	case e.RetryAfter > 0:
		return integration.RetryAfter(e.RetryAfter, e)
	}
	return integration.Temporary(e)
}

// NoAnswer is the *Error of a call that got no answer. It says why as far as
// that can hold no secret: of the address, which may, no more than the host. It
// is final when the server does not open the address, see Private.
func NoAnswer(vendor string, cause error) error {
	if Private(cause) {
		return &Error{Vendor: vendor, Message: "it is in a private network, which this server does not open; allow it with --allow-private", Final: true, cause: cause}
	}
	return &Error{Vendor: vendor, Message: "no answer: " + reason(cause), cause: cause}
}

// Private reports whether a call was not made because integration.Env.Fetcher
// does not open private addresses.
func Private(err error) bool {
	_, ok := errors.AsType[*dialguard.PrivateError](err)
	return ok
}

func reason(cause error) string {
	if e, ok := errors.AsType[net.Error](cause); ok && e.Timeout() {
		return "it took too long"
	}
	const failed = "the connection failed"
	if e, ok := errors.AsType[*net.DNSError](cause); ok {
		return failed + ": no address of the host " + strconv.Quote(e.Name) + " was found"
	}
	if e, ok := errors.AsType[syscall.Errno](cause); ok {
		return failed + ": " + e.Error()
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](cause); ok {
		return failed + ": " + e.Error()
	}
	if errors.Is(cause, io.EOF) || errors.Is(cause, io.ErrUnexpectedEOF) {
		return failed + ": it was closed before the answer was whole"
	}
	return failed
}

// RetryAfter reads the header of that name: seconds or a time. 0 means that it
// is not there or says nothing.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if n, err := strconv.ParseFloat(value, 64); err == nil && n > 0 && n < 86400 {
		return time.Duration(n * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
