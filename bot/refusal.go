package bot

import (
	"time"

	"github.com/bellhop-dev/bellhop/internal/answer"
)

// How a handler's error steers what becomes of the call: RuntimeError ends it,
// Temporary and RetryAfter ask for another try with a reason that operators
// read. Any other error is tried again too, but its text stays in the log.

// RuntimeError is a final refusal with a text for the bot's owner: the call is
// answered 400 and not tried again.
func RuntimeError(text string) error {
	return answer.RuntimeError(text)
}

// Temporary says that the call may succeed later. The error's text goes to the
// platform and is shown with the delivery: it must hold no secret.
func Temporary(err error) error {
	return answer.Temporary(err)
}

// RetryAfter is Temporary with the time before which another try is no use.
func RetryAfter(after time.Duration, err error) error {
	return answer.RetryAfter(after, err)
}
