package chatkit

import (
	"context"
	"errors"
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// Classify returns err as a handler must return it: a retryable *Error becomes
// integration.RetryAfter or integration.Temporary, any other *Error a final
// integration.RuntimeError. Other errors are returned unchanged.
func Classify(err error) error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case !e.Retryable():
		return integration.RuntimeError(e.Error())
	case e.RetryAfter > 0:
		return integration.RetryAfter(e.RetryAfter, e)
	}
	return integration.Temporary(e)
}

// Explain is Classify with what failed, as "the token does not work", before
// the text of an *Error.
func Explain(what string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	told := *e
	told.Vendor = what + ": " + told.Vendor
	return Classify(&told)
}

// DropFinal classifies the error of an inbound update. Vendors repeat an update
// that is not accepted, and hold back the updates behind it: DropFinal returns
// only errors for which a repeat may succeed. It logs the others and returns
// nil, so that the caller accepts the update. what names the update, or the part
// of it that failed.
func DropFinal(ctx context.Context, call *integration.Call, what string, err error) error {
	err = Classify(err)
	e, ok := errors.AsType[*platform.Error](err)
	if ok && e.Code < 500 && e.Code != http.StatusTooManyRequests && e.Code != http.StatusUnauthorized {
		call.Logger.ErrorContext(ctx, "inbound update dropped", "update", what, "error", err)
		return nil
	}
	return err
}
