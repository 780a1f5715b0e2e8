package runtime

import (
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/verdict"
	"github.com/bellhop-dev/bellhop/platform"
)

// dependency returns the error of a call on which other code waits, what names
// the call. A verdict of the code, and its failure, are final for the caller;
// anything else matches platform.ErrUnavailable, so that the caller's own
// delivery is retried.
func (a Attempt) dependency(what string) *platform.Error {
	var e *platform.Error
	switch {
	case a.Kind == verdict.Refused, a.Kind == verdict.Failed && a.Status != 0, a.Status == http.StatusTooManyRequests:
		typ := platform.TypeRuntime
		if a.Status == http.StatusTooManyRequests {
			typ = platform.TypeRateLimited
		}
		e = platform.Errorf(typ, "%s", a.Err)
		e.RetryAfter = a.After
		return e
	case a.Kind == verdict.Failed:
		e = platform.Errorf(platform.TypeRuntime, "%s failed: its code could not be reached", what)
		e.Err = a.Err
		return e
	case a.Status != 0:
		e = platform.NoAnswer(a.Err, "%s got no answer of its code: %s", what, a.Err)
	default:
		e = platform.NoAnswer(a.Err, "%s failed: its code could not be reached", what)
	}
	if a.After > 0 {
		e.RetryAfter = a.After
	}
	return e
}

// unreachable is the error of a call whose code has no place to run. A repeat
// may find some, when the operator has deployed it.
func unreachable(err error, what string) *platform.Error {
	return platform.NoAnswer(err, "%s cannot be called: %s", what, err)
}
