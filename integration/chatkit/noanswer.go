package chatkit

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/bellhop-dev/bellhop/internal/dialguard"
	"github.com/bellhop-dev/bellhop/platform"
)

// ErrAccepted is joined with the error of a call that the vendor accepted, but
// whose answer was lost: a repeat would do it twice.
var ErrAccepted = errors.New("the call was accepted, but its answer was lost")

// NoAnswer returns the *Error of a call without an answer. Its text has of the
// address, which may hold a secret, only the host. The error is final if the
// server does not open the address, see IsPrivateAddress.
func NoAnswer(vendor string, cause error) error {
	if u, ok := errors.AsType[*url.Error](cause); ok {
		cause = u.Err // without the address
	}
	if IsPrivateAddress(cause) {
		return &Error{Vendor: vendor, Message: "it is in a private network, which this server does not open; allow it with --allow-private", Final: true, cause: cause}
	}
	return &Error{Vendor: vendor, Message: "no answer: " + failure(cause), cause: cause}
}

// IsPrivateAddress reports whether a call was not made because
// integration.Env.Fetcher does not open private addresses.
func IsPrivateAddress(err error) bool {
	_, ok := errors.AsType[*dialguard.PrivateError](err)
	return ok
}

func failure(cause error) string {
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

// RetryAfterHeader returns how long the header Retry-After asks to wait, as
// platform.RetryAfter reads it; 0 when it does not say.
func RetryAfterHeader(h http.Header, now time.Time) time.Duration {
	return platform.RetryAfter(0, h, now)
}

// HTTPClient returns a copy of c for calls of a vendor's API. It follows no
// redirects, which could carry a token elsewhere, and has no timeout: each call
// has its own deadline.
func HTTPClient(c *http.Client) *http.Client {
	own := *c
	own.Timeout = 0
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
