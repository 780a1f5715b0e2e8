package answer

import (
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// RuntimeError is a final refusal: it is answered 400 with the text.
func RuntimeError(text string) error {
	return platform.Errorf(platform.TypeRuntime, "%s", text)
}

// Temporary is answered 503 with the error's text, and tried again.
func Temporary(err error) error {
	return platform.Errorf(platform.TypeInternal, "%w", err).MarkRetryable()
}

// RetryAfter is answered 503 with the error's text and a time to wait, of a
// second or more.
func RetryAfter(after time.Duration, err error) error {
	e := platform.Errorf(platform.TypeInternal, "%w", err)
	e.RetryAfter = max(after, time.Second)
	return e
}
