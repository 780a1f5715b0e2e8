package wire

import (
	"fmt"
	"strconv"
	"time"
)

// A delivery that takes long need not hold its connection: the code answers 202
// with HeaderLease, the seconds for which it has the delivery, goes on, and
// renews the lease or ends the attempt with the operations renewDelivery,
// completeDelivery and failDelivery. A 202 without the header is a plain
// success.

// Lease is the answer that takes a delivery for a time, which is rounded up to
// whole seconds.
func Lease(d time.Duration) *Response {
	seconds := max(1, (d+time.Second-1)/time.Second)
	return &Response{Status: 202, Header: map[string][]string{HeaderLease: {strconv.Itoa(int(seconds))}}}
}

// MaxLease is the longest lease; a longer turn renews it.
const MaxLease = time.Hour

// ParseLease reads a value of HeaderLease.
func ParseLease(text string) (time.Duration, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > int(MaxLease/time.Second) {
		return 0, fmt.Errorf("header %s is %.20q; it must be a whole number of seconds from 1 to %d", HeaderLease, text, int(MaxLease/time.Second))
	}
	return time.Duration(n) * time.Second, nil
}

// RunningError is the error of a Handler that gave a call up, because its
// context ended, while the call still runs. Nothing that must not happen twice
// at once is to be called again before Ended is closed.
type RunningError struct {
	Err   error
	Ended <-chan struct{}
}

// Error returns the cause's text.
func (e *RunningError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RunningError) Unwrap() error { return e.Err }
