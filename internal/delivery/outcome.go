package delivery

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Failure is an error of a Deliverer that says how to go on. Any other error
// means: back off and try again.
type Failure struct {
	Err    error
	Final  bool          // give up
	Fault  bool          // the target answered that it failed at this delivery: see Config.FaultAttempts
	Silent bool          // the target took it and gave no answer in all its time: a Fault for the delivery, away for the circuit
	After  time.Duration // try again not before this; 0 means back off
	Status int           // the HTTP status of the answer, if there was one
	// Unreached says that no call was made because the target is not there.
	Unreached bool
	// Ended, where it is set, is closed when the call has really ended, which was
	// given up and still runs. The lane waits for it.
	Ended <-chan struct{}
}

// Error returns the cause's text.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failedAtIt reports whether the target failed at this delivery, which it may do
// each time.
func (f *Failure) failedAtIt() bool { return f.Fault || f.Silent }

// Dead gives a delivery up.
func Dead(err error) error { return &Failure{Err: err, Final: true} }

// RetryAfter tries again not before d, and later where the back-off is longer.
func RetryAfter(d time.Duration, err error) error { return &Failure{Err: err, After: d} }

func failure(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Err: err}
}

// backoff is exponential with full jitter: a random time up to base doubled
// for each attempt, at most limit.
func backoff(base, limit time.Duration, attempt int) time.Duration {
	top := limit
	if shift := attempt - 1; shift < 32 && base<<shift < limit && base<<shift > 0 {
		top = base << shift
	}
	return base/10 + rand.N(top)
}

// clip bounds the text that is kept of an error.
func clip(s string) string {
	const most = 1000
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
