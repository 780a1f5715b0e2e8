package outbound

import (
	"errors"
	"net/http"

	"github.com/bellhop-dev/bellhop/platform"
)

// Settle sorts the error of a handler of what an external system tells, and
// tells again when it is not taken. Where another telling may mend it, again is
// err as Steer returns it, for the handler to return. Otherwise dropped is: the
// same would fail every time and keep what follows from coming in, so that it
// is to be logged, and what was told is to be taken. Both are nil without an
// error.
func Settle(err error) (again, dropped error) {
	err = Steer(err)
	e, ok := errors.AsType[*platform.Error](err)
	if ok && e.Code < 500 && e.Code != http.StatusTooManyRequests && e.Code != http.StatusUnauthorized {
		return nil, err
	}
	return err, nil
}

// Explain puts what was tried, as "the token does not work", before the text
// of an *Error, and steers it as Steer does. Other errors stay as they are.
func Explain(what string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	told := *e
	told.Vendor = what + ": " + told.Vendor
	return Steer(&told)
}
