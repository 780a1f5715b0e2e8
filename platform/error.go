package platform

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ErrorType is the wire's name of a kind of error; each has one HTTP status.
type ErrorType string

// The types of errors.
const (
	TypeUnknown                ErrorType = "Unknown"
	TypeInternal               ErrorType = "Internal"
	TypeUnauthorized           ErrorType = "Unauthorized"
	TypeForbidden              ErrorType = "Forbidden"
	TypePayloadTooLarge        ErrorType = "PayloadTooLarge"
	TypeInvalidPayload         ErrorType = "InvalidPayload"
	TypeUnsupportedMediaType   ErrorType = "UnsupportedMediaType"
	TypeMethodNotFound         ErrorType = "MethodNotFound"
	TypeResourceNotFound       ErrorType = "ResourceNotFound"
	TypeInvalidJSONSchema      ErrorType = "InvalidJsonSchema"
	TypeInvalidDataFormat      ErrorType = "InvalidDataFormat"
	TypeInvalidIdentifier      ErrorType = "InvalidIdentifier"
	TypeRelationConflict       ErrorType = "RelationConflict"
	TypeReferenceConstraint    ErrorType = "ReferenceConstraint"
	TypeResourceLockedConflict ErrorType = "ResourceLockedConflict"
	TypeResourceGone           ErrorType = "ResourceGone"
	TypeReferenceNotFound      ErrorType = "ReferenceNotFound"
	TypeInvalidQuery           ErrorType = "InvalidQuery"
	TypeRuntime                ErrorType = "Runtime"
	TypeAlreadyExists          ErrorType = "AlreadyExists"
	TypeRateLimited            ErrorType = "RateLimited"
	TypePaymentRequired        ErrorType = "PaymentRequired"
	TypeQuotaExceeded          ErrorType = "QuotaExceeded"
	TypeLimitExceeded          ErrorType = "LimitExceeded"
	TypeBreakingChanges        ErrorType = "BreakingChanges"
	TypeOperationTimeout       ErrorType = "OperationTimeout"
)

var statuses = map[ErrorType]int{
	TypeUnknown: 500, TypeInternal: 500, TypeUnauthorized: 401, TypeForbidden: 403,
	TypePayloadTooLarge: 413, TypeInvalidPayload: 400, TypeUnsupportedMediaType: 415,
	TypeMethodNotFound: 405, TypeResourceNotFound: 404, TypeInvalidJSONSchema: 400,
	TypeInvalidDataFormat: 400, TypeInvalidIdentifier: 400, TypeRelationConflict: 409,
	TypeReferenceConstraint: 409, TypeResourceLockedConflict: 409, TypeResourceGone: 410,
	TypeReferenceNotFound: 400, TypeInvalidQuery: 400, TypeRuntime: 400, TypeAlreadyExists: 409,
	TypeRateLimited: 429, TypePaymentRequired: 402, TypeQuotaExceeded: 403,
	TypeLimitExceeded: 413, TypeBreakingChanges: 400, TypeOperationTimeout: 504,
}

// Status returns the HTTP status of the type; an unknown type is 500.
func (t ErrorType) Status() int {
	if s, ok := statuses[t]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Error is the one error that crosses the seams. ID, Code, Type, Message and
// Metadata are for the caller and go over the wire, RetryAfter as the header of
// that name; Err stays in the process.
type Error struct {
	ID       string         `json:"id"`
	Code     int            `json:"code"`
	Type     ErrorType      `json:"type"`
	Message  string         `json:"message"`
	Metadata map[string]any `json:"metadata,omitempty"`

	// Err is the cause, for the log.
	Err error `json:"-"`
	// RetryAfter tells the caller how long to wait; 0 says nothing.
	RetryAfter time.Duration `json:"-"`
}

// Errorf returns an Error of the type. With %w the cause is kept for
// errors.Is and errors.As; its text becomes part of the message, so wrap only
// what the caller may read.
func Errorf(t ErrorType, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{ID: NewErrorID(time.Now()), Code: t.Status(), Type: t, Message: err.Error(), Err: errors.Unwrap(err)}
}

// Unavailable returns an Internal error with status 503 that asks the caller
// to come back: the database is locked, the disk is full, a queue is full.
// The cause stays in the process.
func Unavailable(cause error, message string, after time.Duration) *Error {
	e := Errorf(TypeInternal, "%s", message)
	e.Code, e.Err, e.RetryAfter = http.StatusServiceUnavailable, cause, after
	return e
}

// AsError returns err as an *Error; anything else becomes Internal with a text
// that tells nothing of the cause, which is kept in Err.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := Errorf(TypeInternal, "the server could not do this; its log has the reason under the id of this error")
	e.Err = err
	return e
}

// Error returns the type and the message.
func (e *Error) Error() string { return string(e.Type) + ": " + e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an *Error of the same type, so that
// errors.Is(err, &platform.Error{Type: platform.TypeResourceNotFound}) works;
// for ErrUnavailable it reports whether e is Retryable.
func (e *Error) Is(target error) bool {
	if target == ErrUnavailable {
		return e.Retryable()
	}
	t, ok := target.(*Error)
	return ok && t.Type == e.Type && t.ID == ""
}

// IsType reports whether err is an *Error of the type.
func IsType(err error, t ErrorType) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Type == t
}

// NewErrorID returns an id such as err_20261124010935x1A2B3C4D.
func NewErrorID(now time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("err_%sx%08X", now.UTC().Format("20060102150405"), binary.BigEndian.Uint32(b[:]))
}
